using FlowSecrets.CloudFakes.Faults;
using static FlowSecrets.Tests.CloudFakes.Aws.AwsProbe;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>One command of the aws CLI. Fault: what moto is known to do differently; Expected: what AWS does there.</summary>
internal sealed record AwsStep(string Name, string? Fault, string? Expected, string[] Command)
{
    public override string ToString() => Name;
}

/// <summary>The commands that the fake and moto must answer alike.</summary>
internal static class AwsScenario
{
    private const string Arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";
    private const string Unlabelled = "moto shows versions without a label with an empty list of labels";
    private const string Deleted = "moto's text is an SDK's, and it changes secrets that are scheduled for deletion";
    private const string MarkedForDeletion = "because it was marked for deletion.";

    public static IReadOnlyList<AwsStep> Steps { get; } =
    [
        Same(
            "create",
            "create-secret",
            "--name",
            "app/db",
            "--description",
            "the database",
            "--secret-string",
            "one",
            "--client-request-token",
            Token(1),
            "--tags",
            "Key=env,Value=test"
        ),
        Same(
            "create again with the same token",
            "create-secret",
            "--name",
            "app/db",
            "--secret-string",
            "one",
            "--client-request-token",
            Token(1)
        ),
        Same(
            "create again with another",
            "create-secret",
            "--name",
            "app/db",
            "--secret-string",
            "two",
            "--client-request-token",
            Token(2)
        ),
        Same("get", "get-secret-value", "--secret-id", "app/db"),
        Same("get by partial ARN", "get-secret-value", "--secret-id", Arn + "app/db"),
        Same("describe", "describe-secret", "--secret-id", "app/db"),
        Same("put", "put-secret-value", "--secret-id", "app/db", "--secret-string", "two", "--client-request-token", Token(2)),
        Same(
            "put again with the same token and value",
            "put-secret-value",
            "--secret-id",
            "app/db",
            "--secret-string",
            "two",
            "--client-request-token",
            Token(2)
        ),
        Same(
            "put again with the same token and another value",
            "put-secret-value",
            "--secret-id",
            "app/db",
            "--secret-string",
            "other",
            "--client-request-token",
            Token(2)
        ),
        Same("get the previous", "get-secret-value", "--secret-id", "app/db", "--version-stage", "AWSPREVIOUS"),
        Same("get by id", "get-secret-value", "--secret-id", "app/db", "--version-id", Token(1)),
        Same(
            "put under a label of its own",
            "put-secret-value",
            "--secret-id",
            "app/db",
            "--secret-string",
            "three",
            "--client-request-token",
            Token(3),
            "--version-stages",
            "AWSPENDING"
        ),
        Same("the current has not moved", "get-secret-value", "--secret-id", "app/db"),
        Same(
            "label and id that do not belong together",
            "get-secret-value",
            "--secret-id",
            "app/db",
            "--version-id",
            Token(1),
            "--version-stage",
            "AWSPENDING"
        ),
        Same(
            "move without saying from where",
            "update-secret-version-stage",
            "--secret-id",
            "app/db",
            "--version-stage",
            "AWSCURRENT",
            "--move-to-version-id",
            Token(3)
        ),
        Other(
            "move from where it is not",
            "moto's text is its own",
            "(InvalidParameterException)",
            "update-secret-version-stage",
            "--secret-id",
            "app/db",
            "--version-stage",
            "AWSCURRENT",
            "--move-to-version-id",
            Token(3),
            "--remove-from-version-id",
            Token(1)
        ),
        Same(
            "move",
            "update-secret-version-stage",
            "--secret-id",
            "app/db",
            "--version-stage",
            "AWSCURRENT",
            "--move-to-version-id",
            Token(3),
            "--remove-from-version-id",
            Token(2)
        ),
        Other(
            "get after the move",
            "moto still answers with the old value unless the label is named",
            "\"three\"",
            "get-secret-value",
            "--secret-id",
            "app/db"
        ),
        Same("get after the move with the label named", "get-secret-value", "--secret-id", "app/db", "--version-stage", "AWSCURRENT"),
        Other("describe after the move", Unlabelled, Token(3), "describe-secret", "--secret-id", "app/db"),
        Other(
            "versions",
            "moto gives the name for the ARN, lacks KmsKeyIds and shows deprecated versions unasked",
            Token(3),
            "list-secret-version-ids",
            "--secret-id",
            "app/db"
        ),
        Other(
            "all versions",
            "moto gives the name for the ARN and lacks KmsKeyIds",
            Token(1),
            "list-secret-version-ids",
            "--secret-id",
            "app/db",
            "--include-deprecated"
        ),
        Same(
            "take a label away",
            "update-secret-version-stage",
            "--secret-id",
            "app/db",
            "--version-stage",
            "AWSPENDING",
            "--remove-from-version-id",
            Token(3)
        ),
        Same("change the description", "update-secret", "--secret-id", "app/db", "--description", "other"),
        Same("change the value", "update-secret", "--secret-id", "app/db", "--secret-string", "four", "--client-request-token", Token(4)),
        Same("tag", "tag-resource", "--secret-id", "app/db", "--tags", "Key=team,Value=core", "Key=env,Value=prod"),
        Same("untag", "untag-resource", "--secret-id", "app/db", "--tag-keys", "team"),
        Other(
            "describe after all that",
            "moto leaves AWSCURRENT on two versions when an update follows a move",
            "\"prod\"",
            "describe-secret",
            "--secret-id",
            "app/db"
        ),
        Same("create without a value", "create-secret", "--name", "app/empty"),
        Same("get where there is no value", "get-secret-value", "--secret-id", "app/empty"),
        Same("describe where there is no value", "describe-secret", "--secret-id", "app/empty"),
        Same("get what is absent", "get-secret-value", "--secret-id", "app/none"),
        Same("put what is absent", "put-secret-value", "--secret-id", "app/none", "--secret-string", "x"),
        Same("describe what is absent", "describe-secret", "--secret-id", "app/none"),
        Same("delete what is absent", "delete-secret", "--secret-id", "app/none"),
        Other(
            "force the deletion of what is absent",
            "moto makes a suffix up",
            "DeletionDate",
            "delete-secret",
            "--secret-id",
            "app/none",
            "--force-delete-without-recovery"
        ),
        Same("get an absent version", "get-secret-value", "--secret-id", "app/db", "--version-id", Token(99)),
        Other(
            "get an absent label",
            "moto says that the secret is absent",
            "secret value for staging label: NOPE",
            "get-secret-value",
            "--secret-id",
            "app/db",
            "--version-stage",
            "NOPE"
        ),
        Same(
            "create binary",
            "create-secret",
            "--name",
            "app/binary",
            "--secret-binary",
            "fileb://binary",
            "--client-request-token",
            Token(5)
        ),
        Same("get binary", "get-secret-value", "--secret-id", "app/binary"),
        Same(
            "create Unicode",
            "create-secret",
            "--name",
            "app/unicode",
            "--secret-string",
            "Grüße \U0001F511 \"\\\n\tx",
            "--client-request-token",
            Token(6)
        ),
        Same("get Unicode", "get-secret-value", "--secret-id", "app/unicode"),
        Same(
            "create with 65,536 bytes",
            "create-secret",
            "--name",
            "app/full",
            "--secret-string",
            "file://full",
            "--client-request-token",
            Token(7)
        ),
        Other(
            "create with one more",
            "moto has no limit",
            "Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536",
            "create-secret",
            "--name",
            "big/full",
            "--secret-string",
            "file://big",
            "--client-request-token",
            Token(8)
        ),
        Other(
            "create with a bad name",
            "moto takes any name",
            "(ValidationException) when calling the CreateSecret operation: Invalid name.",
            "create-secret",
            "--name",
            "bad name?",
            "--secret-string",
            "x"
        ),
        Same("batch", "batch-get-secret-value", "--secret-id-list", "app/unicode", "app/none", "app/binary"),
        Other(
            "batch where there is no value",
            "moto refuses all of it",
            "\"Errors\"",
            "batch-get-secret-value",
            "--secret-id-list",
            "app/empty"
        ),
        Other(
            "batch of 21",
            "moto has no limit",
            "Member must have length less than or equal to 20",
            ["batch-get-secret-value", "--secret-id-list", .. Enumerable.Repeat("app/db", 21)]
        ),
        Same("batch with ids and a page size", "batch-get-secret-value", "--secret-id-list", "app/db", "--max-results", "5"),
        Other("batch of nothing", "moto answers with nothing", "(InvalidParameterException)", "batch-get-secret-value"),
        Same("batch by filter", "batch-get-secret-value", "--filters", "Key=name,Values=app/u"),
        Same("list by name", "list-secrets", "--filters", "Key=name,Values=app/b"),
        Same("list by two names", "list-secrets", "--filters", "Key=name,Values=app/b,app/u"),
        Same("list by what does not begin so", "list-secrets", "--filters", "Key=name,Values=!app/d", "Key=name,Values=app/"),
        Other("list by tag", Unlabelled, "\"app/db\"", "list-secrets", "--filters", "Key=tag-key,Values=env"),
        Other("list by words", Unlabelled, "\"app/db\"", "list-secrets", "--filters", "Key=all,Values=OTHER"),
        Other(
            "delete with a bad window",
            Deleted,
            "(InvalidParameterException) when calling the DeleteSecret operation: RecoveryWindowInDays value must be between 7 and 30 "
                + "days (inclusive).",
            "delete-secret",
            "--secret-id",
            "app/unicode",
            "--recovery-window-in-days",
            "3"
        ),
        Other(
            "delete with window and force",
            Deleted,
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
            "delete-secret",
            "--secret-id",
            "app/unicode",
            "--recovery-window-in-days",
            "7",
            "--force-delete-without-recovery"
        ),
        Same("delete", "delete-secret", "--secret-id", "app/unicode", "--recovery-window-in-days", "7"),
        Other("delete again", Deleted, "(InvalidRequestException)", "delete-secret", "--secret-id", "app/unicode"),
        Other("get what is deleted", Deleted, MarkedForDeletion, "get-secret-value", "--secret-id", "app/unicode"),
        Same("describe what is deleted", "describe-secret", "--secret-id", "app/unicode"),
        Other(
            "create over what is deleted",
            "moto says that it exists",
            "(InvalidRequestException) when calling the CreateSecret operation: You can't create this secret because a secret with this "
                + "name is already scheduled for deletion.",
            "create-secret",
            "--name",
            "app/unicode",
            "--secret-string",
            "x"
        ),
        Same("list without what is deleted", "list-secrets", "--filters", "Key=name,Values=app/unicode"),
        Same("list with it", "list-secrets", "--filters", "Key=name,Values=app/unicode", "--include-planned-deletion"),
        Other("batch with it", Deleted, MarkedForDeletion, "batch-get-secret-value", "--secret-id-list", "app/unicode"),
        Same("restore", "restore-secret", "--secret-id", "app/unicode"),
        Same("get what is restored", "get-secret-value", "--secret-id", "app/unicode"),
        Same("delete for good", "delete-secret", "--secret-id", "app/unicode", "--force-delete-without-recovery"),
        Same("create anew", "create-secret", "--name", "app/unicode", "--secret-string", "new", "--client-request-token", Token(9)),
        Same("delete binary", "delete-secret", "--secret-id", "app/binary"),
        Other("put what is deleted", Deleted, MarkedForDeletion, "put-secret-value", "--secret-id", "app/binary", "--secret-string", "x"),
        Other("tag what is deleted", Deleted, MarkedForDeletion, "tag-resource", "--secret-id", "app/binary", "--tags", "Key=a,Value=b"),
        Same(
            "put a policy",
            "put-resource-policy",
            "--secret-id",
            "app/db",
            "--resource-policy",
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"}"""
                + ""","Action":"secretsmanager:GetSecretValue","Resource":"*"}]}"""
        ),
        Same("get the policy", "get-resource-policy", "--secret-id", "app/db"),
        Same("delete the policy", "delete-resource-policy", "--secret-id", "app/db"),
        Same("get no policy", "get-resource-policy", "--secret-id", "app/db"),
        Other(
            "rotate without a function",
            "moto needs none",
            "No Lambda rotation function ARN is associated with this secret.",
            "rotate-secret",
            "--secret-id",
            "app/db"
        ),
    ];

    private static AwsStep Same(string name, params string[] command) => new(name, null, null, ["secretsmanager", .. command]);

    private static AwsStep Other(string name, string fault, string expected, params string[] command) =>
        new(name, fault, expected, ["secretsmanager", .. command]);
}
