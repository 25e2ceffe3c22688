namespace FlowSecrets.Operations.Use;

/// <summary>What comes out while secrets are in use: lines of the program, its end, or the variables for a script block.</summary>
internal sealed record UseOutput
{
    /// <summary>Lines of the program's output, redacted.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Whether they are lines of its standard error.</summary>
    public bool IsError { get; init; }

    /// <summary>The program's end; null: it still runs.</summary>
    public ProgramEnd? End { get; init; }

    /// <summary>For a script block, valid until this result was taken; null: a program runs.</summary>
    public UsedSecrets? Secrets { get; init; }
}

/// <param name="Program">As the user named it.</param>
/// <param name="Path">Its file.</param>
internal sealed record ProgramEnd(string Program, string Path, int ProcessId, int ExitCode);
