namespace FlowSecrets.Formats.Dotenv.Grammars;

/// <summary>What a program makes of a stretch of a .env file.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="LastLine">Where it ends.</param>
/// <param name="Name">The variable; null: the program reads none here.</param>
/// <param name="Value">What the program reads; null: no value.</param>
internal sealed record EnvStatement(int Line, int LastLine, string? Name, string? Value)
{
    /// <summary>A fault after which it is not sure where the next variable begins.</summary>
    public const string OpenQuote = "finds a quote that is not closed";

    /// <summary>Why the program cannot read it, as the end of a sentence that begins with the program; null: it can.</summary>
    public string? Fault { get; init; }

    /// <summary>Whether a value, or the attempt at one, follows the name.</summary>
    public bool IsAssignment { get; init; } = true;

    /// <summary>Whether the program has no variables of such a name, so that the line is not meant for it.</summary>
    public bool IsForeign { get; init; }
}
