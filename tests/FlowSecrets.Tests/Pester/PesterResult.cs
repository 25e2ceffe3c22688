namespace FlowSecrets.Tests.Pester;

/// <summary>What Pester says of one case.</summary>
/// <param name="Line">The line of its <c>It</c>.</param>
/// <param name="Name">Its full name: every block around it, then its own.</param>
/// <param name="Outcome">Pester's word: Passed, Failed, Skipped, Inconclusive or NotRun.</param>
/// <param name="Message">Why it failed or was skipped.</param>
public sealed record PesterResult(int Line, string Name, string Outcome, string Message, string StackTrace, decimal Seconds)
{
    public bool IsSkipped => Outcome is "Skipped" or "NotRun";

    public bool IsFailed => !IsSkipped && Outcome != "Passed";

    public static PesterResult Skip(int line, string name, string reason) => new(line, name, "Skipped", reason, "", 0);

    public static PesterResult Fail(int line, string name, string message) => new(line, name, "Failed", message, "", 0);
}

/// <summary>A file of Pester could not be run; the message says why.</summary>
public sealed class PesterException(string message) : Exception(message);
