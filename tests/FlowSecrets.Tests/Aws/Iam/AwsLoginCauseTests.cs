using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>Who asks, where, with what token; other accounts; what runs as whom.</summary>
public sealed class AwsLoginCauseTests
{
    private const string GitHub = "token.actions.githubusercontent.com";

    private const string Trust =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"""
        + $$"""{"Federated":"arn:aws:iam::123456789012:oidc-provider/{{GitHub}}"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":"""
        + $$$$"""{"StringLike":{"{{{{GitHub}}}}:sub":"repo:org/shop:ref:refs/heads/*"}}}]}""";

    [Fact]
    public async Task AnExpiredSessionIsNoLogin()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string key = stage.Fake.Iam.SessionOf(stage.Fake.Iam.AddRole("ci"), "s");
        stage.Fake.Iam.Expire(key);
        AwsStage.Is(
            await AwsStage.TestAsync(stage.As(key)),
            AccessResult.Denied,
            AccessCauses.NotAuthenticated,
            "Log in: aws sso login, or aws configure; in CI set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role. Then see "
                + "Get-FlowSecretStore."
        );
    }

    [Fact]
    public async Task AWrongClockIsToldFromWrongKeys()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        stage.Fake.Skew = TimeSpan.FromMinutes(20);
        AwsStage.Is(
            await AwsStage.TestAsync(stage.Admin),
            AccessResult.Denied,
            AccessCauses.ClockSkew,
            "Set the clock (timedatectl set-ntp true; w32tm /resync), then run the same command again."
        );
    }

    [Fact]
    public async Task AProfileThatKeysHideIsNamed()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User(policies: AwsStage.Looks);
        AccessAnswer answer = await AwsStage.TestAsync(stage.As(user.AccessKeyId, variable: ("AWS_PROFILE", "ops")));
        AwsStage.Is(
            answer,
            AccessResult.Denied,
            AccessCauses.OtherIdentity,
            "Ask as that one: Connect-FlowSecretStore -Store Aws -Region eu-west-1 -Profile 'ops'"
        );
        Assert.Contains(
            $"It was asked as {user.Arn} (the keys of AWS_ACCESS_KEY_ID), and AWS_PROFILE names 'ops'",
            answer.Evidence,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("repo:org/shop:ref:refs/heads/main", null)]
    [InlineData("repo:org/shop:pull_request", AccessCauses.FederationMismatch)]
    public async Task ATokensSubjectIsComparedWithTheTrust(string subject, string? cause)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string role = stage.Fake.Iam.AddRole("ci", trustPolicyJson: Trust);
        stage.Fake.Iam.PutPolicy(role, "read", AwsStage.Allow("secretsmanager:*"));
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, role, subject: subject);
        string added = Trust.Replace(
            "\"repo:org/shop:ref:refs/heads/*\"",
            $"[\"repo:org/shop:ref:refs/heads/*\",\"{subject}\"]",
            StringComparison.Ordinal
        );
        AwsStage.Is(
            answer,
            cause is null ? AccessResult.Allowed : AccessResult.Denied,
            cause,
            cause is null
                ? ""
                : $"Let its administrator let it in: aws iam update-assume-role-policy --role-name ci --policy-document '{added}'"
        );
        if (cause is not null)
        {
            Assert.Equal(
                $"The token's subject is '{subject}', and the trust of {role} lets in 'repo:org/shop:ref:refs/heads/*'",
                answer.Evidence
            );
        }
    }

    [Fact]
    public async Task AcrossAccountsBothMustAllowAndTheDefaultKeyNeverDoes()
    {
        string key = "";
        await using AwsStage stage = await AwsStage.StartAsync();
        string role = stage.Fake.Iam.AddRole("partner", account: AwsStage.Other);
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, role);
        Assert.Equal((AccessResult.Denied, AccessCauses.NoGrant), (answer.Result, answer.Cause));
        Assert.StartsWith(
            $"Let it in on the secret: Grant-FlowSecretAccess -StoreName 'app/db' -Principal '{role}'; then let an administrator of "
                + $"account {AwsStage.Other} allow it: aws iam put-role-policy --role-name partner ",
            answer.Remedy.ToString(),
            StringComparison.Ordinal
        );

        await stage.Admin.Access.ApplyAsync(AwsStage.Name, [new AccessEdit(true, role, SecretPermission.Read)], default);
        answer = await AwsStage.TestAsync(stage.Admin, role);
        Assert.Equal((AccessResult.Denied, AccessCauses.KmsKeyNotUsable), (answer.Result, answer.Cause));

        stage.Fake.Iam.PutPolicy(role, "read", AwsStage.Allow("*"));
        string session = stage.Fake.Iam.SessionOf(role, "s");
        key = stage.Secret;
        answer = await AwsStage.TestAsync(stage.As(session), live: true, name: key);
        Assert.Equal((AccessResult.Denied, AccessCauses.KmsKeyNotUsable), (answer.Result, answer.Cause));
    }

    [Fact]
    public async Task AYoungGrantIsNamedAsSuch()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User(policies: AwsStage.Looks);
        stage.Fake.Iam.PropagationDelay = TimeSpan.FromMinutes(1);
        await stage.IamAsync(
            "PutUserPolicy",
            ("UserName", "dev"),
            ("PolicyName", "read"),
            ("PolicyDocument", AwsStage.Allow("secretsmanager:GetSecretValue"))
        );
        FlowSecretException denied = await Assert.ThrowsAsync<FlowSecretException>(() =>
            stage.As(user.AccessKeyId).ReadAsync(AwsStage.Name, VersionSelector.Current, default)
        );
        Assert.Equal(AccessCauses.GrantTooYoung, denied.AccessCause);
    }

    [Fact]
    public async Task WorkloadsAreLookedUpForTheRoleThatFetchesTheirSecrets()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string arn = stage.Fake.Workloads.AddAppRunner("web", "arn:aws:iam::123456789012:role/instance");
        string bare = stage.Fake.Workloads.AddAppRunner("bare", null);
        stage.Fake.Workloads.AddEcs("main", "api", "arn:aws:iam::123456789012:role/execution", "arn:aws:iam::123456789012:role/task");
        Assert.Equal("arn:aws:iam::123456789012:role/instance", await IdentityAsync(stage, "apprunner", ("arn", arn)));
        Assert.Equal(
            "arn:aws:iam::123456789012:role/execution",
            await IdentityAsync(stage, "ecs", ("cluster", "main"), ("service", "api"))
        );
        Assert.Equal(ErrorIds.WorkloadNotFound, await RefusalAsync(stage, "apprunner", ("arn", bare)));
        Assert.Equal(ErrorIds.WorkloadNotFound, await RefusalAsync(stage, "ecs", ("cluster", "main"), ("service", "none")));
        Assert.Equal(ErrorIds.BadArgument, await RefusalAsync(stage, "ecs", ("cluster", "main")));
    }

    private static async Task<string> IdentityAsync(AwsStage stage, string kind, params (string Key, string Value)[] settings)
    {
        using Sandbox sandbox = new();
        sandbox.Set("AWS_ACCESS_KEY_ID", "test");
        sandbox.Set("AWS_SECRET_ACCESS_KEY", "test");
        CatalogWorkload workload = new("w", kind, settings.ToDictionary(static s => s.Key, static s => s.Value, StringComparer.Ordinal));
        StoreSelection store = new(StoreKind.Aws) { Region = "eu-west-1", Endpoint = stage.Fake.Endpoint.AbsoluteUri };
        return (await sandbox.Providers.OpenWorkload(workload, store, sandbox.Variable).IdentityAsync(default)).Principal;
    }

    private static async Task<string> RefusalAsync(AwsStage stage, string kind, params (string Key, string Value)[] settings) =>
        (await Assert.ThrowsAsync<FlowSecretException>(() => IdentityAsync(stage, kind, settings))).Id;
}
