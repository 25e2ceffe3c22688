using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Policies;

namespace FlowSecrets.CloudFakes.Aws.Kms;

/// <summary>A key of KMS. Its owner locks.</summary>
internal sealed class AwsKey(string account, string region, string policy, DateTimeOffset created)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public string Arn => $"arn:aws:kms:{region}:{account}:key/{Id}";

    public string Account => account;

    public string Region => region;

    public DateTimeOffset Created => created;

    public string Policy { get; set; } = policy;

    public string Description { get; set; } = "";

    public bool IsDisabled { get; set; }

    public DateTimeOffset? DeletionDate { get; set; }

    public List<AwsGrant> Grants { get; } = [];

    public Dictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    public string State =>
        DeletionDate is not null ? "PendingDeletion"
        : IsDisabled ? "Disabled"
        : "Enabled";

    /// <summary>It was deleted, and its time is over.</summary>
    public bool IsGone(DateTimeOffset now) => DeletionDate <= now;

    /// <summary>The code and the text of KMS's refusal to use it; null: it can be used.</summary>
    public (string Code, string Text)? Trouble(DateTimeOffset now) =>
        IsGone(now) ? ("NotFoundException", $"Key '{Arn}' does not exist")
        : DeletionDate is not null ? ("KMSInvalidStateException", $"{Arn} is pending deletion.")
        : IsDisabled ? ("DisabledException", $"{Arn} is disabled.")
        : null;

    public JsonObject Shown() =>
        AwsOutput.Of(
            ("AWSAccountId", account),
            ("KeyId", Id),
            ("Arn", Arn),
            ("CreationDate", AwsOutput.Time(created)),
            ("Enabled", State == "Enabled"),
            ("Description", Description),
            ("KeyUsage", "ENCRYPT_DECRYPT"),
            ("KeyState", State),
            ("DeletionDate", AwsOutput.Time(DeletionDate)),
            ("Origin", "AWS_KMS"),
            ("KeyManager", "CUSTOMER"),
            ("CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"),
            ("KeySpec", "SYMMETRIC_DEFAULT"),
            ("EncryptionAlgorithms", new JsonArray("SYMMETRIC_DEFAULT")),
            ("MultiRegion", false)
        );
}

/// <summary>A permission beside a key's policy. Subset, Exact: what the encryption context must hold or be.</summary>
internal sealed record AwsGrant(
    string Id,
    string Grantee,
    IReadOnlyList<string> Operations,
    string? Name,
    JsonObject? Constraints,
    string? Retiring,
    DateTimeOffset Created
)
{
    public bool Allows(AwsAsk ask) =>
        (Grantee == ask.Caller.Arn || Grantee == ask.Caller.PrincipalArn)
        && Operations.Any(o => ask.Action == "kms:" + o)
        && Holds("EncryptionContextSubset", ask.Context)
        && Holds("EncryptionContextEquals", ask.Context);

    private bool Holds(string constraint, AwsContext context) =>
        (Constraints?[constraint] as JsonObject)?.All(c =>
            context.Values("kms:EncryptionContext:" + c.Key).Contains((string?)c.Value, StringComparer.Ordinal)
        ) != false;
}
