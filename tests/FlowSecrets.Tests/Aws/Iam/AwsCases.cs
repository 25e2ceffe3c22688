using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>What the remedy's commands of the aws CLI do.</summary>
internal enum AwsMends
{
    /// <summary>There is none.</summary>
    Nothing,

    /// <summary>They show where to look.</summary>
    Shows,

    /// <summary>Access is allowed afterwards.</summary>
    Mends,
}

/// <summary>Somebody who may not read, and why.</summary>
/// <param name="Arrange">Returns who asks and the remedy that he is told.</param>
internal sealed record AwsCase(
    string Name,
    AccessResult Result,
    string Cause,
    AwsMends Mends,
    Func<AwsStage, Task<(string Key, string Remedy)>> Arrange
)
{
    /// <summary>What is asked for.</summary>
    public string Secret { get; init; } = AwsStage.Name;

    /// <summary>Whether a denied command says the same.</summary>
    public bool IsDenial { get; init; } = true;

    public override string ToString() => Name;
}

/// <summary>One for each cause that policies have.</summary>
internal static class AwsCases
{
    private static readonly string Denies = AwsStage.Policy(
        """{"Effect":"Deny","Action":"secretsmanager:GetSecretValue","Resource":"*"}"""
    );
    private static readonly string Reads = AwsStage.Allow("secretsmanager:GetSecretValue");

