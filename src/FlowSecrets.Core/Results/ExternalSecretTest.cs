namespace FlowSecrets;

/// <summary>Whether an ExternalSecret delivers, why not, and the command that fixes it.</summary>
public sealed record ExternalSecretTest
{
    public required string Name { get; init; }

    /// <summary>Null: not known.</summary>
    public string? Namespace { get; init; }

    public string? Context { get; init; }

    public string? Environment { get; init; }

    /// <summary>The operator's store.</summary>
    public string? SecretStore { get; init; }

    /// <summary>Synced, Failed, Stale, Pending, Retained, Deleted, Missing or Unknown.</summary>
    public required string State { get; init; }

    /// <summary>The constant word for the cause, such as StoreNotReady; null: nothing was found.</summary>
    public string? Cause { get; init; }

    /// <summary>What was seen.</summary>
    public required string Evidence { get; init; }

    /// <summary>The command that fixes it.</summary>
    public string? Remedy { get; init; }

    public override string ToString() => $"{Name}: {State}";
}
