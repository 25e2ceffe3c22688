using FlowSecrets.Errors;

namespace FlowSecrets.Files;

/// <summary>Where the user's own files lie; FLOWSECRETS_HOME puts all of them in one place.</summary>
internal static class UserFolders
{
    public const string HomeVariable = "FLOWSECRETS_HOME";

    /// <summary>For stores.</summary>
    public static string Data(Func<string, string?> variable) =>
        variable(HomeVariable) is { } home
            ? Path.Combine(Path.GetFullPath(home), "data")
            : Path.Combine(Under(variable, "XDG_DATA_HOME", Environment.SpecialFolder.LocalApplicationData), "flowsecrets");

    /// <summary>For key files and approvals: another folder than the stores'.</summary>
    public static string Configuration(Func<string, string?> variable) =>
        variable(HomeVariable) is { } home
            ? Path.Combine(Path.GetFullPath(home), "config")
            : Path.Combine(
                Under(variable, "XDG_CONFIG_HOME", Environment.SpecialFolder.ApplicationData),
                OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? "flowsecrets-keys" : "flowsecrets"
            );

    private static string Under(Func<string, string?> variable, string name, Environment.SpecialFolder folder)
    {
        if (!OperatingSystem.IsWindows() && variable(name) is { } path && Path.IsPathRooted(path))
        {
            return path;
        }

        string found = Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify);
        return found.Length > 0
            ? found
            : throw new FlowSecretException(
                ErrorIds.StoreUnavailable,
                null,
                "This user has no home folder",
                "Say where files go: set FLOWSECRETS_HOME to a folder."
            );
    }
}
