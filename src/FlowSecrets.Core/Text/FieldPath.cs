using System.Text;

namespace FlowSecrets.Text;

/// <summary>Paths into JSON: <c>db.primary.host</c>, <c>db["a.b"].host</c>.</summary>
internal static class FieldPath
{
    /// <summary>Longer paths lead nowhere.</summary>
    private const int MaxParts = 64;

    /// <summary>The one name that a path in brackets is; null: it is a path of several names, or none.</summary>
    public static string? Single(string path) => Parts(path) is [{ IsQuoted: true } only] ? only.Name : null;

    /// <summary>A name as a part of a path, whatever it holds.</summary>
    public static string Quote(string name) =>
        $"[\"{name.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"]";

    /// <summary>The ways to take a path apart: a name, with dots in it or without, and what is left. The longest name comes
    /// first.</summary>
    public static IEnumerable<(string First, string Then)> Splits(string path)
    {
        List<Part> parts = Parts(path);
        for (int count = parts.Count - 1; count > 0; count--)
        {
            if (count == 1 || parts.Take(count).All(static p => !p.IsQuoted))
            {
                yield return (string.Join('.', parts.Take(count).Select(static p => p.Name)), path[parts[count].Start..]);
            }
        }
    }

    /// <returns>None: it is no path.</returns>
    private static List<Part> Parts(string path)
    {
        List<Part> parts = [];
        int at = 0;
        while (at < path.Length && parts.Count < MaxParts)
        {
            int start = at;
            string? name = path[at] == '[' ? Quoted(path, ref at) : Bare(path, ref at);
            if (name is null)
            {
                return [];
            }

            parts.Add(new Part(name, path[start] == '[', start));
            if (at < path.Length && path[at] == '.' && ++at == path.Length)
            {
                return [];
            }
        }

        return at == path.Length ? parts : [];
    }

    private static string? Bare(string path, ref int at)
    {
        int end = path.AsSpan(at).IndexOfAny('.', '[');
        string name = end < 0 ? path[at..] : path[at..(at + end)];
        at += name.Length;
        return name.Length == 0 ? null : name;
    }

    private static string? Quoted(string path, ref int at)
    {
        if (at + 1 >= path.Length || path[at + 1] is not ('"' or '\''))
        {
            return null;
        }

        char quote = path[at + 1];
        StringBuilder name = new();
        for (at += 2; at < path.Length && path[at] != quote; at++)
        {
            at += path[at] == '\\' && at + 1 < path.Length ? 1 : 0;
            name.Append(path[at]);
        }

        bool isClosed = at + 1 < path.Length && path[at + 1] == ']';
        at += 2;
        return isClosed ? name.ToString() : null;
    }

    /// <param name="Start">Where it begins in the path.</param>
    private sealed record Part(string Name, bool IsQuoted, int Start);
}
