namespace FlowSecrets.Formats.Dotenv.Grammars;

/// <summary>How one program reads a .env file.</summary>
/// <param name="Name">Its name as a format.</param>
/// <param name="Program">What messages call it.</param>
/// <param name="Read">The statements of a text without byte order mark and with LF line ends, in their order.</param>
internal sealed record EnvGrammar(string Name, string Program, Func<string, IReadOnlyList<EnvStatement>> Read)
{
    /// <summary>The programs that a .env file is made for. Docker's and systemd's own files have quotes and comments of another
    /// kind.</summary>
    public static IReadOnlyList<EnvGrammar> All { get; } =
    [
        new("dotenv", "dotenv", DotenvGrammar.Read),
        new("node", "node", NodeGrammar.Read),
        new("python", "python-dotenv", static text => new PythonGrammar(text).Read()),
        new("compose", "compose", static text => new ComposeGrammar(text).Read()),
        new("bash", "bash", static text => new BashGrammar(text).Read()),
    ];
}
