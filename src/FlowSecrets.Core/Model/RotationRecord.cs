using System.Globalization;
using System.Text;

namespace FlowSecrets.Model;

/// <summary>
/// What is written down of one rotation, in the store beside the secret: version ids, times and who, never a value. As text it is one line
/// of at most
/// 256 letters, digits, spaces and <c>_.:/=+-@</c>, which is what an AWS tag takes.
/// </summary>
/// <param name="State">Open states while it runs; Overlap, Retired, Undone or NeedsAttention after.</param>
internal sealed record RotationRecord(RotationState State)
{
    internal const int MostCharacters = 256;

    private const string Version = "v1";

    /// <summary>The version that was current before.</summary>
    public string? From { get; init; }

    /// <summary>The version that the rotation made.</summary>
    public string? To { get; init; }

    /// <summary>In UTC, to the second, as all times here.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>When the new value became current.</summary>
    public DateTimeOffset? Promoted { get; init; }

    /// <summary>When the workloads ran with it.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>When the value before may go out of use.</summary>
    public DateTimeOffset? RetireAt { get; init; }

    /// <summary>The state that was not reached; null: nothing failed.</summary>
    public RotationState? FailedStep { get; init; }

    /// <summary>How often in a row that step failed.</summary>
    public int Failures { get; init; }

    public string? ErrorId { get; init; }

    /// <summary>The person or CI run.</summary>
    public string By { get; init; } = "";

    public string ToText()
    {
        StringBuilder text = new(Version);
        text.Append(' ').Append(State);
        Add("from", From);
        Add("to", To);
        Add("start", Seconds(Started));
        Add("promoted", Promoted is { } p ? Seconds(p) : null);
        Add("end", Ended is { } e ? Seconds(e) : null);
        Add("retire", RetireAt is { } r ? Seconds(r) : null);
        Add("step", FailedStep?.ToString());
        Add("failures", Failures == 0 ? null : Failures.ToString(CultureInfo.InvariantCulture));
        Add("error", ErrorId);
        string by = Clean(By);
        int room = MostCharacters - text.Length - " by=".Length;
        if (by.Length > 0 && room > 0)
        {
            Add("by", by.Length > room ? by[..room].TrimEnd() : by);
        }

        return text.ToString();

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                text.Append(' ').Append(key).Append('=').Append(value);
            }
        }
    }

    /// <returns>Null: it is none of ours, or of a version to come.</returns>
    public static RotationRecord? Parse(string? text)
    {
        if (
            text?.Split(' ', 3) is not [Version, { } word, ..] parts
            || !Enum.TryParse(word, out RotationState state)
            || !Enum.IsDefined(state)
        )
        {
            return null;
        }

        // Who did it may hold spaces, so it stands last.
        string rest = parts.Length > 2 ? parts[2] : "";
        int by = rest.StartsWith("by=", StringComparison.Ordinal) ? 0 : rest.IndexOf(" by=", StringComparison.Ordinal);
        Dictionary<string, string> members = new(StringComparer.Ordinal);
        foreach (string member in (by < 0 ? rest : rest[..by]).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = member.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                members[member[..equals]] = member[(equals + 1)..];
            }
        }

        return new RotationRecord(state)
        {
            From = members.GetValueOrDefault("from"),
            To = members.GetValueOrDefault("to"),
            Started = Time(members.GetValueOrDefault("start")) ?? default,
            Promoted = Time(members.GetValueOrDefault("promoted")),
            Ended = Time(members.GetValueOrDefault("end")),
            RetireAt = Time(members.GetValueOrDefault("retire")),
            FailedStep = Enum.TryParse(members.GetValueOrDefault("step"), out RotationState step) ? step : null,
            Failures = int.TryParse(
                members.GetValueOrDefault("failures"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out int failures
            )
                ? failures
                : 0,
            ErrorId = members.GetValueOrDefault("error"),
            By = by < 0 ? "" : rest[(rest.IndexOf("by=", by, StringComparison.Ordinal) + 3)..],
        };
    }

    private static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset? Time(string? seconds) =>
        long.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
        && number is > -62135596800 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(number)
            : null;

    private static string Clean(string text)
    {
        char[] characters =
        [
            .. text.Select(static c => char.IsAsciiLetterOrDigit(c) || "_.:/+-@".Contains(c, StringComparison.Ordinal) ? c : ' '),
        ];
        return string.Join(' ', new string(characters).Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
