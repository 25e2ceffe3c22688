using System.Buffers.Text;
using System.Text;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Tests.CloudFakes;
using FlowSecrets.Tests.CloudFakes.Aws;
using FlowSecrets.Tests.Operations.Access;
using FlowSecrets.Tests.Support;
using FlowSecrets.Tests.Transport;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>Causes that lie in who asks: credentials, clock, federation, another identity.</summary>
public sealed class AwsIdentityCauseTests
{
    private const string LogIn =
        "Log in: aws sso login, or aws configure; in CI set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role. Then see "
        + "Get-FlowSecretStore.";
    private const string Issuer = "token.actions.githubusercontent.com";

    [Fact]
    public async Task WithoutCredentials()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        using CloudSetting setting = new();
        AwsStore store = setting.Aws(
            stage.Fake.Endpoint,
            new StoreSelection(StoreKind.Aws) { Region = "eu-west-1", Profile = "identity-empty" }
        );
        AwsStage.Is(
            await AwsStage.TestAsync(store),
            AccessResult.Denied,
            AccessCauses.NotAuthenticated,
            LogIn
                .Replace("aws sso login,", "aws sso login --profile 'identity-empty',")
                .Replace("aws configure;", "aws configure --profile 'identity-empty';")
        );
    }

    [Fact]
    public async Task ASessionThatHasExpired()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string key = stage.Fake.Iam.SessionOf(stage.Fake.Iam.AddRole("reader"), "me");
        stage.Fake.Iam.Expire(key);
        AccessAnswer answer = await AwsStage.TestAsync(stage.As(key));
        AwsStage.Is(answer, AccessResult.Denied, AccessCauses.NotAuthenticated, LogIn);
        Assert.Equal("The session of the AWS credentials (keys of AWS_ACCESS_KEY_ID) has expired.", answer.Evidence);
    }

    [Fact]
    public async Task AClockThatIsWrong()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        stage.Fake.Skew = TimeSpan.FromHours(2);
        AwsStage.Is(
            await AwsStage.TestAsync(stage.Admin),
            AccessResult.Denied,
            AccessCauses.ClockSkew,
            "Set the clock (timedatectl set-ntp true; w32tm /resync), then run the same command again."
        );
    }

    [Fact]
    public async Task ATokenThatTheRoleDoesNotTake()
    {
        using CloudSetting setting = new();
        const string Claims = $$"""{"iss":"https://{{Issuer}}","sub":"repo:me/app:ref:refs/heads/main","aud":"sts.amazonaws.com"}""";
        string token = $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Claims))}.x";
        setting.Set("AWS_WEB_IDENTITY_TOKEN_FILE", setting.Write("token", token));
        setting.Set("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/deploy");
        AwsPlace place = AwsPlace.Find(new StoreSelection(StoreKind.Aws) { Region = "eu-west-1" }, setting.Variable);
        AwsIdentity identity = AwsIdentity.Find(new StoreSelection(StoreKind.Aws) { Region = "eu-west-1" }, place, setting.Variable);
        AwsErrors errors = new(static _ => new Place(StoreKind.Aws, "eu-west-1", "me"), place, identity);
        Amazon.SecurityToken.AmazonSecurityTokenServiceException refused = new("Not authorized to perform sts:AssumeRoleWithWebIdentity")
        {
            ErrorCode = "AccessDenied",
            StatusCode = System.Net.HttpStatusCode.Forbidden,
        };
        FlowSecretException error = errors.Explain(refused, new AwsCall("GetSecretValue", AwsStage.Name))!.Error;
        AwsStage.Is(
            AccessAnswer.Of(AwsStage.Name, error),
            AccessResult.Denied,
            AccessCauses.FederationMismatch,
            "Let somebody who may see the role compare: Test-FlowSecretAccess NAME -Principal 'arn:aws:iam::123456789012:role/deploy' "
                + "-TokenSubject 'repo:me/app:ref:refs/heads/main'; it shows whom its trust lets in, and the command that lets this one in."
        );
        Assert.Equal(
            $"AWS did not take the token of default credentials (AccessDenied): its token's subject is "
                + $"'repo:me/app:ref:refs/heads/main', its issuer https://{Issuer}, its audience sts.amazonaws.com, and it is to become "
                + $"arn:aws:iam::123456789012:role/deploy.",
            error.Cause
        );
        Assert.Equal(ErrorIds.NotAuthenticated, error.Id);
    }

    [Fact]
    public async Task ASubjectThatTheTrustDoesNotLetIn()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string role = stage.Fake.Iam.AddRole("deploy", "/ci/", Trust("\"repo:me/app:ref:refs/heads/main\""));
        stage.Fake.Iam.PutPolicy(role, "reads", AwsStage.Allow("secretsmanager:GetSecretValue"));
        const string Subject = "repo:me/app:environment:production";
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, role, subject: Subject);
        AwsStage.Is(
            answer,
            AccessResult.Denied,
            AccessCauses.FederationMismatch,
            $"Let its administrator let it in: aws iam update-assume-role-policy --role-name deploy --policy-document "
                + $"'{Trust($"[\"repo:me/app:ref:refs/heads/main\",\"{Subject}\"]")}'"
        );
        Assert.Equal(
            $"The token's subject is '{Subject}', and the trust of {role} lets in 'repo:me/app:ref:refs/heads/main'",
            answer.Evidence
        );

        using Sandbox sandbox = new();
        Assert.All(
            new AwsAccessCli(sandbox, stage.Fake).All([.. RemedyCommands.Of(answer.Remedy.ToString())]),
            static r => Assert.True(r.ExitCode == 0, r.Error)
        );
        Assert.Equal(AccessResult.Allowed, (await AwsStage.TestAsync(stage.Admin, role, subject: Subject)).Result);
        Assert.Equal(
            AccessResult.Allowed,
            (await AwsStage.TestAsync(stage.Admin, role, subject: "repo:me/app:ref:refs/heads/main")).Result
        );
    }

    [Fact]
    public async Task ARoleWithoutAnIdentityProvider()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string role = stage.Fake.Iam.AddRole("deploy");
        AwsStage.Is(
            await AwsStage.TestAsync(stage.Admin, role, subject: "x"),
            AccessResult.Denied,
            AccessCauses.FederationMismatch,
            "Let its administrator add the provider: aws iam get-role --role-name deploy --query Role.AssumeRolePolicyDocument"
        );
    }

    [Fact]
    public async Task KeysThatHideAProfile()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, AwsStage.Looks);
        AwsStore store = stage.As(user.AccessKeyId, variable: ("AWS_PROFILE", "prod"));
        const string Remedy = "Ask as that one: Connect-FlowSecretStore -Store Aws -Region eu-west-1 -Profile 'prod'";
        AccessAnswer answer = await AwsStage.TestAsync(store);
        AwsStage.Is(answer, AccessResult.Denied, AccessCauses.OtherIdentity, Remedy);
        Assert.StartsWith(
            $"It was asked as {user.Arn} (the keys of AWS_ACCESS_KEY_ID), and AWS_PROFILE names 'prod', which they hide. ",
            answer.Evidence
        );
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            store.ReadAsync(AwsStage.Name, VersionSelector.Current, CancellationToken.None)
        );
        Assert.Equal((ErrorIds.AccessDenied, AccessCauses.OtherIdentity, Remedy), (error.Id, error.AccessCause, error.Remedy));
    }

    [Fact]
    public async Task KeysThatMayHideNothing()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        Assert.Equal(AccessResult.Allowed, (await AwsStage.TestAsync(stage.As("test", variable: ("AWS_PROFILE", "prod")))).Result);
    }

    private static string Trust(string subjects) =>
        (
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"""
            + $$"""{"Federated":"arn:aws:iam::123456789012:oidc-provider/{{Issuer}}"}"""
            + $$$$""","Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"{{{{Issuer}}}}:sub":SUBJECTS}}}]}"""
        ).Replace("SUBJECTS", subjects, StringComparison.Ordinal);
}
