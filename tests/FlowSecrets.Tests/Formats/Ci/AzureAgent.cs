namespace FlowSecrets.Tests.Formats.Ci;

/// <summary>
/// What the agent of Azure Pipelines does with a log, as its source says (Command.TryParse, CommandStringConvertor, setvariable,
/// setsecret).
/// </summary>
/// <param name="decodesPercents">DECODE_PERCENTS.</param>
internal sealed class AzureAgent(bool decodesPercents = true)
{
    private const string Prefix = "##vso[";

    public Dictionary<string, string> Variables { get; } = new(StringComparer.OrdinalIgnoreCase);

    public HashSet<string> Secrets { get; } = new(StringComparer.OrdinalIgnoreCase);

    public HashSet<string> Masks { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes the commands out of a log; returns what people see of the rest.</summary>
    /// <exception cref="InvalidOperationException">A secret has several lines; the agent would write the command to the log.</exception>
    public IReadOnlyList<string> Read(string log)
    {
        List<string> shown = [];
        using StringReader lines = new(log);
        while (lines.ReadLine() is { } line)
        {
            if (!Process(line))
            {
                shown.Add(Masks.OrderByDescending(static m => m.Length).Aggregate(line, static (l, m) => l.Replace(m, "***")));
            }
        }

        return shown;
    }

    private bool Process(string line)
    {
        int at = line.IndexOf(Prefix, StringComparison.OrdinalIgnoreCase);
        int end = at < 0 ? -1 : line.IndexOf(']', at);
        if (end < 0)
        {
            return false;
        }

        string command = line[(at + Prefix.Length)..end];
        int space = command.IndexOf(' ', StringComparison.Ordinal);
        string name = space < 0 ? command : command[..space];
        Dictionary<string, string> properties = new(StringComparer.OrdinalIgnoreCase);
        foreach (string part in space < 0 ? [] : command[(space + 1)..].Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = part.Split('=', 2);
            properties[pair[0].Trim()] = pair.Length > 1 ? Unescape(pair[1].Trim()) : "";
        }

        string data = Unescape(line[(end + 1)..]);
        switch (name)
        {
            case "task.setsecret":
                Masks.Add(data);
                return true;
            case "task.setvariable":
                Set(properties, data);
                return true;
            default:
                return false;
        }
    }

    private void Set(Dictionary<string, string> properties, string data)
    {
        string name = properties["variable"];
        if (properties.GetValueOrDefault("issecret") == "true")
        {
            if (data.Contains('\n', StringComparison.Ordinal) || data.Contains('\r', StringComparison.Ordinal))
            {
                throw new InvalidOperationException("Secrets cannot contain multiple lines");
            }

            Secrets.Add(name);
            Masks.Add(data);
        }

        Variables[name] = data;
    }

    private string Unescape(string text)
    {
        string plain = text.Replace("%3B", ";").Replace("%0D", "\r").Replace("%0A", "\n").Replace("%5D", "]");
        return decodesPercents ? plain.Replace("%AZP25", "%") : plain;
    }
}
