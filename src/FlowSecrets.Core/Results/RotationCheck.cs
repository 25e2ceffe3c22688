namespace FlowSecrets;

/// <summary>One thing that a rehearsal looked at.</summary>
public sealed record RotationCheck
{
    public required string Name { get; init; }

    /// <summary>What was looked at.</summary>
    public required string Check { get; init; }

    /// <summary>Whether a rotation can go on past it.</summary>
    public required bool Passed { get; init; }

    public required string Message { get; init; }

    /// <summary>What to do about it; null: nothing.</summary>
    public string? Remedy { get; init; }

    public string? Environment { get; init; }

    public override string ToString() => $"{Name}: {Check}";
}
