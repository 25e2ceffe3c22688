using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.CloudFakes.Aws.Kms;
using FlowSecrets.Model;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>Keys that cannot be used, each with its remedy.</summary>
internal static class AwsKeyCases
{
    /// <summary>Who may look at the key without using it, which the account's administrator may change.</summary>
    private const string AdminsOnly = """
        {"Sid":"Admins","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/tester"},"Action":"kms:*","Resource":"*"},
        {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/dev"},
        "Action":["kms:DescribeKey","kms:GetKeyPolicy","kms:ListGrants"],"Resource":"*"}
        """;

    private static readonly string Reads = AwsStage.Allow("secretsmanager:GetSecretValue");

    public static IReadOnlyList<AwsCase> All { get; } =
    [
        Case(
            "a key that is disabled",
            AwsMends.Mends,
            static stage =>
            {
                string key = stage.Fake.Kms.AddKey();
                return (
                    key,
                    stage.User("dev", null, AwsStage.Looks, Reads, AwsStage.Allow("kms:Decrypt")),
                    $"Let the key's owner enable it: aws kms enable-key --key-id '{key}' --region eu-west-1"
                );
            },
            static (kms, key) => kms.Disable(key)
        ),
        Case(
            "a key whose deletion is pending",
            AwsMends.Mends,
            static stage =>
            {
                string key = stage.Fake.Kms.AddKey();
                return (
                    key,
                    stage.User("dev", null, AwsStage.Looks, Reads, AwsStage.Allow("kms:Decrypt")),
                    $"Let the key's owner take its deletion back, then enable it: aws kms cancel-key-deletion --key-id '{key}' --region "
                        + $"eu-west-1; aws kms enable-key --key-id '{key}' --region eu-west-1"
                );
            },
            static (kms, key) => kms.ScheduleDeletion(key)
        ),
        Case(
            "a key whose policy does not name the user",
            AwsMends.Mends,
            static stage =>
            {
                string key = stage.Fake.Kms.AddKey(AwsStage.Policy(AdminsOnly));
                AwsLogin user = stage.User("dev", null, AwsStage.Looks, Reads, AwsStage.Allow("kms:Decrypt"));
                return (key, user, Grant(stage, key, user));
            }
        ),
        Case(
            "a key that the account's policies are to allow, and do not",
            AwsMends.Mends,
            static stage =>
            {
                string key = stage.Fake.Kms.AddKey();
                AwsLogin user = stage.User("dev", null, AwsStage.Looks, Reads);
                return (key, user, Grant(stage, key, user));
            }
        ),
        Case(
            "a key whose policy forbids it",
            AwsMends.Shows,
            static stage =>
            {
                string key = stage.Fake.Kms.AddKey(
                    AwsStage.Policy(
                        $"{AdminsOnly},"
                            + """{"Sid":"Never","Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:user/dev"}"""
                            + ""","Action":"kms:Decrypt","Resource":"*"}"""
                    )
                );
                return (
                    key,
                    stage.User("dev", null, AwsStage.Looks, Reads, AwsStage.Allow("kms:Decrypt")),
                    $"Look at the key's policy, and let its owner change the statement: aws kms get-key-policy --key-id '{key}' "
                        + $"--region eu-west-1 --policy-name default --query Policy --output text"
                );
            }
        ),
        Case(
            "a key that the user's own policy forbids",
            AwsMends.Shows,
            static stage =>
            {
                string key = stage.Fake.Kms.AddKey();
                return (
                    key,
                    stage.User(
                        "dev",
                        null,
                        AwsStage.Looks,
                        Reads,
                        """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"kms:Decrypt","Resource":"*"}]}"""
                    ),
                    "Let an administrator take the deny out of the user's policies: aws iam list-user-policies --user-name dev; aws iam "
                        + "list-attached-user-policies --user-name dev; or out of the secret's: aws secretsmanager get-resource-policy "
                        + "--secret-id 'app/db' --region eu-west-1"
                );
            }
        ),
        Case(
            "a grant of the key for another secret",
            AwsMends.Mends,
            static stage =>
            {
                string key = stage.Fake.Kms.AddKey();
                AwsLogin user = stage.User("dev", null, AwsStage.Looks, Reads);
                JsonObject constraints = new() { ["EncryptionContextSubset"] = new JsonObject { ["SecretARN"] = stage.Secret + "x" } };
                stage
                    .SendAsync(
                        "TrentService",
                        "CreateGrant",
                        new JsonObject
                        {
                            ["KeyId"] = key,
                            ["GranteePrincipal"] = user.Arn,
                            ["Operations"] = new JsonArray("Decrypt"),
                            ["Constraints"] = constraints,
                        }
                    )
                    .GetAwaiter()
                    .GetResult();
                return (key, user, Grant(stage, key, user));
            }
        ),
    ];

    public static string Grant(AwsStage stage, string key, AwsLogin user, string operations = "Decrypt") =>
        $"Let the key's owner allow it: aws kms create-grant --key-id '{key}' --region eu-west-1 --grantee-principal '{user.Arn}' "
        + $$$"""--operations {{{operations}}} --constraints '{"EncryptionContextSubset":{"SecretARN":"{{{stage.Secret}}}"}}'""";

    /// <summary>The secret is put under the key before the key goes wrong for its reader.</summary>
    private static AwsCase Case(
        string name,
        AwsMends mends,
        Func<AwsStage, (string Key, AwsLogin User, string Remedy)> arrange,
        Action<AwsKms, string>? then = null
    ) =>
        new(
            name,
            AccessResult.Denied,
            AccessCauses.KmsKeyNotUsable,
            mends,
            async stage =>
            {
                (string key, AwsLogin user, string remedy) = arrange(stage);
                await stage.RekeyAsync(key);
                then?.Invoke(stage.Fake.Kms, key);
                return (user.AccessKeyId, remedy);
            }
        );
}
