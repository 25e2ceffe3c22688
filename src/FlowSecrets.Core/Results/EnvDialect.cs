namespace FlowSecrets;

/// <summary>Who reads a .env file. Portable is what dotenv, Node, python-dotenv, Docker Compose, systemd and bash read alike.</summary>
public enum EnvDialect
{
    Portable,
    Docker,
    Compose,
    Node,
    Python,
    Systemd,
    Bash,
    Pwsh,
    Json,
    Dotenv,
}
