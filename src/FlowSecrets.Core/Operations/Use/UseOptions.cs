using System.Text;
using FlowSecrets.Operations.Transfer;

namespace FlowSecrets.Operations.Use;

/// <summary>Which value wins if this process has a variable of the same name.</summary>
internal enum Precedence
{
    Store,
    Environment,
}

internal sealed record UseOptions : VariableOptions
{
    /// <summary>The program as the user named it; null: a script block runs in this process.</summary>
    public string? Program { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Give the program only what every program needs, <see cref="Keep"/>, and the secrets.</summary>
    public bool Pristine { get; init; }

    /// <summary>Patterns of inherited variables that stay with <see cref="Pristine"/>.</summary>
    public IReadOnlyList<string> Keep { get; init; } = [];

    /// <summary>Refuse empty values, inherited ones that differ, and names that make programs load code.</summary>
    public bool Strict { get; init; }

    public Precedence Precedence { get; init; }

    /// <summary>Hide values also on a terminal.</summary>
    public bool Redact { get; init; }

    /// <summary>Hide nothing.</summary>
    public bool NoRedact { get; init; }

    /// <summary>Show which secret was hidden.</summary>
    public bool ShowName { get; init; }

    /// <summary>Accept that a coding agent sees the values.</summary>
    public bool Force { get; init; }

    public StreamState Output { get; init; } = new(StreamEnd.Host, IsTerminal: false);

    public StreamState Errors { get; init; } = new(StreamEnd.Host, IsTerminal: false);

    /// <summary>How the program's output is decoded for the pipeline.</summary>
    public Encoding Encoding { get; init; } = Encoding.UTF8;

    /// <summary>What came down the pipeline; null: the program has the standard input of this process.</summary>
    public ProgramInput? Input { get; init; }

    /// <summary>How long a program may go on after it was asked to end; null: 10 seconds, after Ctrl+C at a terminal any time.</summary>
    public TimeSpan? KillAfter { get; init; }

    /// <summary>Restart the program if a secret has a new version.</summary>
    public bool Watch { get; init; }

    /// <summary>How often the versions are looked at.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after a new version the program is restarted: several secrets can change together.</summary>
    public TimeSpan Debounce { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Asks the program to end. It is not the token of the operation: what the program prints then is still delivered.</summary>
    public CancellationToken Stop { get; init; }
}
