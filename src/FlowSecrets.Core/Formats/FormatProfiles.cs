using FlowSecrets.Errors;
using FlowSecrets.Formats.Ci;
using FlowSecrets.Formats.Data;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Formats.Scripts;
using FlowSecrets.Formats.Writing;

namespace FlowSecrets.Formats;

/// <summary>The table of the formats. The parameter -Format means a row of it everywhere.</summary>
internal static class FormatProfiles
{
    public static IReadOnlyList<FormatProfile> All { get; } =
    [
        Env(nameof(ExportFormat.Portable), EnvDialect.Portable, ValueFiles.Env) with
        {
            Endings = [".env"],
        },
        Env(nameof(ExportFormat.Dotenv), EnvDialect.Dotenv, "dotenv"),
        Env(nameof(ExportFormat.Docker), EnvDialect.Docker, "docker"),
        Env(nameof(ExportFormat.Compose), EnvDialect.Compose, "compose"),
        Env(nameof(ExportFormat.ComposeRaw), EnvDialect.Docker, "docker"),
        Env(nameof(ExportFormat.Node), EnvDialect.Node, "node"),
        Env(nameof(ExportFormat.Python), EnvDialect.Python, "python"),
        Env(nameof(ExportFormat.Systemd), EnvDialect.Systemd, "systemd"),
        Env(nameof(ExportFormat.Bash), EnvDialect.Bash, "bash") with
        {
            Endings = [".sh"],
            Write = static (variables, _) => BashScript.Write(variables),
        },
        Env(nameof(ExportFormat.PowerShell), EnvDialect.Pwsh, "pwsh") with
        {
            Endings = [".ps1"],
            Aliases = ["pwsh"],
        },
        new(nameof(ExportFormat.Json))
        {
            Endings = [".json"],
            Dialect = EnvDialect.Json,
            Reader = "json",
            Write = static (variables, _) => FlatText.Json(variables),
        },
        new(nameof(ExportFormat.Yaml))
        {
            Endings = [".yaml", ".yml"],
            Reader = "yaml",
            Write = static (variables, _) => FlatText.Yaml(variables),
        },
        new(nameof(ExportFormat.Tfvars))
        {
            Endings = [".tfvars"],
            Reader = ValueFiles.Tfvars,
            Limit = static (variable, _) => TfvarsWriter.Problem(variable),
            Write = static (variables, _) => TfvarsWriter.Write(variables),
        },
        new(nameof(ExportFormat.GitHubEnv))
        {
            Delivery = FormatDelivery.Append,
            Limit = GitHubFile.EnvProblem,
            Write = static (variables, _) => GitHubFile.Write(variables),
        },
        new(nameof(ExportFormat.GitHubOutput))
        {
            Delivery = FormatDelivery.Append,
            Limit = GitHubFile.Problem,
            Write = static (variables, _) => GitHubFile.Write(variables),
        },
        new(nameof(ExportFormat.AzurePipelines))
        {
            Delivery = FormatDelivery.Log,
            IgnoresCase = true,
            Limit = AzureCommands.Problem,
            Write = AzureCommands.Write,
        },
        new(nameof(ExportFormat.GitLabDotenv))
        {
            Limit = GitLabDotenv.Problem,
            WholeLimit = static (variables, _) => GitLabDotenv.WholeProblem(variables),
            Write = static (variables, _) => GitLabDotenv.Write(variables),
        },
        new(nameof(ExportFormat.UserSecrets))
        {
            Delivery = FormatDelivery.Merge,
            IgnoresCase = true,
            Aliases = ["user-secrets"],
            Reader = ValueFiles.UserSecrets,
            KeyOf = UserSecretsFile.Key,
            Write = UserSecretsFile.Write,
        },
        new(nameof(ExportFormat.Kubernetes))
        {
            CarriesBytes = true,
            Reader = ValueFiles.Kubernetes,
            Limit = static (variable, _) => KubernetesSecretText.Problem(variable),
            WholeLimit = static (variables, _) => KubernetesSecretText.WholeProblem(variables),
            Write = KubernetesSecretText.Write,
        },
        new(nameof(ExportFormat.ComposeSecrets))
        {
            Delivery = FormatDelivery.Folder,
            CarriesBytes = true,
            Write = ComposeSecretsText.Write,
            Files = ComposeSecretsText.Files,
        },
        new("TfvarsJson") { Aliases = ["tfvars-json"], Reader = "tfvars-json" },
        new("Pulumi") { Reader = ValueFiles.Pulumi },
    ];

    /// <summary>The formats that are written, in the table's order.</summary>
    public static IEnumerable<FormatProfile> Written => All.Where(static p => p.Write is not null);

    /// <summary>The format of a name, without regard to case; null: there is none.</summary>
    public static FormatProfile? Find(string name) =>
        All.FirstOrDefault(p => p.Aliases.Prepend(p.Name).Contains(name, StringComparer.OrdinalIgnoreCase))
        ?? All.FirstOrDefault(p => string.Equals(p.Reader, name, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="ArgumentOutOfRangeException">The format is not in the table.</exception>
    public static FormatProfile Of(ExportFormat format) =>
        All.FirstOrDefault(p => p.Format == format) ?? throw new ArgumentOutOfRangeException(nameof(format), format, null);

    /// <summary>The format that a file's name says.</summary>
    /// <exception cref="FlowSecretException">BadArgument: it says none.</exception>
    public static FormatProfile OfFile(string path)
    {
        string name = Path.GetFileName(path);
        bool isEnv = name.StartsWith(".env", StringComparison.OrdinalIgnoreCase);
        return isEnv
            ? Of(ExportFormat.Portable)
            : Written.FirstOrDefault(p => p.IsNameOf(name))
                ?? throw new FlowSecretException(
                    ErrorIds.BadArgument,
                    path,
                    $"The name of '{path}' does not say in which format to write it",
                    Choose(Written)
                );
    }

    /// <summary>The dialect of .env files that a name means.</summary>
    /// <exception cref="FlowSecretException">BadArgument: there is no such format, or it is no .env file.</exception>
    public static EnvDialect DialectOf(string name) =>
        Find(name)?.Dialect
        ?? throw new FlowSecretException(
            ErrorIds.BadArgument,
            name,
            $"'{name}' is no format in which a .env file is kept up to date",
            Choose(All.Where(static p => p.Dialect is not null))
        );

    /// <summary>The formats that carry a value, as people name them.</summary>
    public static string[] Carrying(FormatVariable variable, FormatSettings settings) =>
        [.. Written.Where(p => p.Problem(variable, settings) is null).Select(static p => p.Name)];

    public static Remedy Choose(IEnumerable<FormatProfile> profiles) =>
        $"Say which with -Format: {string.Join(", ", profiles.Select(static p => p.Name))}.";

    private static FormatProfile Env(string name, EnvDialect dialect, string reader) =>
        new(name)
        {
            Dialect = dialect,
            Reader = reader,
            Limit = (variable, _) =>
                EnvWriter.Format(dialect, variable.Name, variable.Text) is null
                    ? $"no spelling that {EnvDialectProfiles.Of(dialect).Readers ?? $"{name} reads"} gives this value"
                    : null,
            Write = (variables, _) => string.Concat(variables.Select(v => EnvWriter.Format(dialect, v.Name, v.Text) + "\n")),
        };
}
