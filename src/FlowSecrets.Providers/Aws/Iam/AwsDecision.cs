namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>What follows from policies.</summary>
internal enum AwsVerdict
{
    /// <summary>AWS knows no such user or role.</summary>
    NoSuchPrincipal,

    /// <summary>The resource's policy forbids it.</summary>
    DeniedByResource,

    /// <summary>The principal's own policies or its boundary forbid it.</summary>
    DeniedByPrincipal,

    /// <summary>The boundary does not hold it, and nothing passes by the boundary.</summary>
    OutsideBoundary,

    /// <summary>Nothing allows it.</summary>
    NotGranted,

    /// <summary>Something might forbid it, or nobody knows whether something allows it.</summary>
    Open,

    /// <summary>The simulation says that the organisation's policies do not allow it, which it cannot know.</summary>
    OrganizationOpen,

    /// <summary>Something allows it, and nothing can forbid it.</summary>
    Allowed,
}

/// <summary>The order in which policies decide. docs/architecture.md has the same table.</summary>
internal static class AwsDecision
{
    /// <summary>The first that holds is the verdict; the last one always holds.</summary>
    public static IReadOnlyList<(AwsVerdict Verdict, Func<AwsFindings, bool> Holds)> Steps { get; } =
    [
        (AwsVerdict.NoSuchPrincipal, static f => f.Own == AwsOwnSays.NoSuchPrincipal),
        (AwsVerdict.DeniedByResource, static f => f.Says.Denial is not null),
        (AwsVerdict.DeniedByPrincipal, static f => f.Own.Denies == true),
        (AwsVerdict.OutsideBoundary, static f => f.Granting == false && f.IsOutsideBoundary),
        (AwsVerdict.NotGranted, static f => f.Granting == false),
        (AwsVerdict.Open, static f => f.Granting is null && f.Own.Organization == true || f.Denies is null),
        (AwsVerdict.OrganizationOpen, static f => f.Own.Organization != true),
        (AwsVerdict.Allowed, static _ => true),
    ];

    public static AwsVerdict Of(AwsFindings findings) => Steps.First(s => s.Holds(findings)).Verdict;
}
