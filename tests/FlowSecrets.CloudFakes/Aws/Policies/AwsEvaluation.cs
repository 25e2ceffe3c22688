namespace FlowSecrets.CloudFakes.Aws.Policies;

/// <summary>
/// Whether a resource's policy only adds to the identities' policies, or must let them in first, as those of keys and the trust in roles
/// do.
/// </summary>
internal enum AwsResourceRule
{
    Adds,
    MustDelegate,
}

/// <summary>AWS's documented logic: a deny wins; within an account one of identity and resource allows; across accounts both.</summary>
internal static class AwsEvaluation
{
    private const string Organisation = "service control policy";
    private const string Resource = "resource-based policy";
    private const string Identity = "identity-based policy";
    private const string Boundary = "permissions boundary";

    public static AwsVerdict Decide(
        AwsAsk ask,
        AwsPolicySet mine,
        AwsPolicy? resource = null,
        AwsResourceRule rule = AwsResourceRule.Adds
    ) =>
        Deny(ask, mine, resource)
        ?? OrganisationLimit(ask, mine)
        ?? (ask.IsWithinAccount ? Within(ask, mine, resource, rule) : Across(ask, mine, resource));

    private static AwsVerdict? Deny(AwsAsk ask, AwsPolicySet mine, AwsPolicy? resource) =>
        mine.Organisation.Any(p => p.Denies(ask)) ? AwsVerdict.ExplicitDeny(Organisation)
        : resource?.Denies(ask) == true ? AwsVerdict.ExplicitDeny(Resource)
        : mine.Identity.Any(p => p.Denies(ask)) ? AwsVerdict.ExplicitDeny(Identity)
        : mine.Boundary?.Denies(ask) == true ? AwsVerdict.ExplicitDeny(Boundary)
        : null;

    private static AwsVerdict? OrganisationLimit(AwsAsk ask, AwsPolicySet mine) =>
        mine.Organisation.Count > 0 && !mine.Organisation.Any(p => p.Allows(ask)) ? AwsVerdict.NoAllow(ask, Organisation) : null;

    /// <summary>What is granted to a user or to a session passes by the boundary; what is granted to a role does not.</summary>
    private static AwsVerdict Within(AwsAsk ask, AwsPolicySet mine, AwsPolicy? resource, AwsResourceRule rule)
    {
        AwsGrantee grantee = resource?.Grants(ask) ?? AwsGrantee.None;
        return grantee == AwsGrantee.Direct || (grantee == AwsGrantee.Role && mine.Boundary?.Allows(ask) != false) ? AwsVerdict.Allowed
            : rule == AwsResourceRule.MustDelegate && grantee == AwsGrantee.None ? AwsVerdict.NoAllow(ask, Resource)
            : OwnPolicies(ask, mine);
    }

    private static AwsVerdict Across(AwsAsk ask, AwsPolicySet mine, AwsPolicy? resource) =>
        OwnPolicies(ask, mine) is { IsAllowed: false } refusal ? refusal
        : resource is null || resource.Grants(ask) == AwsGrantee.None ? AwsVerdict.NoAllow(ask, Resource)
        : AwsVerdict.Allowed;

    private static AwsVerdict OwnPolicies(AwsAsk ask, AwsPolicySet mine) =>
        !mine.Identity.Any(p => p.Allows(ask)) ? AwsVerdict.NoAllow(ask, Identity)
        : mine.Boundary?.Allows(ask) == false ? AwsVerdict.NoAllow(ask, Boundary)
        : AwsVerdict.Allowed;
}
