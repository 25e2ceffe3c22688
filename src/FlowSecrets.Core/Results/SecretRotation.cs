using FlowSecrets.Model;

namespace FlowSecrets;

/// <summary>How a secret's rotation stands.</summary>
public sealed record SecretRotation
{
    public required string Name { get; init; }

    public required string StoreName { get; init; }

    /// <summary>None, Created, Applied, Tested, Promoted, Redeployed, Healthy, Overlap, Retired, Undone or NeedsAttention.</summary>
    public required string State { get; init; }

    /// <summary>The current version.</summary>
    public required string Version { get; init; }

    /// <summary>How old that is; null: not known.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>When it is to be rotated, in local time; null: the catalog does not say how often.</summary>
    public DateTime? DueAt { get; init; }

    /// <summary>Whether there is something to do: it is old, a rotation is unfinished, or a value before can go.</summary>
    public required bool Due { get; init; }

    /// <summary>When the value before goes out of use, in local time.</summary>
    public DateTime? RetireAt { get; init; }

    /// <summary>The id of the error that stopped it last; null: none did.</summary>
    public string? LastError { get; init; }

    /// <summary>How often in a row that step failed.</summary>
    public int Failures { get; init; }

    /// <summary>What is to be done, or stands in the way.</summary>
    public string? Message { get; init; }

    /// <summary>The rotations that ended, the newest first.</summary>
    public RotationJournalEntry[] Journal { get; init; } = [];

    public string? Environment { get; init; }

    /// <summary>Local, Gcp or Aws.</summary>
    public required string Store { get; init; }

    public required string Place { get; init; }

    public override string ToString() => ResultText.Of(Name, Version);
}
