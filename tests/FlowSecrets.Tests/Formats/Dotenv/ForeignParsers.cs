using System.Text;

namespace FlowSecrets.Tests.Formats.Dotenv;

/// <summary>Parsers of programs that are not on every machine, ported from their sources.</summary>
internal static class ForeignParsers
{
    /// <summary>systemd's EnvironmentFile.</summary>
    public static Dictionary<string, string> Systemd(string text) => new SystemdParser().Read(text);

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
