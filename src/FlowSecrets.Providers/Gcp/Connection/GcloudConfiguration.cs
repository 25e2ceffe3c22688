using FlowSecrets.Files;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>What the gcloud CLI's active configuration says; its files are read, gcloud is not started.</summary>
internal sealed class GcloudConfiguration
{
    private readonly Dictionary<string, string> _properties = new(StringComparer.OrdinalIgnoreCase);
    private readonly Func<string, string?> _environment;

    private GcloudConfiguration(string folder, Func<string, string?> environment) => (Folder, _environment) = (folder, environment);

    /// <summary>gcloud's folder, which holds the application default credentials too.</summary>
    public string Folder { get; }

    public string? Project => _properties.GetValueOrDefault("core/project");

    /// <summary>Whose token gcloud prints.</summary>
    public string? Account => _environment("CLOUDSDK_CORE_ACCOUNT") ?? _properties.GetValueOrDefault("core/account");

    /// <summary>The service account that gcloud acts as, where it was told to.</summary>
    public string? Impersonated =>
        _environment("CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT") ?? _properties.GetValueOrDefault("auth/impersonate_service_account");

    public static GcloudConfiguration Read(Func<string, string?> environment)
    {
        GcloudConfiguration configuration = new(FindFolder(environment), environment);
        try
        {
            string active = environment("CLOUDSDK_ACTIVE_CONFIG_NAME") ?? ReadName(Path.Combine(configuration.Folder, "active_config"));
            configuration.ReadProperties(Path.Combine(configuration.Folder, "configurations", "config_" + active));
        }
        catch (Exception e) when (e is FlowSecretException or ArgumentException)
        {
            // Not there, or not ours to read: it says nothing.
        }

        return configuration;
    }

    private static string FindFolder(Func<string, string?> environment)
    {
        if (environment("CLOUDSDK_CONFIG") is { } chosen)
        {
            return chosen;
        }

        return OperatingSystem.IsWindows()
            ? Path.Combine(environment("APPDATA") ?? Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "gcloud")
            : Path.Combine(environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config", "gcloud");
    }

    private static string ReadName(string file) =>
        File.Exists(file) && FileReader.Text(FileReader.Named(file, FileReader.SmallLimit), file).Trim() is { Length: > 0 } name
            ? name
            : "default";

    /// <summary>An INI file as Python reads it: '=' or ':', comments in lines of their own, names in either case.</summary>
    private void ReadProperties(string file)
    {
        string section = "";
        foreach (
            string line in FileReader
                .Text(FileReader.Named(file, FileReader.SmallLimit), file)
                .Split('\n')
                .Select(static l => l.Trim())
                .Where(static l => l.Length > 0 && l[0] is not ('#' or ';'))
        )
        {
            if (line[0] == '[' && line.IndexOf(']', StringComparison.Ordinal) is > 0 and int end)
            {
                section = line[1..end];
            }
            else if (line.IndexOfAny(['=', ':']) is > 0 and int at && line[(at + 1)..].Trim() is { Length: > 0 } value)
            {
                _properties[$"{section}/{line[..at].TrimEnd()}"] = value;
            }
        }
    }
}
