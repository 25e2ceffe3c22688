using FlowSecrets.CloudFakes.Aws.Iam;

namespace FlowSecrets.CloudFakes.Aws.Policies;

/// <summary>The fake's judgement of policies that are given whole, for tests.</summary>
/// <param name="Identity">The principal's own policies.</param>
/// <param name="Boundary">Null: there is none.</param>
/// <param name="Resource">The policy of the resource; null: there is none.</param>
/// <param name="MustDelegate">Whether the resource's policy must let the account in first, as that of a key does.</param>
public sealed record AwsJudge(IReadOnlyList<string> Identity, string? Boundary, string? Resource, bool MustDelegate)
{
    /// <param name="arn">Of a user or a session.</param>
    /// <param name="principalArn">Of the user, or of the session's role.</param>
    /// <param name="action">With its service.</param>
    /// <param name="resource">ARN.</param>
    /// <param name="context">All keys that the request has.</param>
    public bool Allows(
        string arn,
        string principalArn,
        string action,
        string resource,
        IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> context
    )
    {
        AwsContext keys = context.Aggregate(new AwsContext(), static (all, k) => all.With(k.Key, [.. k.Value]));
        AwsCaller caller = new(arn, principalArn, arn.Split(':')[4], "AIDAEXAMPLE", null);
        AwsPolicySet mine = new(
            [.. Identity.Select(static p => AwsPolicy.Parse(p))],
            Boundary is null ? null : AwsPolicy.Parse(Boundary),
            []
        );
        return AwsEvaluation
            .Decide(
                new AwsAsk(caller, action, resource, resource.Split(':')[4], keys),
                mine,
                Resource is null ? null : AwsPolicy.Parse(Resource),
                MustDelegate ? AwsResourceRule.MustDelegate : AwsResourceRule.Adds
            )
            .IsAllowed;
    }
}
