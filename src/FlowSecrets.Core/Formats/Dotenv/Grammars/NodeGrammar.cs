namespace FlowSecrets.Formats.Dotenv.Grammars;

/// <summary>Node.js: <c>--env-file</c> and <c>util.parseEnv</c> as of version 20. Only the blank is a blank for it, not the tab.</summary>
internal static class NodeGrammar
{
    private const string Quotes = "'\"`";

    public static IReadOnlyList<EnvStatement> Read(string text)
    {
        string content = text.Replace("\r", "", StringComparison.Ordinal).TrimEnd(' ');
        EnvLines lines = new(content);
        List<EnvStatement> statements = [];
        for (int at = SkipBlanks(content, 0); at < content.Length; )
        {
            if (content[at] is '\n' or '#')
            {
                at = LineEnd(content, at) + 1;
                continue;
            }

            int equals = content.IndexOf('=', at);
            string name = equals < 0 ? "" : content[at..equals].Trim(' ');
            if (name.Length == 0)
            {
                break;
            }

            int start = at;
            at = SkipBlanks(content, equals + 1);
            string? value = Value(content, ref at);
            if (value is not null)
            {
                name = name.StartsWith("export ", StringComparison.Ordinal) ? name[7..] : name;
                // A line without '=' becomes a part of the name, whose own line is the last.
                start += name.LastIndexOf('\n') + 1;
                statements.Add(new EnvStatement(lines.Of(start), lines.Of(Math.Min(at, content.Length) - 1), name, value));
            }
        }

        return statements;
    }

    /// <summary>Leaves the position at the end of the value's last line; null where an open quote in the last line takes the value
    /// away.</summary>
    private static string? Value(string content, ref int at)
    {
        char first = at < content.Length ? content[at] : '\n';
        bool isQuoted = Quotes.Contains(first);
        int close = isQuoted ? content.IndexOf(first, at + 1) : -1;
        if (close >= 0)
        {
            string quoted = content[(at + 1)..close];
            at = LineEnd(content, close + 1);
            return first == '"' ? quoted.Replace(@"\n", "\n", StringComparison.Ordinal) : quoted;
        }

        int end = LineEnd(content, at);
        if (isQuoted && end == content.Length)
        {
            return null;
        }

        string value = content[at..end];
        at = end;
        int comment = isQuoted ? -1 : value.IndexOf('#', StringComparison.Ordinal);
        value = comment < 0 ? value : value[..comment];
        return isQuoted ? value : value.Trim(' ');
    }

    private static int LineEnd(string content, int at) =>
        content.IndexOf('\n', Math.Min(at, content.Length)) is >= 0 and int end ? end : content.Length;

    private static int SkipBlanks(string content, int at)
    {
        while (at < content.Length && content[at] == ' ')
        {
            at++;
        }

        return at;
    }
}
