namespace FlowSecrets.Formats.Dotenv.Grammars;

/// <summary>References of values to other variables. Only the file is asked for them: a secret must not depend on this machine's
/// environment.</summary>
internal static class EnvExpansion
{
    /// <summary>The fault of a reference that the file cannot answer. What follows a '$' may be a piece of a secret, so it is not
    /// named.</summary>
    public const string Unset = "puts in a variable that the file does not set above";
}
