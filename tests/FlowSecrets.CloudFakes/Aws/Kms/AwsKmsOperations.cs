using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Policies;
using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Kms;

/// <summary>Keys: made, shown, switched off and on, deleted and kept.</summary>
internal sealed class AwsKmsOperations(AwsKms kms)
{
    private const string KeyType = "AWS::KMS::Key";

    public AwsService Service(Lock @lock)
    {
        AwsGrantOperations grants = new(this);
        return new AwsService(@lock)
            .Write("CreateKey", Create)
            .Read("DescribeKey", visit => visit.Json(new JsonObject { ["KeyMetadata"] = Key(visit).Shown() }))
            .Read("GetKeyPolicy", visit => visit.Json(new JsonObject { ["Policy"] = Key(visit).Policy, ["PolicyName"] = "default" }))
            .Read("ListResourceTags", Tags)
            .Write("PutKeyPolicy", PutPolicy)
            .Write("DisableKey", visit => Switch(visit, off: true))
            .Write("EnableKey", visit => Switch(visit, off: false))
            .Write("ScheduleKeyDeletion", Schedule)
            .Write("CancelKeyDeletion", Cancel)
            .Write("CreateGrant", grants.Create)
            .Read("ListGrants", grants.List)
            .Write("RevokeGrant", grants.Revoke);
    }

    /// <returns>The key that the request names, if its caller may do this to it.</returns>
    public AwsKey Key(AwsVisit visit)
    {
        string id = visit.Call.Body().RequiredText("KeyId");
        AwsKey key =
            kms.Find(visit.Caller.Account, visit.Region, id) is { } found && !found.IsGone(visit.Now) ? found : throw NotFound(visit, id);
        AwsVerdict verdict = AwsKeyAccess.Decide(visit, key, visit.Action, visit.Context);
        if (!verdict.IsAllowed)
        {
            throw visit.Denied(key.Arn, verdict.Reason);
        }

        visit.Touch(KeyType, key.Arn);
        return key;
    }

    private static AwsError Pending(AwsKey key) => new("KMSInvalidStateException", $"{key.Arn} is pending deletion.");

    private static AwsError NotFound(AwsVisit visit, string id)
    {
        string prefix = $"arn:aws:kms:{visit.Region}:{visit.Caller.Account}:";
        return new AwsError(
            "NotFoundException",
            id.Contains("alias/", StringComparison.Ordinal)
                    ? $"Alias {(id.StartsWith("arn:", StringComparison.Ordinal) ? id : prefix + id)} is not found."
                : Guid.TryParse(id[(id.LastIndexOf('/') + 1)..], out _)
                    ? $"Key '{(id.StartsWith("arn:", StringComparison.Ordinal) ? id : $"{prefix}key/{id}")}' does not exist"
                : $"Invalid keyId '{id}'"
        );
    }

    private static string Checked(string policy)
    {
        try
        {
            return AwsKms.Valid(policy);
        }
        catch (JsonException)
        {
            throw new AwsError("MalformedPolicyDocumentException", "The new key policy is malformed.");
        }
    }

    private Reply Create(AwsVisit visit)
    {
        visit.Demand("*");
        JsonObject body = visit.Call.Body();
        AwsKey key = kms.Add(visit.Caller.Account, visit.Region, body.Text("Policy") is { } policy ? Checked(policy) : null);
        key.Description = body.Text("Description") ?? "";
        visit.Touch(KeyType, key.Arn);
        return visit.Json(new JsonObject { ["KeyMetadata"] = key.Shown() });
    }

    private Reply Tags(AwsVisit visit)
    {
        JsonArray tags = [.. Key(visit).Tags.Select(static t => AwsOutput.Of(("TagKey", t.Key), ("TagValue", t.Value)))];
        return visit.Json(new JsonObject { ["Tags"] = tags, ["Truncated"] = false });
    }

    private Reply PutPolicy(AwsVisit visit)
    {
        AwsKey key = Key(visit);
        key.Policy = Checked(visit.Call.Body().RequiredText("Policy", 1, 131_072));
        return visit.Json(null);
    }

    private Reply Switch(AwsVisit visit, bool off)
    {
        AwsKey key = Key(visit);
        key.IsDisabled = key.DeletionDate is null ? off : throw Pending(key);
        return visit.Json(null);
    }

    private Reply Schedule(AwsVisit visit)
    {
        AwsKey key = Key(visit);
        int days = visit.Call.Body().Number("PendingWindowInDays", 7, 30) ?? 30;
        key.DeletionDate = key.DeletionDate is null ? visit.Now.AddDays(days) : throw Pending(key);
        key.IsDisabled = true;
        return visit.Json(
            AwsOutput.Of(
                ("KeyId", key.Arn),
                ("DeletionDate", AwsOutput.Time(key.DeletionDate)),
                ("KeyState", key.State),
                ("PendingWindowInDays", days)
            )
        );
    }

    /// <summary>What is kept is switched off until somebody enables it.</summary>
    private Reply Cancel(AwsVisit visit)
    {
        AwsKey key = Key(visit);
        key.DeletionDate = key.DeletionDate is null
            ? throw new AwsError("KMSInvalidStateException", $"{key.Arn} is not pending deletion.")
            : null;
        return visit.Json(new JsonObject { ["KeyId"] = key.Arn });
    }
}
