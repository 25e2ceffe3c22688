using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Kms;
using FlowSecrets.CloudFakes.Aws.Policies;
using FlowSecrets.CloudFakes.Aws.Services;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>Whether a caller may do an operation of Secrets Manager, by all policies that have a say.</summary>
internal sealed class AwsSecretAccess(AwsVisit visit, AwsKms kms)
{
    private const string Prefix = "secretsmanager:";

    /// <param name="region">Of the account that the secret belongs to.</param>
    /// <param name="operation">Its name is the permission's.</param>
    /// <param name="id">As the client named it; null: the operation has no secret.</param>
    /// <param name="body">Of the request, or of the part of it that is meant.</param>
    public AwsError? Refusal(AwsRegion region, string operation, string? id, JsonObject body)
    {
        AwsSecret? secret = id is null ? null : region.Find(id);
        if (visit.Caller.IsAdministrator && visit.Caller.Account != region.Account && secret is null)
        {
            // Nothing is known of that account.
            return null;
        }

        string resource = id is null or "*" ? "*" : secret?.Arn ?? Supposed(region, id, operation == "CreateSecret");
        AwsPolicy? policy = secret?.ResourcePolicy is { } text ? AwsPolicy.Parse(text) : null;
        AwsVerdict verdict = visit.Decide(
            Prefix + operation,
            resource,
            region.Account,
            Context(region.Account, operation, id, secret, body),
            policy
        );
        return verdict.Reason is { } reason
            ? visit.Denied(id ?? "*", reason, Prefix + operation)
            : KeyRefusal(region, operation, secret, body);
    }

    /// <summary>An absent secret has no suffix; who is allowed names that end in one only is denied.</summary>
    private static string Supposed(AwsRegion region, string id, bool isNew) =>
        AwsArn.IsArn(id) ? id
        : isNew ? AwsArn.New(region.Name, region.Account, id)
        : AwsArn.New(region.Name, region.Account, id)[..^AwsArn.SuffixLength];

    private AwsContext Context(string account, string operation, string? id, AwsSecret? secret, JsonObject body)
    {
        AwsContext context = visit
            .Context.With("aws:ResourceAccount", account)
            .With(operation == "CreateSecret" ? Prefix + "Name" : Prefix + "SecretId", id);
        if (operation == "GetSecretValue")
        {
            context = context
                .With(Prefix + "VersionId", body.Text("VersionId"))
                .With(Prefix + "VersionStage", body.Text("VersionStage") ?? (body.ContainsKey("VersionId") ? null : AwsLabels.Current));
        }

        foreach (JsonObject tag in operation is "CreateSecret" or "TagResource" ? body.Objects("Tags") : [])
        {
            context = context.With($"aws:RequestTag/{tag["Key"]}", tag.Text("Value"));
        }

        foreach ((string key, string value) in secret?.Tags ?? [])
        {
            context = context.With($"aws:ResourceTag/{key}", value).With($"{Prefix}ResourceTag/{key}", value);
        }

        return operation == "PutResourcePolicy"
            ? context.With(Prefix + "BlockPublicPolicy", body.Flag("BlockPublicPolicy") ? "true" : "false")
            : context;
    }

    private AwsError? KeyRefusal(AwsRegion region, string operation, AwsSecret? secret, JsonObject body)
    {
        bool hasValue = body.ContainsKey("SecretString") || body.ContainsKey("SecretBinary");
        (string? Key, bool Writes)? use = operation switch
        {
            "GetSecretValue" when secret is { DeletionDate: null } => (secret.KmsKeyId, false),
            "PutSecretValue" when secret is { DeletionDate: null } => (secret.KmsKeyId, true),
            "UpdateSecret" when secret is { DeletionDate: null } && (hasValue || body.ContainsKey("KmsKeyId")) => (
                body.Text("KmsKeyId") ?? secret.KmsKeyId,
                true
            ),
            "CreateSecret" when hasValue && secret is null => (body.Text("KmsKeyId"), true),
            _ => null,
        };
        return use is not (var key, var writes)
            ? null
            : AwsKeyAccess.Refusal(visit, kms, region, key, secret?.Arn ?? Supposed(region, (string)body["Name"]!, true), writes);
    }
}
