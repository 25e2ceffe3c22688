namespace FlowSecrets.Operations.Copying;

/// <summary>Without names: all secrets of the catalog.</summary>
internal sealed record CopySecretsOptions : SecretTargetOptions
{
    /// <summary>The environment that is read.</summary>
    public required string From { get; init; }

    /// <summary>The environment that is written to.</summary>
    public required string To { get; init; }

    /// <summary>Copy every readable version, and not only the current one.</summary>
    public bool AllVersions { get; init; }

    /// <summary>Delete each secret in the source, after each of its versions was read back from the target.</summary>
    public bool RemoveSource { get; init; }

    /// <summary>How long a deleted source can be restored, where the store has a recovery window.</summary>
    public int RecoveryDays { get; init; } = 30;

    /// <summary>Let the source replace values that exist.</summary>
    public bool UpdateExisting { get; init; }

    public bool OverwriteEncryptionKey { get; init; }

    /// <summary>Leave out labels and annotations that the target does not take; without it they refuse the copy.</summary>
    public bool AllowUnmapped { get; init; }
}
