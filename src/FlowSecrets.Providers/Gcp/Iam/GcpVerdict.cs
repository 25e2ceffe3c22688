namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>What the policies on a secret's way up say of one permission and principal.</summary>
/// <param name="Grant">What grants it; null: nothing does for sure.</param>
/// <param name="Denial">What forbids it.</param>
/// <param name="Unmet">A condition that is not met, of a grant that would do.</param>
/// <param name="Open">What it may hang on and could not be decided here: a cause with its words.</param>
internal sealed record GcpVerdict(
    GcpGrantSeen? Grant,
    (string Source, GcpDenyPolicy Policy)? Denial,
    GcpGrantSeen? Unmet,
    IReadOnlyList<(string Cause, string Words)> Open
)
{
    /// <summary>A grant that would do, under a condition that cannot be decided here.</summary>
    public GcpGrantSeen? Conditional { get; init; }

    /// <summary>A deny policy of which it cannot be decided here whether it applies.</summary>
    public (string Source, GcpDenyPolicy Policy)? Doubt { get; init; }
}

/// <param name="Source">Where it stands.</param>
/// <param name="IsDirect">Whether that is the secret itself.</param>
internal sealed record GcpGrantSeen(string Source, GcpBinding Binding, bool IsDirect)
{
    /// <summary>Whether its condition is not met on the secret itself, and is or may be on a version.</summary>
    public bool IsOfVersion { get; init; }
}
