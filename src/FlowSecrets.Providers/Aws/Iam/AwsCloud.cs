using System.Text.Json.Serialization.Metadata;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Endpoints.StandardLibrary;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>IAM, KMS and CloudTrail.</summary>
internal sealed partial class AwsCloud(AwsPlace at, Func<CancellationToken, Task<AWSCredentials>> credentials, AwsTransport transport)
    : IAwsCloud
{
    private const string IamVersion = "2010-05-08";

    /// <summary>Events by which somebody may do more than before; a deny that is taken out counts.</summary>
    private static readonly HashSet<string> Grants = new(StringComparer.Ordinal)
    {
        "PutUserPolicy",
        "AttachUserPolicy",
        "PutRolePolicy",
        "AttachRolePolicy",
        "PutUserPermissionsBoundary",
        "DeleteUserPermissionsBoundary",
        "PutRolePermissionsBoundary",
        "DeleteRolePermissionsBoundary",
        "DeleteUserPolicy",
        "DetachUserPolicy",
        "DeleteRolePolicy",
        "DetachRolePolicy",
        "PutResourcePolicy",
        "DeleteResourcePolicy",
        "PutKeyPolicy",
        "CreateGrant",
    };

    /// <summary>The types of condition keys that are no texts. A tag is one, whatever its name.</summary>
    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["aws:CurrentTime"] = "date",
        [AwsRequestKeys.EpochTime] = "date",
        ["aws:SecureTransport"] = "boolean",
        ["aws:PrincipalIsAWSService"] = "boolean",
        ["aws:ViaAWSService"] = "boolean",
    };

    /// <summary>IAM is one for a whole partition.</summary>
    private (string Region, string Host) Global =>
        Fn.Partition(at.Region).name switch
        {
            "aws-cn" => ("cn-north-1", "https://iam.cn-north-1.amazonaws.com.cn/"),
            "aws-us-gov" => ("us-gov-west-1", "https://iam.us-gov.amazonaws.com/"),
            _ => ("us-east-1", "https://iam.amazonaws.com/"),
        };

    public async Task<AwsRole> GetRoleAsync(string name, CancellationToken cancellationToken)
    {
        XElement role = Child(
            await IamAsync("GetRole", [KeyValuePair.Create("RoleName", name)], cancellationToken),
            "GetRoleResult",
            "Role"
        );
        return new AwsRole(
            Text(role, "Arn") ?? "",
            Uri.UnescapeDataString(Text(role, "AssumeRolePolicyDocument") ?? "{}"),
            Text(Child(role, "PermissionsBoundary"), "PermissionsBoundaryArn")
        );
    }

    public async Task<AwsSimulation> SimulateAsync(
        string principal,
        string action,
        string resource,
        IReadOnlyDictionary<string, string> context,
        CancellationToken cancellationToken
    )
    {
        List<KeyValuePair<string, string>> form =
        [
            KeyValuePair.Create("PolicySourceArn", principal),
            KeyValuePair.Create("ActionNames.member.1", action),
            KeyValuePair.Create("ResourceArns.member.1", resource),
        ];
        foreach (((string key, string value), int i) in context.Select(static (c, i) => (c, i + 1)))
        {
            form.Add(KeyValuePair.Create($"ContextEntries.member.{i}.ContextKeyName", key));
            form.Add(KeyValuePair.Create($"ContextEntries.member.{i}.ContextKeyType", Types.GetValueOrDefault(key, "string")));
            form.Add(KeyValuePair.Create($"ContextEntries.member.{i}.ContextKeyValues.member.1", value));
        }

        XElement result = Child(
            await IamAsync("SimulatePrincipalPolicy", form, cancellationToken),
            "SimulatePrincipalPolicyResult",
            "EvaluationResults",
            "member"
        );
        return new AwsSimulation(
            Text(result, "EvalDecision") ?? "implicitDeny",
            Text(Child(result, "MatchedStatements", "member"), "SourcePolicyId"),
            // With resources named, AWS lists them at each resource.
            [
                .. new[]
                {
                    Child(result, "MissingContextValues"),
                    Child(result, "ResourceSpecificResults", "member", "MissingContextValues"),
                }
                    .SelectMany(static m => m.Elements())
                    .Select(static e => e.Value)
                    .Distinct(StringComparer.Ordinal),
            ],
            Flag(Child(result, "OrganizationsDecisionDetail"), "AllowedByOrganizations"),
            Flag(Child(result, "PermissionsBoundaryDecisionDetail"), "AllowedByPermissionsBoundary")
        );
    }

    public async Task<AwsKey> DescribeKeyAsync(string key, string region, CancellationToken cancellationToken) =>
        (
            await Json("kms", region)
                .SendAsync(
                    "TrentService.DescribeKey",
                    new AwsKeyId { KeyId = key },
                    AwsCloudJson.Default.AwsKeyId,
                    AwsCloudJson.Default.AwsKeyReply,
                    cancellationToken
                )
        ).KeyMetadata
        ?? new AwsKey();

    public async Task<string> GetKeyPolicyAsync(string key, string region, CancellationToken cancellationToken) =>
        (
            await Json("kms", region)
                .SendAsync(
                    "TrentService.GetKeyPolicy",
                    new AwsKeyId { KeyId = key, PolicyName = "default" },
                    AwsCloudJson.Default.AwsKeyId,
                    AwsCloudJson.Default.AwsKeyPolicy,
                    cancellationToken
                )
        ).Policy
        ?? "{}";

    public async Task<IReadOnlyList<AwsKeyGrant>> ListKeyGrantsAsync(string key, string region, CancellationToken cancellationToken)
    {
        List<AwsKeyGrant> grants = [];
        await foreach (
            AwsKeyGrants page in Pages.ReadAsync(
                (marker, ct) =>
                    Json("kms", region)
                        .SendAsync(
                            "TrentService.ListGrants",
                            new AwsKeyId { KeyId = key, Marker = marker },
                            AwsCloudJson.Default.AwsKeyId,
                            AwsCloudJson.Default.AwsKeyGrants,
                            ct
                        ),
                static p => p.Truncated ? p.NextMarker : null,
                cancellationToken: cancellationToken
            )
        )
        {
            grants.AddRange(page.Grants ?? []);
        }

        return grants;
    }

    public async Task<IReadOnlyList<AwsTag>?> ListKeyTagsAsync(string key, string region, CancellationToken cancellationToken)
    {
        List<AwsTag> tags = [];
        string? marker = null;
        do
        {
            AwsKeyTags page = await Json("kms", region)
                .SendAsync(
                    "TrentService.ListResourceTags",
                    new AwsKeyId { KeyId = key, Marker = marker },
                    AwsCloudJson.Default.AwsKeyId,
                    AwsCloudJson.Default.AwsKeyTags,
                    cancellationToken
                );
            tags.AddRange((page.Tags ?? []).Select(static t => new AwsTag { Key = t.TagKey, Value = t.TagValue }));
            marker = page.Truncated ? page.NextMarker : null;
        } while (marker is not null);

        return tags;
    }

    public async Task<DateTimeOffset?> LastGrantAsync(
        string resource,
        string? region,
        DateTimeOffset since,
        CancellationToken cancellationToken
    )
    {
        AwsEventLookup lookup = new()
        {
            LookupAttributes = [new AwsEventAttribute { AttributeKey = "ResourceName", AttributeValue = resource }],
            StartTime = since.ToUnixTimeSeconds(),
        };
        AwsEvents found = await Json("cloudtrail", region ?? Global.Region)
            .SendAsync(
                "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
                lookup,
                AwsCloudJson.Default.AwsEventLookup,
                AwsCloudJson.Default.AwsEvents,
                cancellationToken
            );
        return (found.Events ?? [])
            .Where(static e => e.EventName is { } name && Grants.Contains(name) && e.EventTime is not null)
            .Select(static e => (DateTimeOffset?)DateTimeOffset.FromUnixTimeSeconds((long)e.EventTime!.Value))
            .Max();
    }

    private async Task<XElement> IamAsync(
        string action,
        IEnumerable<KeyValuePair<string, string>> parameters,
        CancellationToken cancellationToken
    )
    {
        (string region, string host) = Global;
        QueryService iam = new(
            await credentials(cancellationToken),
            new AwsServiceConfig("iam", region, at.AddressOf("IAM") ?? new Uri(host)) { HttpClientFactory = transport }
        );
        return await iam.SendAsync(action, IamVersion, parameters, cancellationToken);
    }

    private AwsJsonService Json(string service, string region, string type = "application/x-amz-json-1.1") =>
        new(credentials, service, region, at.AddressOf(service.ToUpperInvariant()), transport, type);

    /// <summary>Empty where there is none.</summary>
    private static XElement Child(XElement element, params string[] path) =>
        path.Aggregate(element, static (e, name) => e.Elements().FirstOrDefault(c => c.Name.LocalName == name) ?? new XElement("Nothing"));

    private static string? Text(XElement element, string name) => Child(element, name) is { IsEmpty: false } child ? child.Value : null;

    private static bool? Flag(XElement element, string name) =>
        Text(element, name) is { } text ? string.Equals(text, "true", StringComparison.OrdinalIgnoreCase) : null;

    private sealed class QueryService(AWSCredentials credentials, AwsServiceConfig config) : AwsServiceClient(credentials, config)
    {
        public Task<XElement> SendAsync(
            string action,
            string version,
            IEnumerable<KeyValuePair<string, string>> parameters,
            CancellationToken cancellationToken
        ) => SendQueryAsync(action, version, parameters, cancellationToken);
    }
}
