using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Conditions;
using FlowSecrets.Providers.Aws.Iam.Policies;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>
/// Whether a resource's policy only adds to the policies of its account's identities, or must let them in first, as that of a key does.
/// </summary>
internal enum AwsResourceRule
{
    Adds,
    MustDelegate,
}

/// <summary>What a resource's policy and the principal's own say of one action, and what follows from both.</summary>
/// <param name="ResourceAccount">Whose the resource is.</param>
/// <param name="Unread">Why the resource's policy could not be read; null: it could.</param>
/// <param name="ByKeyGrant">Whether a grant of the key allows it; null: it cannot be known here.</param>
internal sealed record AwsFindings(
    AwsAsk Ask,
    string ResourceAccount,
    AwsResourceRule Rule,
    AwsResourceSays Says,
    string? Unread,
    AwsOwnSays Own,
    bool? ByKeyGrant = false
)
{
    public AwsPrincipal Principal => Ask.Principal;

    public bool IsSameAccount => Principal.Account == ResourceAccount;

    /// <summary>Whether the resource's policy lets it in, by whatever name; null: it cannot be known here.</summary>
    public bool? ByResource => Known.Any(Enum.GetValues<AwsReach>().Select(Granted));

    /// <summary>What may hold a deny of the resource's that is not seen here; null: nothing.</summary>
    public string? Hidden => Unread ?? Says.OpenDenial;

    public bool? Denies =>
        Known.Any(
            Says.Denial is not null ? true
                : Hidden is null ? false
                : null,
            Own.Denies
        );

    /// <summary>Whether something allows it that the boundary does not close; the organisation is not asked yet.</summary>
    public bool? Granting => IsSameAccount ? Known.Any(ByOwn, Direct, ByGrantOfKey) : Known.All(Own.Allows, Across);

    /// <summary>Whether the boundary alone closed what the resource's policy or the principal's own might have granted.</summary>
    public bool IsOutsideBoundary => Own.Boundary == false && (IsSameAccount || ByResource != false);

    private bool? ByOwn => Rule == AwsResourceRule.Adds ? Own.Allows : Known.All(ByResource, Own.Allows);

    /// <summary>
    /// An implicit deny of the boundary does not limit what is granted to a user or a session by name, and does limit a role's. Of what is
    /// granted to everybody AWS does not say.
    /// </summary>
    private bool? Direct =>
        Known.Any(
            Granted(AwsReach.Direct),
            Known.All(Granted(AwsReach.Role), Own.Boundary),
            Known.All(Granted(AwsReach.Everyone), Own.Boundary == true ? true : null)
        );

    private bool? ByGrantOfKey => Known.All(ByKeyGrant, Own.Boundary == true ? true : null);

    /// <summary>Whether a grant of a key is enough for another account AWS does not say.</summary>
    private bool? Across => Known.Any(ByResource, ByKeyGrant == false ? false : null);

    private bool? Granted(AwsReach reach) => Known.Any(Says.Grants(reach), Unread is null ? false : null);
}
