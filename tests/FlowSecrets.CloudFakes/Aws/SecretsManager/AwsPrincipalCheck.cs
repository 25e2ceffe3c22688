using System.Text.Json;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.CloudFakes.Aws.Policies;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>
/// AWS keeps no resource policy that names a user or role which does not exist. Of accounts without identities the fake knows nothing.
/// </summary>
internal static class AwsPrincipalCheck
{
    public static bool NamesNobody(string policy, AwsDirectory directory)
    {
        try
        {
            return AwsPolicy.Parse(policy).Statements.SelectMany(static s => s.Principals ?? []).Any(p => IsNobody(p, directory));
        }
        catch (JsonException)
        {
            // Refused by its own name.
            return false;
        }
    }

    private static bool IsNobody(string principal, AwsDirectory directory) =>
        principal.Split(':', 6) is ["arn", _, var service, _, var account, var name]
        && directory.Knows(account)
        && service switch
        {
            "iam" => name != "root" && directory.Find(principal) is null or { Kind: AwsEntityKind.Group },
            "sts" => name.Split('/') is not ["assumed-role", var role, _] || directory.Find(account, AwsEntityKind.Role, role) is null,
            _ => false,
        };
}
