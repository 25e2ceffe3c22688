using FlowSecrets.Formats.Writing;
using FlowSecrets.Values;

namespace FlowSecrets.Formats.Ci;

/// <summary>The texts that a CI system is told to hide. Shorter ones would hide parts of many words.</summary>
internal static class LogMasks
{
    /// <summary>Characters of the shortest line that is hidden.</summary>
    public const int Shortest = 4;

    /// <summary>The lines of the sensitive texts, and the whole value in base64; none for what is not sensitive.</summary>
    public static IReadOnlyList<string> Of(FormatVariable variable)
    {
        if (!variable.IsSensitive)
        {
            return [];
        }

        List<string> masks = [];
        foreach (SecretValue value in variable.Masked.Where(static v => v.IsText()))
        {
            masks.AddRange(Lines(value.RevealText(variable.Name)));
        }

        if (variable.Value.AsSpan().Length >= Shortest)
        {
            masks.Add(Convert.ToBase64String(variable.Value.AsSpan()));
        }

        return [.. masks.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether a sensitive text is too short to be hidden.</summary>
    public static bool LeavesOut(FormatVariable variable) =>
        variable.IsSensitive && variable.Masked.Any(v => !v.IsEmpty() && v.IsText() && !Lines(v.RevealText(variable.Name)).Any());

    private static IEnumerable<string> Lines(string text) =>
        text.Split(['\r', '\n']).Select(static l => l.Trim()).Where(static l => Characters(l) >= Shortest);

    private static int Characters(string line) => line.EnumerateRunes().Count();
}
