using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.CloudFakes.Aws.Policies;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Services;

/// <summary>A call with who makes it, and what that may do.</summary>
internal sealed record AwsVisit(AwsCall Call, AwsCaller Caller, AwsContext Context, AwsDirectory Directory)
{
    private readonly List<(string Type, string Name)> _touched = [];

    public string Region => Call.Region;

    public DateTimeOffset Now => Directory.Now;

    public string Action => $"{Call.Protocol.Action}:{Call.Name}";

    public AwsForm Form => AwsForm.Of(Call.Request)!;

    /// <summary>What is changed, for the audit log.</summary>
    public IReadOnlyList<(string Type, string Name)> Touched => _touched;

    public static AwsContext ContextOf(AwsCaller caller, string region, string sourceIp, DateTimeOffset now) =>
        new AwsContext()
            .With("aws:PrincipalArn", caller.PrincipalArn)
            .With("aws:PrincipalAccount", caller.Account)
            .With("aws:userid", caller.UserId)
            .With("aws:username", caller.Entity is { IsRole: false } user ? user.Name : null)
            .With("aws:PrincipalType", caller.Entity is { IsRole: true } ? "AssumedRole" : "User")
            .With("aws:CurrentTime", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
            .With("aws:EpochTime", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
            .With("aws:SourceIp", sourceIp)
            .With("aws:RequestedRegion", region)
            .With("aws:SecureTransport", "true")
            .With("aws:PrincipalIsAWSService", "false")
            .With("aws:ViaAWSService", "false");

    public void Touch(string type, string name) => _touched.Add((type, name));

    /// <summary>The account's administrator is not judged at home.</summary>
    public AwsVerdict Decide(AwsAsk ask, AwsPolicy? resource = null, AwsResourceRule rule = AwsResourceRule.Adds) =>
        ask.Caller.IsAdministrator && ask.IsWithinAccount
            ? AwsVerdict.Allowed
            : AwsEvaluation.Decide(ask, Directory.PoliciesOf(ask.Caller), resource, rule);

    public AwsVerdict Decide(
        string action,
        string resource,
        string? owner = null,
        AwsContext? context = null,
        AwsPolicy? policy = null,
        AwsResourceRule rule = AwsResourceRule.Adds
    ) => Decide(new AwsAsk(Caller, action, resource, owner ?? Caller.Account, context ?? Context), policy, rule);

    /// <summary>Something of the caller's own account that only identities' policies are about.</summary>
    public void Demand(string resource, string? shown = null)
    {
        if (Decide(Action, resource) is { Reason: { } reason })
        {
            throw Denied(shown ?? resource, reason);
        }
    }

    public AwsError Denied(string resource, string? reason, string? action = null) =>
        AwsError.Denied(Call, Caller.Arn, action ?? Action, resource, reason);

    public Reply Json(JsonObject? body) => AwsReply.Of(new AwsResult(body), false, Call.Protocol);

    public Reply Xml(params XElement[] members) => AwsReply.Of(Call, members);
}
