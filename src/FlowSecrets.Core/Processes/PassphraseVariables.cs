namespace FlowSecrets.Processes;

/// <summary>Variables that open a local store. No program that is started for a rotation needs them.</summary>
internal static class PassphraseVariables
{
    public const string Value = "FLOWSECRETS_PASSPHRASE";

    public const string File = "FLOWSECRETS_PASSPHRASE_FILE";

    public static void RemoveFrom(IDictionary<string, string?> environment)
    {
        environment.Remove(Value);
        environment.Remove(File);
    }
}
