using System.Text;

namespace FlowSecrets.Tests.Formats.Ci;

/// <summary>
/// What the runner of GitHub Actions does with a file of variables and with the log, as its source says (EnvFileKeyValuePairs,
/// ActionCommandManager, SecretMasker and its encoders).
/// </summary>
internal sealed class GitHubRunner(bool isWindows = false)
{
    private readonly HashSet<string> _masks = new(StringComparer.Ordinal);

    /// <summary>Every text that the runner hides.</summary>
    public IReadOnlyCollection<string> Masks => _masks;

    /// <exception cref="FormatException">The step would fail.</exception>
    public Dictionary<string, string> ReadFile(byte[] bytes)
    {
        string text = new StreamReader(new MemoryStream(bytes), Encoding.UTF8, detectEncodingFromByteOrderMarks: true).ReadToEnd();
        Dictionary<string, string> pairs = new(StringComparer.Ordinal);
        int index = 0;
        while (ReadLine(text, ref index, out _) is { } line)
        {
            if (line.Length == 0)
            {
                continue;
            }

            int equals = line.IndexOf('=', StringComparison.Ordinal);
            int heredoc = line.IndexOf("<<", StringComparison.Ordinal);
            if (equals >= 0 && (heredoc < 0 || equals < heredoc))
            {
                pairs[line[..equals]] = line[(equals + 1)..];
                continue;
            }

            if (heredoc < 0)
            {
                throw new FormatException($"Invalid format '{line}'");
            }

            string name = line[..heredoc];
            string delimiter = line[(heredoc + 2)..];
            if (name.Length == 0 || delimiter.Length == 0)
            {
                throw new FormatException("Name or delimiter is empty");
            }

            pairs[name] = Heredoc(text, ref index, delimiter);
        }

        return pairs;
    }

    /// <summary>Takes the commands out of a log; returns what people see of the rest.</summary>
    public string ReadLog(string log)
    {
        List<string> shown = [];
        foreach (string line in log.Split('\n').Select(static l => l.TrimEnd('\r')))
        {
            string message = line.TrimStart();
            int end = message.StartsWith("::", StringComparison.Ordinal) ? message.IndexOf("::", 2, StringComparison.Ordinal) : -1;
            if (end > 0 && message[2..end] == "add-mask")
            {
                AddMask(message[(end + 2)..].Replace("%0D", "\r").Replace("%0A", "\n").Replace("%25", "%"));
            }
            else
            {
                shown.Add(Hide(line));
            }
        }

        return string.Join('\n', shown);
    }

    /// <summary>A line of the log after masking.</summary>
    public string Hide(string line) =>
        _masks.OrderByDescending(static m => m.Length).Aggregate(line, static (l, m) => l.Replace(m, "***", StringComparison.Ordinal));

    /// <summary>The whole and each of its lines, however short, with their base64 forms.</summary>
    private void AddMask(string value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return;
        }

        foreach (
            string text in value.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Append(value)
        )
        {
            _masks.Add(text);
            _masks.Add(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));
        }
    }

    private string Heredoc(string text, ref int index, string delimiter)
    {
        int start = index;
        int endOfValue = index;
        string? lineEnd = null;
        bool any = false;
        while (true)
        {
            int before = index;
            string line = ReadLine(text, ref index, out string? newLine) ?? throw new FormatException("Matching delimiter not found");
            if (line == delimiter)
            {
                return any ? text[start..(before - lineEnd!.Length)] : "";
            }

            lineEnd = newLine ?? throw new FormatException("EOF marker missing new line");
            endOfValue = index;
            any = true;
        }
    }

    private string? ReadLine(string text, ref int index, out string? newLine)
    {
        newLine = null;
        if (index >= text.Length)
        {
            return null;
        }

        int start = index;
        int feed = text.IndexOf('\n', index);
        if (feed < 0)
        {
            index = text.Length;
            return text[start..];
        }

        index = feed + 1;
        bool isPair = isWindows && feed > start && text[feed - 1] == '\r';
        newLine = isPair ? "\r\n" : "\n";
        return text[start..(isPair ? feed - 1 : feed)];
    }
}
