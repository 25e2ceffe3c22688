namespace FlowSecrets.Processes;

/// <summary>Variables that open a local store. No program that this module or an SDK starts needs them.</summary>
internal static class PassphraseVariables
{
    public const string Value = "FLOWSECRETS_PASSPHRASE";

    public const string File = "FLOWSECRETS_PASSPHRASE_FILE";

    private static readonly string[] All = [Value, File];

    public static void RemoveFrom(IDictionary<string, string?> environment)
    {
        foreach (string name in All)
        {
            environment.Remove(name);
        }
    }

    /// <summary>
    /// A command line for the system's shell that runs a command without these variables. It is for a library that starts the command with
    /// the variables of this process.
    /// </summary>
    public static string RemoveBefore(string command) =>
        OperatingSystem.IsWindows()
            ? string.Concat(All.Select(static n => $"set \"{n}=\"& ")) + command
            : $"unset {string.Join(' ', All)}; {command}";
}
