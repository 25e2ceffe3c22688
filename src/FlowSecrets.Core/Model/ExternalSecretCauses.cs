using FlowSecrets.Errors;

namespace FlowSecrets.Model;

/// <summary>
/// Why an ExternalSecret does not deliver. What the cloud decides has the words of <see cref="AccessCauses"/>, because the same code finds
/// it out. docs/guide/kubernetes.md shows each.
/// </summary>
internal static class ExternalSecretCauses
{
    /// <summary>The member is not in the JSON secret.</summary>
    public const string PropertyNotFound = nameof(PropertyNotFound);

    /// <summary>The version that the manifest pins is not there.</summary>
    public const string VersionNotFound = ErrorIds.VersionNotFound;

    /// <summary>The service account of Kubernetes may not become the one of Google.</summary>
    public const string WorkloadIdentityMissing = nameof(WorkloadIdentityMissing);

    /// <summary>The role's trust does not let the service account in.</summary>
    public const string IrsaTrustMissing = nameof(IrsaTrustMissing);

    /// <summary>The service account that the store names is not there.</summary>
    public const string ServiceAccountNotFound = nameof(ServiceAccountNotFound);

    public const string StoreNotFound = nameof(StoreNotFound);

    /// <summary>There is a store of that name, of the other kind.</summary>
    public const string StoreWrongKind = nameof(StoreWrongKind);

    /// <summary>There is one, in another namespace, or one that is not for this namespace.</summary>
    public const string StoreWrongNamespace = nameof(StoreWrongNamespace);

    public const string StoreNotReady = nameof(StoreNotReady);

    /// <summary>The cluster does not serve the kind, or not in the version of the manifest.</summary>
    public const string ClusterKindNotServed = ErrorIds.ClusterKindNotServed;

    /// <summary>The Kubernetes Secret belongs to somebody else.</summary>
    public const string OwnershipConflict = nameof(OwnershipConflict);

    public const string ImmutableTarget = nameof(ImmutableTarget);

    /// <summary>It is read once, and the store has a newer version.</summary>
    public const string CreatedOnce = nameof(CreatedOnce);

    public const string OperatorNotRunning = nameof(OperatorNotRunning);

    /// <summary>The operator runs, and has not seen it.</summary>
    public const string NotReconciled = nameof(NotReconciled);

    /// <summary>The last refresh is older than several intervals.</summary>
    public const string RefreshStale = nameof(RefreshStale);

    /// <summary>The store returned nothing, and the Kubernetes Secret was kept.</summary>
    public const string SecretRetained = nameof(SecretRetained);

    /// <summary>The store returned nothing, and the Kubernetes Secret was deleted.</summary>
    public const string SecretDeleted = nameof(SecretDeleted);

    /// <summary>There is no Kubernetes Secret to merge into.</summary>
    public const string SecretMissing = nameof(SecretMissing);

    /// <summary>It fails in a way that nothing here explains.</summary>
    public const string UpdateFailed = nameof(UpdateFailed);
}

/// <summary>The words in the State of an ExternalSecret.</summary>
internal static class ExternalSecretStates
{
    public const string Synced = nameof(Synced);
    public const string Failed = nameof(Failed);
    public const string Stale = nameof(Stale);
    public const string Pending = nameof(Pending);
    public const string Retained = nameof(Retained);
    public const string Deleted = nameof(Deleted);
    public const string Missing = nameof(Missing);
    public const string Unknown = nameof(Unknown);

    /// <summary>So many intervals may pass before a refresh is late.</summary>
    public const int LateAfter = 3;

    public static string Of(ExternalSecretInfo item, DateTimeOffset now) =>
        item.Ready switch
        {
            null => Pending,
            { IsTrue: false, Status: not "False" } => Unknown,
            { IsTrue: false } => Failed,
            { Reason: "SecretDeleted" } => Deleted,
            { Reason: "SecretMissing" } => Missing,
            // The operator has no reason of its own for it.
            { Message: { } said } when said.StartsWith("secret retained", StringComparison.OrdinalIgnoreCase) => Retained,
            _ when IsLate(item, now) => Stale,
            _ => Synced,
        };

    public static bool IsLate(ExternalSecretInfo item, DateTimeOffset now) =>
        item is { RefreshPolicy: "Periodic", NeverRefreshes: null, Interval: { } interval, Refreshed: { } refreshed }
        && interval > TimeSpan.Zero
        && now - refreshed > interval * LateAfter;
}
