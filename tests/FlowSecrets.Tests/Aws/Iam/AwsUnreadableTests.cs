using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>What decides may not be read: not known, with the permission that is missing; and grants that are too young to work.</summary>
public sealed class AwsUnreadableTests
{
    private static readonly string Reads = AwsStage.Allow("secretsmanager:GetSecretValue");

    [Theory]
    [InlineData(
        "Iam.SimulatePrincipalPolicy",
        "iam:SimulatePrincipalPolicy",
        "its own policies may not be simulated here (iam:SimulatePrincipalPolicy)"
    )]
    [InlineData(
        "Iam.GetRole",
        "iam:GetRole",
        "which role arn:aws:sts::123456789012:assumed-role/reader/me is of, with its path, may not be looked up here (iam:GetRole)"
    )]
    public async Task ACallOfIamThatIsRefusedIsNamed(string operation, string action, string why)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string role = stage.Fake.Iam.AddRole("reader", "/team/");
        stage.Fake.Iam.PutPolicy(role, "looks", AwsStage.Looks);
        stage.Fake.Faults.Deny(operation);
        AccessAnswer answer = await AwsStage.TestAsync(stage.As(stage.Fake.Iam.SessionOf(role, "me")));
        AwsStage.Is(answer, AccessResult.Unknown, AccessCauses.PolicyUnreadable, Permit(action, "*"));
        Assert.Equal(
            $"Whether arn:aws:sts::123456789012:assumed-role/reader/me may 'secretsmanager:GetSecretValue' on 'app/db' cannot be "
                + $"known: {why}",
            answer.Evidence
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASecretsPolicyThatMayNotBeReadMightForbid(bool reads)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, AwsStage.Looks, reads ? Reads : AwsStage.Looks);
        stage.Fake.Faults.Deny("GetResourcePolicy");
        AccessAnswer answer = await AwsStage.TestAsync(stage.As(user.AccessKeyId));
        AwsStage.Is(answer, AccessResult.Unknown, AccessCauses.PolicyUnreadable, Permit("secretsmanager:GetResourcePolicy", stage.Secret));
        Assert.EndsWith(
            "cannot be known: the secret's own policy may not be read here (secretsmanager:GetResourcePolicy)",
            answer.Evidence
        );
    }

    [Theory]
    [InlineData("Kms.GetKeyPolicy", "kms:GetKeyPolicy", "its policy may not be read here (kms:GetKeyPolicy)")]
    [InlineData("Kms.ListGrants", "kms:ListGrants", "its grants may not be read here (kms:ListGrants)")]
    public async Task AKeysPolicyThatMayNotBeRead(string operation, string action, string why)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string key = stage.Fake.Kms.AddKey();
        await stage.RekeyAsync(key);
        AwsLogin user = stage.User("dev", null, AwsStage.Looks, Reads);
        stage.Fake.Faults.Deny(operation);
        AccessAnswer answer = await AwsStage.TestAsync(stage.As(user.AccessKeyId));
        AwsStage.Is(answer, AccessResult.Unknown, AccessCauses.PolicyUnreadable, Permit(action, key));
        Assert.Equal($"Whether {user.Arn} may use the KMS key {key} that encrypts 'app/db' cannot be known: {why}", answer.Evidence);
    }

    [Fact]
    public async Task AGrantOfTheKeyIsEnough()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string key = stage.Fake.Kms.AddKey();
        await stage.RekeyAsync(key);
        AwsLogin user = stage.User("dev", null, AwsStage.Looks, Reads);
        stage.Fake.Kms.AddGrant(key, user.Arn, "Decrypt");
        Assert.Equal(AccessResult.Allowed, (await AwsStage.TestAsync(stage.Admin, user.Arn)).Result);
        AwsStage.Is(
            await AwsStage.TestAsync(stage.Admin, stage.User("other", null, Reads, AwsStage.Allow("kms:Decrypt")).Arn),
            AccessResult.Allowed,
            null,
            ""
        );
    }

    [Fact]
    public async Task WritingNeedsTheKeyForBoth()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string key = stage.Fake.Kms.AddKey();
        await stage.RekeyAsync(key);
        AwsLogin user = stage.User(
            "dev",
            null,
            AwsStage.Looks,
            AwsStage.Allow("secretsmanager:PutSecretValue"),
            AwsStage.Allow("kms:GenerateDataKey")
        );
        string remedy = AwsKeyCases.Grant(stage, key, user, "Decrypt GenerateDataKey");
        AwsStage.Is(
            await AwsStage.TestAsync(stage.As(user.AccessKeyId), permission: SecretPermission.Write),
            AccessResult.Denied,
            AccessCauses.KmsKeyNotUsable,
            remedy
        );
        using SecretValue value = SecretValue.FromText("w");
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            stage.As(user.AccessKeyId).AddVersionAsync(AwsStage.Name, value, null, null, CancellationToken.None)
        );
        Assert.Equal((AccessCauses.KmsKeyNotUsable, remedy), (error.AccessCause, error.Remedy));
    }

    [Theory]
    [InlineData(SecretPermission.Write, "PutSecretValue", " -Permission Write")]
    [InlineData(SecretPermission.Manage, "UpdateSecret", " -Permission Manage")]
    public async Task OtherPermissionsAreToldByTheirOwnAction(SecretPermission permission, string action, string argument)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, AwsStage.Looks, Reads);
        AwsStage.Is(
            await AwsStage.TestAsync(stage.As(user.AccessKeyId), permission: permission),
            AccessResult.Denied,
            AccessCauses.NoGrant,
            stage.LetIn(user, action, argument)
        );
        if (permission == SecretPermission.Write)
        {
            using SecretValue value = SecretValue.FromText("w");
            FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
                stage.As(user.AccessKeyId).AddVersionAsync(AwsStage.Name, value, null, null, CancellationToken.None)
            );
            Assert.Equal((AccessCauses.NoGrant, stage.LetIn(user, action, argument)), (error.AccessCause, error.Remedy));
        }
    }

    [Fact]
    public async Task DescribingIsToldByItsOwnAction()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, AwsStage.Allow("iam:SimulatePrincipalPolicy"));
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            stage.As(user.AccessKeyId).DescribeAsync(AwsStage.Name, CancellationToken.None)
        );
        Assert.Equal((ErrorIds.SecretNotFoundOrForbidden, AccessCauses.SecretNotFoundOrForbidden), (error.Id, error.AccessCause));
        Assert.Equal(
            $"Is it the account and region you meant? See Get-FlowSecretStore. If it is, let an administrator allow it: "
                + $"{AwsStage.Attach(user, "DescribeSecret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-??????")}; or "
                + $"on the secret: Grant-FlowSecretAccess -StoreName 'app/db' -Principal '{user.Arn}'",
            error.Remedy
        );
    }

    [Fact]
    public async Task APolicyThatHasNotSpreadYetIsTooYoung()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, AwsStage.Looks);
        stage.Fake.Iam.PropagationDelay = TimeSpan.FromMinutes(1);
        await stage.IamAsync("PutUserPolicy", ("UserName", "dev"), ("PolicyName", "reads"), ("PolicyDocument", Reads));
        AccessAnswer answer = await AwsStage.TestAsync(stage.As(user.AccessKeyId), live: true);
        Assert.True(answer.Cause == AccessCauses.GrantTooYoung, $"{answer.Cause}: {answer.Evidence}");
        Assert.Equal(AccessResult.Denied, answer.Result);
        Assert.Matches(
            @"\AWait until \d\d:\d\d:\d\d UTC, then try again: Test-FlowSecretAccess -StoreName 'app/db' -Live\z",
            answer.Remedy.ToString()
        );
        Assert.Matches(
            $@"though all policies allow it: the policies of {user.Arn} changed at \d\d:\d\d:\d\d UTC \(CloudTrail\), "
                + "and a grant may take 2 minutes",
            answer.Evidence
        );
        stage.Fake.Skew = TimeSpan.FromMinutes(2);
        stage.Fake.Iam.PropagationDelay = TimeSpan.Zero;
    }

    [Fact]
    public async Task AGrantOfOursThatDoesNotWorkYetIsTooYoungUntilItsTimeIsOver()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, AwsStage.Looks);
        DateTimeOffset made = DateTimeOffset.UtcNow.AddSeconds(-30);
        await stage.SetPolicyAsync(
            AwsStage.Policy(
                $$"""
                {"Sid":"FlowSecretsRead{{made:yyyyMMdd'T'HHmmss'Z'}}0A1B2C3D","Effect":"Allow","Principal":{"AWS":"{{user.Arn}}"},
                "Action":["secretsmanager:GetSecretValue","secretsmanager:DescribeSecret"],"Resource":"*"}
                """
            )
        );
        stage.Fake.Faults.Deny("GetSecretValue");
        AccessAnswer answer = await AwsStage.TestAsync(stage.As(user.AccessKeyId), live: true);
        AwsStage.Is(
            answer,
            AccessResult.Denied,
            AccessCauses.GrantTooYoung,
            $"Wait until {made.AddMinutes(2):HH:mm:ss} UTC, then try again: Test-FlowSecretAccess -StoreName 'app/db' -Live"
        );
        Assert.Contains($"the grant on the secret was made at {made:HH:mm:ss} UTC", answer.Evidence);

        AwsStore later = stage.As(user.AccessKeyId, clock: new Later(TimeSpan.FromMinutes(5)));
        AwsStage.Is(await AwsStage.TestAsync(later, live: true), AccessResult.Denied, AccessCauses.NoGrant, stage.LetIn(user));
    }

    private static string Permit(string action, string resource) =>
        $"Let an administrator allow it in an identity policy: {AwsStage.Statement(action, resource)}; or try it: Test-FlowSecretAccess "
        + $"-StoreName 'app/db' -Live";

    /// <summary>A clock that is ahead.</summary>
    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
