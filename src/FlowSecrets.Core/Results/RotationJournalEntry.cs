using System.Globalization;

namespace FlowSecrets;

/// <summary>A rotation that ended.</summary>
/// <param name="By">The person or CI run.</param>
public sealed record RotationJournalEntry(
    string State,
    string? From,
    string? To,
    DateTime Started,
    DateTime? Ended,
    TimeSpan? Duration,
    string By
)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Ended ?? Started:yyyy-MM-dd HH:mm} {State} {From} -> {To} by {By}");
}
