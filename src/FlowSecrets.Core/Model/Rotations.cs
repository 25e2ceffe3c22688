using FlowSecrets.Errors;
using FlowSecrets.Ports;

namespace FlowSecrets.Model;

/// <summary>How far a rotation is.</summary>
internal enum RotationState
{
    /// <summary>There was none, or the last one is over and done with.</summary>
    None,

    /// <summary>The new value stands in the store as pending.</summary>
    Created,

    /// <summary>The target has it.</summary>
    Applied,

    /// <summary>The target accepts it.</summary>
    Tested,

    /// <summary>It is current in the store.</summary>
    Promoted,

    /// <summary>The workloads are told.</summary>
    Redeployed,

    /// <summary>The workloads run with it.</summary>
    Healthy,

    /// <summary>It is done, and the value before is still valid.</summary>
    Overlap,

    /// <summary>The value before is out of use.</summary>
    Retired,

    /// <summary>It was taken back.</summary>
    Undone,

    /// <summary>It failed too often and waits for a person.</summary>
    NeedsAttention,
}

/// <summary>A secret as a rotation sees it, read from the store.</summary>
internal sealed record RotationView(RotationSubject Subject)
{
    public string StoreName => Subject.StoreName;

    /// <summary>The version that consumers get.</summary>
    public required string Current { get; init; }

    /// <summary>When it was made, in UTC; null where the store was not asked.</summary>
    public DateTimeOffset? CurrentCreated { get; init; }

    /// <summary>The version before the current one, where the store still holds it ready; null: none.</summary>
    public string? Previous { get; init; }

    /// <summary>What stands aside; null: no rotation is open.</summary>
    public PendingVersion? Pending { get; init; }

    /// <summary>What was last written down; null: nothing yet.</summary>
    public RotationRecord? Record { get; init; }

    /// <summary>The records of rotations that ended, the newest first.</summary>
    public IReadOnlyList<RotationRecord> Journal { get; init; } = [];

    /// <summary>Somebody else's rotation of the same secret, in a sentence; null: none.</summary>
    public string? Foreign { get; init; }

    /// <summary>
    /// A pending version without the mark of a rotation: the mark was removed, or somebody moved the stage. It may be discarded when
    /// somebody asks for it; null: none, or it belongs to another rotator.
    /// </summary>
    public PendingVersion? Unmarked { get; init; }

    /// <summary>The store's own mark of what was read, for its compare-and-swap.</summary>
    internal object? Mark { get; init; }
}

/// <param name="Version">What <see cref="IRotationStore.ReadAsync"/> takes for it; once it is current, it is told as
/// <see cref="RotationView.Current"/>.</param>
/// <param name="Basis">The version that was current when it was put aside.</param>
/// <param name="IsPromoted">Whether its value is the current one.</param>
internal sealed record PendingVersion(string Version, string Basis, bool IsPromoted)
{
    /// <summary>Whether a version that this rotation did not make is current meanwhile.</summary>
    public bool IsSuperseded { get; init; }

    /// <summary>Whether it is an older value that comes back.</summary>
    public bool IsUndo { get; init; }

    /// <summary>Whether no mark of a rotation says what it is for.</summary>
    public bool IsUnmarked { get; init; }

    /// <summary>A version that is called pending, without a mark that says what it is to follow.</summary>
    /// <param name="previous">The version before the current one, which it followed if it is current already; null: not known.</param>
    public static PendingVersion Unmarked(string version, string current, string? previous) =>
        new(version, version == current ? previous ?? current : current, version == current) { IsUnmarked = true };

    /// <summary>Which try of the same rotation it is, from 1; a rejected value is replaced by the next.</summary>
    public int Attempt { get; init; } = 1;
}

/// <summary>One thing that a rehearsal found.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="IsFine">Whether a rotation can go on past it.</param>
/// <param name="Message">What was found.</param>
/// <param name="Remedy">What to do about it; null: nothing.</param>
internal sealed record RotationFinding(string Check, bool IsFine, string Message, Remedy? Remedy = null);
