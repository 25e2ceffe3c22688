using System.Xml.Linq;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.CloudFakes.Aws.Policies;
using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Sts;

/// <summary>Who one is, and becoming a role.</summary>
internal static class AwsStsOperations
{
    private const int OneHour = 3600;

    public static AwsService Service(Lock @lock) =>
        new AwsService(@lock)
            .Read(
                AwsCall.WhoAmI,
                static visit =>
                    visit.Xml(
                        new XElement("Arn", visit.Caller.Arn),
                        new XElement("UserId", visit.Caller.UserId),
                        new XElement("Account", visit.Caller.Account)
                    )
            )
            .Read("AssumeRole", Assume)
            .Read("AssumeRoleWithWebIdentity", AssumeWithToken);

    private static Reply Assume(AwsVisit visit)
    {
        string arn = visit.Form.Required("RoleArn");
        string session = visit.Form.Required("RoleSessionName");
        AwsContext context = visit.Context.With("sts:ExternalId", visit.Form.Text("ExternalId")).With("sts:RoleSessionName", session);
        return Trusted(visit, arn, visit.Caller, context) is { } role
            ? visit.Xml(Session(visit, role, session))
            : throw visit.Denied(arn, null);
    }

    private static Reply AssumeWithToken(AwsVisit visit)
    {
        string arn = visit.Form.Required("RoleArn");
        string session = visit.Form.Required("RoleSessionName");
        AwsWebToken token = AwsWebToken.Read(visit.Form.Required("WebIdentityToken"));
        if (token.Expires <= visit.Now)
        {
            throw new AwsError("ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time");
        }

        string provider = $"arn:aws:iam::{visit.Directory.Find(arn)?.Account}:oidc-provider/{token.Host}";
        AwsCaller bearer = new(provider, provider, visit.Directory.Find(arn)?.Account ?? "", token.Subject, null) { Provider = provider };
        return Trusted(visit, arn, bearer, token.AddTo(visit.Context)) is { } role
            ? visit.Xml([
                .. Session(visit, role, session),
                new XElement("SubjectFromWebIdentityToken", token.Subject),
                new XElement("Provider", provider),
                new XElement("Audience", token.Audience),
            ])
            : throw AwsError.Denied(visit.Call, "Not authorized to perform sts:AssumeRoleWithWebIdentity");
    }

    /// <returns>Null: the role does not trust the caller, or is not there, which AWS does not tell apart.</returns>
    private static AwsEntity? Trusted(AwsVisit visit, string arn, AwsCaller caller, AwsContext context) =>
        visit.Directory.Find(arn) is { IsRole: true } role
        && role.At(visit.Now).Trust is { } trust
        && AwsEvaluation
            .Decide(
                new AwsAsk(caller, visit.Action, arn, role.Account, context),
                visit.Directory.PoliciesOf(caller),
                AwsPolicy.Parse(trust),
                AwsResourceRule.MustDelegate
            )
            .IsAllowed
            ? role
            : null;

    private static XElement[] Session(AwsVisit visit, AwsEntity role, string session)
    {
        AwsCaller caller = role.Caller(session, visit.Now.AddSeconds(visit.Form.Number("DurationSeconds", OneHour)));
        return
        [
            new XElement("AssumedRoleUser", new XElement("AssumedRoleId", caller.UserId), new XElement("Arn", caller.Arn)),
            new XElement(
                "Credentials",
                new XElement("AccessKeyId", visit.Directory.AddKey(caller)),
                new XElement("SecretAccessKey", AwsNames.Random(40)),
                new XElement("SessionToken", AwsNames.Random(200)),
                new XElement("Expiration", AwsIamShown.Time(caller.Expires!.Value))
            ),
        ];
    }
}
