using FlowSecrets.Errors;

namespace FlowSecrets.Model;

/// <summary>Why an access is denied or not known, as docs/guide/access.md shows. Those that are also an error's id have its name.</summary>
internal static class AccessCauses
{
    /// <summary>There are no credentials, or they are wrong or expired.</summary>
    public const string NotAuthenticated = ErrorIds.NotAuthenticated;

    /// <summary>This machine's clock is so wrong that signatures are refused.</summary>
    public const string ClockSkew = nameof(ClockSkew);

    /// <summary>The token of a workload or workflow is not one that the principal's trust lets in.</summary>
    public const string FederationMismatch = nameof(FederationMismatch);

    /// <summary>Asked as somebody else than meant.</summary>
    public const string OtherIdentity = nameof(OtherIdentity);

    /// <summary>Asked in another project, account or region than meant.</summary>
    public const string OtherPlace = nameof(OtherPlace);

    /// <summary>A regional secret was asked for at the global endpoint, or the other way round.</summary>
    public const string OtherEndpoint = nameof(OtherEndpoint);

    public const string SecretNotFound = ErrorIds.SecretNotFound;

    /// <summary>The cloud does not tell whether it is absent or forbidden.</summary>
    public const string SecretNotFoundOrForbidden = ErrorIds.SecretNotFoundOrForbidden;

    /// <summary>No role or policy allows it.</summary>
    public const string NoGrant = nameof(NoGrant);

    /// <summary>A policy forbids it.</summary>
    public const string ExplicitDeny = nameof(ExplicitDeny);

    /// <summary>It is granted under a condition that is not met, such as a time that is over.</summary>
    public const string ConditionNotMet = nameof(ConditionNotMet);

    /// <summary>The organisation forbids it: a service control policy, an organisation's deny policy, a perimeter.</summary>
    public const string OrganizationPolicy = nameof(OrganizationPolicy);

    /// <summary>The principal's permissions boundary does not hold it.</summary>
    public const string PermissionsBoundary = nameof(PermissionsBoundary);

    /// <summary>The key that encrypts the value cannot be used.</summary>
    public const string KmsKeyNotUsable = nameof(KmsKeyNotUsable);

    /// <summary>It was granted so lately that it need not work everywhere yet.</summary>
    public const string GrantTooYoung = nameof(GrantTooYoung);

    public const string SecretHasNoVersion = ErrorIds.SecretHasNoVersion;
    public const string VersionDisabled = ErrorIds.VersionDisabled;
    public const string VersionDestroyed = ErrorIds.VersionDestroyed;
    public const string PendingDeletion = ErrorIds.PendingDeletion;
    public const string ApiNotEnabled = ErrorIds.ApiNotEnabled;

    /// <summary>A policy that decides may not be read.</summary>
    public const string PolicyUnreadable = nameof(PolicyUnreadable);

    /// <summary>It hangs on who is in a group.</summary>
    public const string GroupUnresolved = nameof(GroupUnresolved);

    /// <summary>A condition that decides cannot be evaluated here.</summary>
    public const string ConditionUnresolved = nameof(ConditionUnresolved);

    /// <summary>The store's file or its key can be read by others.</summary>
    public const string FileExposed = nameof(FileExposed);

    /// <summary>The store's file belongs to another user.</summary>
    public const string OtherOwner = nameof(OtherOwner);

    public const string StoreLocked = ErrorIds.StoreLocked;
    public const string StoreUnavailable = ErrorIds.StoreUnavailable;

    /// <summary>Those that say no for sure; whatever else goes wrong leaves it open.</summary>
    private static readonly HashSet<string> Decided = new(StringComparer.Ordinal)
    {
        NotAuthenticated,
        ClockSkew,
        FederationMismatch,
        OtherIdentity,
        OtherPlace,
        OtherEndpoint,
        SecretNotFound,
        NoGrant,
        ExplicitDeny,
        ConditionNotMet,
        OrganizationPolicy,
        PermissionsBoundary,
        KmsKeyNotUsable,
        GrantTooYoung,
        SecretHasNoVersion,
        VersionDisabled,
        VersionDestroyed,
        PendingDeletion,
        ApiNotEnabled,
        FileExposed,
        OtherOwner,
        StoreLocked,
        ErrorIds.InvalidName,
        ErrorIds.StoreCorrupt,
    };

    private static readonly HashSet<string> Errors = new(StringComparer.Ordinal)
    {
        NotAuthenticated,
        SecretNotFound,
        SecretNotFoundOrForbidden,
        SecretHasNoVersion,
        VersionDisabled,
        VersionDestroyed,
        PendingDeletion,
        ApiNotEnabled,
        StoreLocked,
        StoreUnavailable,
    };

    /// <summary>Whether the cause means denied rather than not known.</summary>
    internal static bool IsDecided(string cause) => Decided.Contains(cause);

    /// <summary>The id of the error that a command ends with for this cause.</summary>
    internal static string ErrorOf(string cause) =>
        Errors.Contains(cause)
            ? cause
            : cause switch
            {
                ClockSkew or FederationMismatch => ErrorIds.NotAuthenticated,
                OtherEndpoint or OtherPlace => ErrorIds.SecretNotFound,
                _ => ErrorIds.AccessDenied,
            };
}
