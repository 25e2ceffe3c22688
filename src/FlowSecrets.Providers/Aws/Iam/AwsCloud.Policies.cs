using System.Xml.Linq;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Aws.Iam;

/// <content>Policies of identities as text.</content>
internal sealed partial class AwsCloud
{
    public Task<IReadOnlyList<string>> ListInlinePoliciesAsync(AwsIdentityKind kind, string name, CancellationToken cancellationToken) =>
        ListAsync($"List{kind}Policies", [Of(kind, name)], "PolicyNames", static m => m.Value, cancellationToken);

    public async Task<string> GetInlinePolicyAsync(AwsIdentityKind kind, string name, string policy, CancellationToken cancellationToken) =>
        Document(
            Child(
                await IamAsync($"Get{kind}Policy", [Of(kind, name), KeyValuePair.Create("PolicyName", policy)], cancellationToken),
                $"Get{kind}PolicyResult"
            ),
            "PolicyDocument"
        );

    public Task<IReadOnlyList<string>> ListAttachedPoliciesAsync(AwsIdentityKind kind, string name, CancellationToken cancellationToken) =>
        ListAsync(
            $"ListAttached{kind}Policies",
            [Of(kind, name)],
            "AttachedPolicies",
            static m => Text(m, "PolicyArn") ?? "",
            cancellationToken
        );

    public Task<IReadOnlyList<string>> ListGroupsAsync(string user, CancellationToken cancellationToken) =>
        ListAsync(
            "ListGroupsForUser",
            [Of(AwsIdentityKind.User, user)],
            "Groups",
            static m => Text(m, "GroupName") ?? "",
            cancellationToken
        );

    public async Task<string?> GetUserBoundaryAsync(string user, CancellationToken cancellationToken) =>
        Text(
            Child(
                await IamAsync("GetUser", [Of(AwsIdentityKind.User, user)], cancellationToken),
                "GetUserResult",
                "User",
                "PermissionsBoundary"
            ),
            "PermissionsBoundaryArn"
        );

    public async Task<string> GetPolicyAsync(string arn, CancellationToken cancellationToken) =>
        Text(
            Child(await IamAsync("GetPolicy", [KeyValuePair.Create("PolicyArn", arn)], cancellationToken), "GetPolicyResult", "Policy"),
            "DefaultVersionId"
        ) ?? "";

    public async Task<string> GetPolicyVersionAsync(string arn, string version, CancellationToken cancellationToken) =>
        Document(
            Child(
                await IamAsync(
                    "GetPolicyVersion",
                    [KeyValuePair.Create("PolicyArn", arn), KeyValuePair.Create("VersionId", version)],
                    cancellationToken
                ),
                "GetPolicyVersionResult",
                "PolicyVersion"
            ),
            "Document"
        );

    private static KeyValuePair<string, string> Of(AwsIdentityKind kind, string name) => KeyValuePair.Create($"{kind}Name", name);

    /// <summary>IAM encodes documents as RFC 3986 says. An empty text is no policy.</summary>
    private static string Document(XElement element, string name) => Uri.UnescapeDataString(Text(element, name) ?? "");

    private async Task<IReadOnlyList<string>> ListAsync(
        string action,
        KeyValuePair<string, string>[] parameters,
        string list,
        Func<XElement, string> read,
        CancellationToken cancellationToken
    )
    {
        List<string> all = [];
        await foreach (
            XElement page in Pages.ReadAsync(
                async (marker, ct) =>
                    Child(
                        await IamAsync(action, marker is null ? parameters : [.. parameters, KeyValuePair.Create("Marker", marker)], ct),
                        action + "Result"
                    ),
                static p => Flag(p, "IsTruncated") == true ? Text(p, "Marker") : null,
                cancellationToken: cancellationToken
            )
        )
        {
            all.AddRange(Child(page, list).Elements().Select(read));
        }

        return all;
    }
}
