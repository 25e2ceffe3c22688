using System.Text;

namespace FlowSecrets.Tests.Operations.Access;

/// <summary>The commands of the aws CLI in a remedy, as a shell would take them apart.</summary>
internal static class RemedyCommands
{
    /// <returns>The arguments of each, without the program.</returns>
    public static IReadOnlyList<string[]> Of(string remedy)
    {
        List<string[]> commands = [];
        foreach (string part in Parts(remedy))
        {
            int start =
                part.StartsWith("aws ", StringComparison.Ordinal) ? 0
                : part.IndexOf(": aws ", StringComparison.Ordinal) is >= 0 and int at ? at + 2
                : -1;
            if (start >= 0)
            {
                commands.Add([.. Words(part[start..]).Skip(1)]);
            }
        }

        return commands;
    }

    private static IEnumerable<string> Parts(string text)
    {
        bool quoted = false;
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            // An apostrophe within a word, as in "user's", opens nothing.
            quoted = text[i] == '\'' ? !quoted && i > 0 && text[i - 1] == ' ' : quoted;
            if (text[i] == ';' && !quoted)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }

        yield return text[start..].Trim();
    }

    private static IEnumerable<string> Words(string text)
    {
        StringBuilder word = new();
        bool quoted = false;
        foreach (char c in text + " ")
        {
            if (c == '\'')
            {
                quoted = !quoted;
            }
            else if (c == ' ' && !quoted)
            {
                yield return word.ToString();
                word.Clear();
            }
            else
            {
                word.Append(c);
            }
        }
    }
}
