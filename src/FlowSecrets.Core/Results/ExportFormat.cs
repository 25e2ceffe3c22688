namespace FlowSecrets;

/// <summary>A format that values are exported in.</summary>
public enum ExportFormat
{
    /// <summary>What the CI system that runs this job reads; with a path, what the file's name says.</summary>
    Auto,

    /// <summary>A .env file that all programs read in the same way.</summary>
    Portable,

    /// <summary>A .env file for the npm package dotenv.</summary>
    Dotenv,

    /// <summary>A file for docker run --env-file.</summary>
    Docker,

    /// <summary>A .env file for Docker Compose.</summary>
    Compose,

    /// <summary>An env_file of Docker Compose with 'format: raw'.</summary>
    ComposeRaw,

    /// <summary>A .env file for node --env-file.</summary>
    Node,

    /// <summary>A .env file for python-dotenv.</summary>
    Python,

    /// <summary>An EnvironmentFile of a systemd unit.</summary>
    Systemd,

    /// <summary>A script that bash and other POSIX shells source.</summary>
    Bash,

    /// <summary>A script that PowerShell runs.</summary>
    PowerShell,

    /// <summary>One JSON object with a string for each variable.</summary>
    Json,

    /// <summary>One YAML map with a string for each variable.</summary>
    Yaml,

    /// <summary>A variable file of Terraform.</summary>
    Tfvars,

    /// <summary>Environment variables for later steps of a GitHub Actions job.</summary>
    GitHubEnv,

    /// <summary>Outputs of a GitHub Actions step.</summary>
    GitHubOutput,

    /// <summary>Variables for later steps of an Azure Pipelines job.</summary>
    AzurePipelines,

    /// <summary>A dotenv report of GitLab, which does not hide values.</summary>
    GitLabDotenv,

    /// <summary>The secrets.json of dotnet user-secrets.</summary>
    UserSecrets,

    /// <summary>The manifest of a Kubernetes Secret.</summary>
    Kubernetes,

    /// <summary>A Compose file with top-level secrets, and a file for each value beside it.</summary>
    ComposeSecrets,
}
