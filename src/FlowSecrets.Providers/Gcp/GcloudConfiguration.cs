namespace FlowSecrets.Providers.Gcp;

/// <summary>What the gcloud CLI's active configuration says; its files are read, gcloud is not started.</summary>
internal sealed class GcloudConfiguration
{
    private readonly Dictionary<string, string> _core = new(StringComparer.Ordinal);

    private GcloudConfiguration(string folder) => Folder = folder;

    /// <summary>gcloud's folder, which holds the application default credentials too.</summary>
    public string Folder { get; }

    public string? Project => _core.GetValueOrDefault("project");

    public string? Account => _core.GetValueOrDefault("account");

    public static GcloudConfiguration Read(Func<string, string?> environment)
    {
        GcloudConfiguration configuration = new(FindFolder(environment));
        try
        {
            string active = environment("CLOUDSDK_ACTIVE_CONFIG_NAME") ?? ReadName(Path.Combine(configuration.Folder, "active_config"));
            configuration.ReadCore(Path.Combine(configuration.Folder, "configurations", "config_" + active));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
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

    private static string ReadName(string file) => File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } name ? name : "default";

    /// <summary>The section [core] of an INI file.</summary>
    private void ReadCore(string file)
    {
        string section = "";
        foreach (string line in File.ReadLines(file).Select(static l => l.Trim()))
        {
            if (line.StartsWith('[') && line.EndsWith(']'))
            {
                section = line[1..^1].Trim();
            }
            else if (section == "core" && line.IndexOf('=', StringComparison.Ordinal) is > 0 and int at)
            {
                _core[line[..at].Trim()] = line[(at + 1)..].Trim();
            }
        }
    }
}
