using System.Text;

namespace FlowSecrets.Tests.Formats.Dotenv;

/// <summary>Parsers of programs that are not on every machine, ported from their sources.</summary>
internal static class ForeignParsers
{
    private const string NewLine = "\n\r";
    private const string Blank = " \t\n\r";

    private enum State
    {
        PreKey,
        Key,
        PreValue,
        Value,
        ValueEscape,
        Single,
        Double,
        DoubleEscape,
        Comment,
        CommentEscape,
    }

    /// <summary>systemd's EnvironmentFile (env-file.c).</summary>
    public static Dictionary<string, string> Systemd(string text)
    {
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        StringBuilder key = new();
        StringBuilder value = new();
        int lastKeyBlank = -1;
        int lastValueBlank = -1;
        State state = State.PreKey;
        void Push()
        {
            string name = lastKeyBlank >= 0 ? key.ToString(0, lastKeyBlank) : key.ToString();
            read[name] = state == State.Value && lastValueBlank >= 0 ? value.ToString(0, lastValueBlank) : value.ToString();
            key.Clear();
            value.Clear();
            state = State.PreKey;
        }

        foreach (char c in text)
        {
            switch (state)
            {
                case State.PreKey when "#;".Contains(c):
                    state = State.Comment;
                    break;
                case State.PreKey when !Blank.Contains(c):
                    (state, lastKeyBlank) = (State.Key, -1);
                    key.Append(c);
                    break;
                case State.Key when NewLine.Contains(c):
                    state = State.PreKey;
                    key.Clear();
                    break;
                case State.Key when c == '=':
                    (state, lastValueBlank) = (State.PreValue, -1);
                    break;
                case State.Key:
                    lastKeyBlank =
                        !Blank.Contains(c) ? -1
                        : lastKeyBlank == -1 ? key.Length
                        : lastKeyBlank;
                    key.Append(c);
                    break;
                case State.PreValue or State.Value when NewLine.Contains(c):
                    Push();
                    break;
                case State.PreValue when c is '\'' or '"':
                    state = c == '"' ? State.Double : State.Single;
                    break;
                case State.PreValue or State.Value when c == '\\':
                    (state, lastValueBlank) = (State.ValueEscape, -1);
                    break;
                case State.PreValue when !Blank.Contains(c):
                    state = State.Value;
                    value.Append(c);
                    break;
                case State.Value:
                    lastValueBlank =
                        !Blank.Contains(c) ? -1
                        : lastValueBlank == -1 ? value.Length
                        : lastValueBlank;
                    value.Append(c);
                    break;
                case State.ValueEscape:
                    state = State.Value;
                    value.Append(NewLine.Contains(c) ? "" : c.ToString());
                    break;
                case State.Single when c == '\'':
                case State.Double when c == '"':
                    state = State.PreValue;
                    break;
                case State.Double when c == '\\':
                    state = State.DoubleEscape;
                    break;
                case State.Single or State.Double:
                    value.Append(c);
                    break;
                case State.DoubleEscape:
                    state = State.Double;
                    value.Append(
                        "\"\\`$".Contains(c) ? c.ToString()
                        : c != '\n' ? $"\\{c}"
                        : ""
                    );
                    break;
                case State.Comment when c == '\\':
                    state = State.CommentEscape;
                    break;
                case State.CommentEscape:
                    state = State.Comment;
                    break;
                case State.Comment when NewLine.Contains(c):
                    state = State.PreKey;
                    break;
            }
        }

        if (state is not (State.PreKey or State.Key or State.Comment or State.CommentEscape))
        {
            Push();
        }

        return read;
    }

    /// <summary>docker run --env-file (kvfile.go); Compose's 'format: raw' is the same.</summary>
    /// <exception cref="FormatException">docker refuses the file.</exception>
    /// <param name="stripsQuotes">As docker/cli#6046 would.</param>
    public static Dictionary<string, string> Docker(string text, bool stripsQuotes)
    {
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        foreach ((int i, string raw) in text.Split('\n').Index())
        {
            if (Encoding.UTF8.GetByteCount(raw) >= 64 * 1024)
            {
                throw new FormatException("token too long");
            }

            string line = raw.EndsWith('\r') ? raw[..^1] : raw;
            line = (i == 0 ? line.TrimStart('\uFEFF') : line).TrimStart();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            string[] pair = line.Split('=', 2);
            if (pair[0].Length == 0 || pair[0].Any(char.IsWhiteSpace) || pair.Length == 1)
            {
                throw new FormatException("variable contains whitespaces");
            }

            bool isQuoted = pair[1] is ['"', .., '"'] or ['\'', .., '\''];
            read[pair[0]] = stripsQuotes && isQuoted ? pair[1][1..^1] : pair[1];
        }

        return read;
    }
}
