using FlowSecrets.CloudFakes.Aws.Iam;

namespace FlowSecrets.CloudFakes.Aws.Policies;

/// <summary>Somebody wants to do something to something. Owner: the account that the resource belongs to.</summary>
internal sealed record AwsAsk(AwsCaller Caller, string Action, string Resource, string Owner, AwsContext Context)
{
    public bool IsWithinAccount => Owner == Caller.Account;
}

/// <summary>Whether it may be done; if not, the end of the sentence that AWS says.</summary>
internal sealed record AwsVerdict(string? Reason)
{
    public static AwsVerdict Allowed { get; } = new((string?)null);

    public bool IsAllowed => Reason is null;

    /// <summary>A statement denies it, so that nothing else can allow it.</summary>
    public bool IsExplicit { get; private init; }

    public static AwsVerdict ExplicitDeny(string kind) =>
        new($"with an explicit deny in a{(kind[0] is 'i' ? "n" : "")} {kind}") { IsExplicit = true };

    public static AwsVerdict NoAllow(AwsAsk ask, string kind) => new($"because no {kind} allows the {ask.Action} action");
}

/// <summary>The policies of who asks. Boundary null: there is none. SCPs empty: the account is in no organisation.</summary>
internal sealed record AwsPolicySet(IReadOnlyList<AwsPolicy> Identity, AwsPolicy? Boundary, IReadOnlyList<AwsPolicy> Organisation)
{
    /// <summary>Of callers that the fake does not know.</summary>
    public static AwsPolicySet Everything { get; } = new([AwsPolicy.Everything], null, []);

    public static AwsPolicySet Nothing { get; } = new([], null, []);
}