    public static IReadOnlyList<AwsCase> All { get; } =
    [
        new(
            "a user without a policy",
            AccessResult.Denied,
            AccessCauses.NoGrant,
            AwsMends.Mends,
            async stage => As(stage, await NobodyAsync(stage))
        ),
        new(
            "a role with a path",
            AccessResult.Denied,
            AccessCauses.NoGrant,
            AwsMends.Mends,
            static stage =>
            {
                (string key, string role) = Session(stage, "reader", "/team/a/");
                return Said(
                    key,
                    $"Let an administrator allow it: {AwsStage.Attach("role", "reader", "GetSecretValue", stage.Secret)}; or on the "
                        + $"secret: Grant-FlowSecretAccess -StoreName 'app/db' -Principal '{role}'"
                );
            }
        ),
        new(
            "a role of single sign-on",
            AccessResult.Denied,
            AccessCauses.NoGrant,
            AwsMends.Nothing,
            static stage =>
            {
                (string key, string role) = Session(
                    stage,
                    "AWSReservedSSO_Dev_0123456789abcdef",
                    "/aws-reserved/sso.amazonaws.com/eu-west-1/"
                );
                return Said(
                    key,
                    $"Let an administrator allow it on the secret: Grant-FlowSecretAccess -StoreName 'app/db' -Principal '{role}'"
                );
            }
        ),
        new(
            "a deny of the user's",
            AccessResult.Denied,
            AccessCauses.ExplicitDeny,
            AwsMends.Shows,
            static stage =>
                Said(
                    stage.User("dev", null, AwsStage.Looks, Reads, Denies).AccessKeyId,
                    $"Let an administrator take the deny out of the user's policies: aws iam list-user-policies --user-name dev; aws "
                        + $"iam list-attached-user-policies --user-name dev; or out of the secret's: aws secretsmanager "
                        + $"get-resource-policy --secret-id 'app/db' --region eu-west-1"
                )
        ),
        new(
            "a deny of the secret's",
            AccessResult.Denied,
            AccessCauses.ExplicitDeny,
            AwsMends.Shows,
            static async stage =>
            {
                AwsLogin user = stage.User("dev", null, AwsStage.Looks, Reads);
                await stage.SetPolicyAsync(
                    AwsStage.Policy(
                        $$"""
                        {"Sid":"NotDev","Effect":"Deny","Principal":{"AWS":"{{user.Arn}}"},
                        "Action":"secretsmanager:GetSecretValue","Resource":"*"}
                        """
                    )
                );
                return (
                    user.AccessKeyId,
                    "Look at the policy, and let its owner take the statement out: aws secretsmanager get-resource-policy --secret-id "
                        + "'app/db' --region eu-west-1 --query ResourcePolicy --output text"
                );
            }
        ),
        new(
            "a service control policy",
            AccessResult.Unknown,
            AccessCauses.OrganizationPolicy,
            AwsMends.Nothing,
            static stage =>
            {
                stage.Fake.Iam.ServiceControlPolicy(AwsStage.Account, Denies);
                return Said(
                    stage.User("dev", null, AwsStage.Looks, Reads).AccessKeyId,
                    "Ask the organisation's administrators which policy forbids 'secretsmanager:GetSecretValue': aws organizations "
                        + "list-policies-for-target --target-id 123456789012 --filter SERVICE_CONTROL_POLICY; or try it: "
                        + "Test-FlowSecretAccess -StoreName 'app/db' -Live"
                );
            }
        )
        {
            IsDenial = false,
        },
        new(
            "a permissions boundary",
            AccessResult.Denied,
            AccessCauses.PermissionsBoundary,
            AwsMends.Shows,
            static stage =>
            {
                AwsLogin user = stage.User("dev", null, AwsStage.Looks, Reads);
                stage.Fake.Iam.SetBoundary(user.Arn, AwsStage.Looks);
                return Said(
                    user.AccessKeyId,
                    "Let an administrator allow it on the secret, which the boundary of a user does not limit: Grant-FlowSecretAccess "
                        + $"-StoreName 'app/db' -Principal '{user.Arn}'; or let an administrator put it into the boundary: "
                        + $"{AwsStage.Statement("secretsmanager:GetSecretValue", stage.Secret)}; which it is: aws iam get-user "
                        + "--user-name dev --query User.PermissionsBoundary.PermissionsBoundaryArn; then, if no policy of its own "
                        + "allows it: "
                        + AwsStage.Attach(user, "GetSecretValue", stage.Secret)
                );
            }
        ),
        new(
            "a grant that has ended",
            AccessResult.Denied,
            AccessCauses.ConditionNotMet,
            AwsMends.Nothing,
            static async stage =>
            {
                AwsLogin user = await NobodyAsync(stage);
                await stage.SetPolicyAsync(
                    AwsStage.Policy(
                        $$$$"""
                        {"Sid":"Once","Effect":"Allow","Principal":{"AWS":"{{{{user.Arn}}}}"},
                        "Action":"secretsmanager:GetSecretValue","Resource":"*",
                        "Condition":{"DateLessThan":{"aws:CurrentTime":"2026-01-31T12:00:00Z"}}}
                        """
                    )
                );
                return await Said(
                    user.AccessKeyId,
                    "Let an administrator allow it again on the secret, with the end that you need: Grant-FlowSecretAccess -StoreName "
                        + $"'app/db' -Principal '{user.Arn}' -Expires '{AwsRemedies.NextEnd(DateTimeOffset.UtcNow):yyyy-MM-dd}T00:00:00Z'"
                );
            }
        ),
        new(
            "a condition of the user's that hangs on what nobody knows",
            AccessResult.Unknown,
            AccessCauses.ConditionUnresolved,
            AwsMends.Mends,
            static stage =>
                Task.FromResult(
                    As(
                        stage,
                        stage.User(
                            "dev",
                            null,
                            AwsStage.Looks,
                            AwsStage.Allow(
                                "secretsmanager:GetSecretValue",
                                "*",
                                ",\"Condition\":{\"StringEquals\":{\"aws:SourceVpce\":\"vpce-1\"}}"
                            )
                        )
                    )
                )
        ),
        new(
            "a deny for all but an endpoint",
            AccessResult.Unknown,
            AccessCauses.ConditionUnresolved,
            AwsMends.Shows,
            static async stage =>
            {
                AwsLogin user = stage.User("dev", null, AwsStage.Looks, Reads);
                await stage.SetPolicyAsync(
                    AwsStage.Policy(
                        """
                        {"Effect":"Deny","Principal":"*","Action":"secretsmanager:GetSecretValue","Resource":"*",
                        "Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}}
                        """
                    )
                );
                return (
                    user.AccessKeyId,
                    "See whether its condition is met: aws secretsmanager get-resource-policy --secret-id 'app/db' --region eu-west-1 "
                        + "--query ResourcePolicy --output text; or try it: Test-FlowSecretAccess -StoreName 'app/db' -Live"
                );
            }
        )
        {
            IsDenial = false,
        },
        new(
            "a deletion that is pending",
            AccessResult.Denied,
            AccessCauses.PendingDeletion,
            AwsMends.Nothing,
            static async stage =>
            {
                await stage.SendAsync(
                    "secretsmanager",
                    "DeleteSecret",
                    new JsonObject { ["SecretId"] = stage.Secret, ["RecoveryWindowInDays"] = 7 }
                );
                return (
                    stage.User("dev", null, AwsStage.Looks, Reads).AccessKeyId,
                    "Restore it: Restore-FlowSecret -StoreName 'app/db'; or delete it for good: Remove-FlowSecret -StoreName 'app/db' "
                        + "-Permanent"
                );
            }
        ),
        new(
            "no version yet",
            AccessResult.Denied,
            AccessCauses.SecretHasNoVersion,
            AwsMends.Nothing,
            static async stage =>
            {
                await stage.CreateAsync("app/empty", null);
                return (
                    stage.User("dev", null, AwsStage.Looks, Reads).AccessKeyId,
                    "Give it its first: Set-FlowSecret -StoreName 'app/empty'"
                );
            }
        )
        {
            Secret = "app/empty",
        },
        new(
            "an absent secret",
            AccessResult.Denied,
            AccessCauses.SecretNotFound,
            AwsMends.Nothing,
            static stage =>
                Said(
                    stage.User("dev", null, AwsStage.Looks, Reads).AccessKeyId,
                    "Set up what the catalog names with Initialize-FlowSecret, or make this one: New-FlowSecret -StoreName 'app/none'. "
                        + "Is it the store you meant? See Get-FlowSecretStore."
                )
        )
        {
            Secret = "app/none",
        },
        new(
            "one that is absent or forbidden",
            AccessResult.Unknown,
            AccessCauses.SecretNotFoundOrForbidden,
            AwsMends.Mends,
            static stage =>
            {
                AwsLogin user = stage.User(
                    "dev",
                    null,
                    AwsStage.Allow("iam:SimulatePrincipalPolicy"),
                    AwsStage.Allow("secretsmanager:GetResourcePolicy")
                );
                string attach = AwsStage.Attach(
                    user,
                    "GetSecretValue",
                    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-??????"
                );
                return Said(
                    user.AccessKeyId,
                    "Is it the account and region you meant? See Get-FlowSecretStore. If it is, let an administrator allow it: "
                        + $"{attach}; or on the secret: Grant-FlowSecretAccess -StoreName 'app/db' -Principal '{user.Arn}'"
                );
            }
        ),
        .. AwsKeyCases.All,
    ];

    public static TheoryData<string> Of(Func<AwsCase, bool> which) => [.. All.Where(which).Select(static c => c.Name)];

    public static AwsCase Named(string name) => All.Single(c => c.Name == name);

    /// <summary>Somebody who may look and not read.</summary>
    private static Task<AwsLogin> NobodyAsync(AwsStage stage) => Task.FromResult(stage.User("dev", null, AwsStage.Looks));

    private static (string Key, string Remedy) As(AwsStage stage, AwsLogin user) => (user.AccessKeyId, stage.LetIn(user));

    private static Task<(string Key, string Remedy)> Said(string key, string remedy) => Task.FromResult((key, remedy));

    private static (string Key, string Role) Session(AwsStage stage, string name, string path)
    {
        string role = stage.Fake.Iam.AddRole(name, path);
        stage.Fake.Iam.PutPolicy(role, "looks", AwsStage.Looks);
        return (stage.Fake.Iam.SessionOf(role, "me"), role);
    }
}
