using System.Globalization;
using FlowSecrets.Errors;

namespace FlowSecrets.Model;

/// <summary>
/// What a rotation leaves beside a secret, in labels or annotations: the record, a journal, and the mark of what stands aside.
/// </summary>
internal static class RotationNotes
{
    /// <summary>Begins every key that is ours.</summary>
    public const string Prefix = "flowsecrets-";

    public const string Record = "flowsecrets-rotation";

    /// <summary>Every key that a rotation may write on a secret.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [Record, Pending, .. Enumerable.Range(0, JournalLength).Select(static i => $"{JournalPrefix}{i}")];

    /// <summary>How many notes there are at most, the mark included.</summary>
    public const int Most = JournalLength + 2;

    /// <summary>What all of them take at most, keys included.</summary>
    public const int MostCharacters = Most * (RotationRecord.MostCharacters + 32);

    /// <summary>On what a pending value stands: <c>basis=3 attempt=1</c>, with <c>undo=1</c> where an older value comes back.</summary>
    public const string Pending = "flowsecrets-pending";

    /// <summary>On a secret that holds a pending value of another secret: the name of that one.</summary>
    public const string PendingOf = "flowsecrets-pending-of";

    /// <summary>Whether a key of a label or annotation is ours, so that nobody sets it by hand.</summary>
    public static bool IsOurs(string key) =>
        key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || string.Equals(key, "flowsecrets", StringComparison.OrdinalIgnoreCase);

    private const string JournalPrefix = "flowsecrets-journal-";
    private const int JournalLength = 5;

    public static RotationRecord? RecordOf(IReadOnlyDictionary<string, string>? notes) =>
        RotationRecord.Parse(notes?.GetValueOrDefault(Record));

    /// <summary>The newest first.</summary>
    public static IReadOnlyList<RotationRecord> JournalOf(IReadOnlyDictionary<string, string>? notes) =>
        [.. Slots(notes).Select(static s => s.Record).OfType<RotationRecord>().OrderByDescending(static r => r.Ended ?? r.Started)];

    /// <summary>What to set so that the record stands there, and in the journal as well when it ends a rotation.</summary>
    public static Dictionary<string, string> Changes(IReadOnlyDictionary<string, string>? notes, RotationRecord record, bool ends)
    {
        string text = record.ToText();
        Dictionary<string, string> changes = new(StringComparer.Ordinal) { [Record] = text };
        if (ends && !Slots(notes).Any(s => s.Record is { } r && r.From == record.From && r.To == record.To && r.Started == record.Started))
        {
            changes[Slots(notes).MinBy(static s => s.Record is { } r ? r.Ended ?? r.Started : DateTimeOffset.MinValue).Key] = text;
        }

        return changes;
    }

    public static string MarkOf(string basis, int attempt, bool isUndo) =>
        $"basis={basis} attempt={attempt.ToString(CultureInfo.InvariantCulture)}{(isUndo ? " undo=1" : "")}";

    /// <returns>Null: it is no such mark.</returns>
    public static PendingVersion? Parse(string? mark, string version, bool isPromoted)
    {
        Dictionary<string, string> members = (mark ?? "")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(static m => m.Split('=', 2))
            .Where(static m => m.Length == 2)
            .DistinctBy(static m => m[0], StringComparer.Ordinal)
            .ToDictionary(static m => m[0], static m => m[1], StringComparer.Ordinal);
        return !members.TryGetValue("basis", out string? basis)
            ? null
            : new PendingVersion(version, basis, isPromoted)
            {
                IsUndo = members.ContainsKey("undo"),
                Attempt = int.TryParse(
                    members.GetValueOrDefault("attempt"),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out int attempt
                )
                    ? attempt
                    : 1,
            };
    }

    /// <summary>The record as it was seen must be the record that is there.</summary>
    public static void RequireSame(string name, string? there, RotationRecord? seen)
    {
        if (!string.Equals(RotationRecord.Parse(there)?.ToText(), seen?.ToText(), StringComparison.Ordinal))
        {
            throw new FlowSecretException(
                ErrorIds.Conflict,
                name,
                $"Somebody else wrote the rotation record of '{name}' meanwhile",
                "Look at it, then try again; nothing was changed by this command."
            );
        }
    }

    private static (string Key, RotationRecord? Record)[] Slots(IReadOnlyDictionary<string, string>? notes) =>
        [
            .. Enumerable
                .Range(0, JournalLength)
                .Select(i => $"{JournalPrefix}{i}")
                .Select(k => (k, RotationRecord.Parse(notes?.GetValueOrDefault(k)))),
        ];
}
