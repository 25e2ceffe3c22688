using System.Text.Json;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.Errors;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Tests.Transport;
using FlowSecrets.Values;
using static FlowSecrets.Tests.Transport.Refusals;

namespace FlowSecrets.Tests.Aws.Connection;

/// <summary>Denials by AWS: who may not do what, where, and the statement that lets it.</summary>
public sealed class AwsDenialTests : IDisposable
{
    private const string Tester = "arn:aws:iam::123456789012:user/tester";
    private const string S1 = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s1-??????";

    private readonly CloudSetting _setting = new(("AWS_ACCESS_KEY_ID", "AKIDTEST"), ("AWS_SECRET_ACCESS_KEY", "secret"));

    public void Dispose() => _setting.Dispose();

    [Theory]
    [InlineData("AccessDeniedException")]
    [InlineData("AccessDenied")]
    [InlineData("AccessDeniedByPolicyException")]
    [InlineData("NotAuthorized")]
    [InlineData("UnauthorizedOperation")]
    public async Task ADenialNamesAccountIdentityAndTheStatement(string code)
    {
        FlowSecretException error = await AnsweredAsync(
            _setting,
            Refusal(400, code, "User: arn:aws:iam::123456789012:user/KMS-Admin is not authorized to perform: secretsmanager:DescribeSecret")
        );
        Assert.Equal(ErrorIds.SecretNotFoundOrForbidden, error.Id);
        Assert.Equal(
            $"Permission denied: There is no secret 's1' in the Aws store of account 123456789012 in eu-west-1, or {Tester} may not use "
                + $"it: AWS does not tell which ('secretsmanager:DescribeSecret').",
            error.Cause
        );
        Assert.Equal(
            $"Is it the account and region you meant? See Get-FlowSecretStore. If it is, let an administrator allow it: "
                + $"{Attach("DescribeSecret", "s1", S1)}; or on the secret: Grant-FlowSecretAccess -StoreName 's1' -Principal '{Tester}'",
            error.Remedy
        );
    }

    [Theory]
    [InlineData("DecryptionFailure", "x")]
    [InlineData("EncryptionFailure", "x")]
    [InlineData("AccessDeniedException", "Access to KMS is not allowed")]
    [InlineData("AccessDeniedException", "User: x is not authorized to perform: kms:Decrypt on resource: y")]
    public async Task AKeyThatMayNotBeUsedIsNamed(string code, string message)
    {
        FlowSecretException error = await AnsweredAsync(_setting, Refusal(400, code, message));
        Assert.Equal(ErrorIds.AccessDenied, error.Id);
        Assert.Contains("may not use the KMS key that encrypts 's1'", error.Cause);
        Assert.Equal(
            "Let the key's owner allow kms:Decrypt. Which key: aws secretsmanager describe-secret --secret-id 's1' --region eu-west-1 "
                + "--query KmsKeyId --output text",
            error.Remedy
        );
    }

    [Fact]
    public async Task DeniedIsToldFromAbsentWhereDescribingIsAllowed()
    {
        await using AwsFake fake = await AwsFake.StartAsync();
        AwsStore store = _setting.Aws(fake.Endpoint);
        fake.Faults.Deny("GetSecretValue");
        Assert.Equal(ErrorIds.SecretNotFound, (await ReadAsync(store, "s1")).Id);
        await CreateAsync(store, "s1");
        FlowSecretException denied = await ReadAsync(store, "s1");
        Assert.Equal(
            (
                ErrorIds.AccessDenied,
                $"Permission denied: {Tester} may not 'secretsmanager:GetSecretValue' on the secret 's1' in the Aws store of account "
                    + $"123456789012 in eu-west-1: no policy of its own or of the secret allows it."
            ),
            (denied.Id, denied.Cause)
        );
        Assert.Equal(
            $"Let an administrator allow it: {Attach("GetSecretValue", "s1", await ArnAsync(store))}; or on the secret: "
                + $"Grant-FlowSecretAccess -StoreName 's1' -Principal '{Tester}'",
            denied.Remedy
        );
        fake.Faults.Deny("DescribeSecret");
        Assert.Equal(ErrorIds.SecretNotFoundOrForbidden, (await ReadAsync(store, "s1")).Id);
    }

    [Theory]
    [InlineData("PutSecretValue", "s1", "")]
    [InlineData("CreateSecret", "s2", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s2*")]
    [InlineData("ListSecrets", "all", "*")]
    [InlineData("DeleteSecret", "s1", "")]
    [InlineData("ListSecretVersionIds", "s1", "")]
    public async Task TheStatementIsTheOneThatTheCallNeeds(string operation, string name, string resource)
    {
        await using AwsFake fake = await AwsFake.StartAsync();
        AwsStore store = _setting.Aws(fake.Endpoint);
        await CreateAsync(store, "s1");
        fake.Faults.Deny(operation);
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(async () =>
        {
            using SecretValue other = SecretValue.FromText("w");
            await (
                operation switch
                {
                    "PutSecretValue" => store.AddVersionAsync("s1", other, null, null, CancellationToken.None),
                    "CreateSecret" => store.CreateAsync("s2", new Dictionary<string, string>(), other, CancellationToken.None),
                    "ListSecrets" => store.ListAsync("", CancellationToken.None).FirstOrDefaultAsync().AsTask(),
                    "DeleteSecret" => store.DeleteAsync("s1", null, CancellationToken.None),
                    _ => store.ListVersionsAsync("s1", CancellationToken.None),
                }
            );
        });
        Assert.Equal(ErrorIds.AccessDenied, error.Id);
        Assert.StartsWith(
            $"Let an administrator allow it: {Attach(operation, name, resource == "" ? await ArnAsync(store) : resource)}",
            error.Remedy
        );
    }

    [Theory]
    [InlineData(
        "arn:aws:secretsmanager:us-east-2:210987654321:secret:app",
        "arn:aws:secretsmanager:us-east-2:210987654321:secret:app-??????"
    )]
    [InlineData(
        "arn:aws:secretsmanager:us-east-2:210987654321:secret:app-AbCdEf",
        "arn:aws:secretsmanager:us-east-2:210987654321:secret:app-AbCdEf"
    )]
    [InlineData(
        "arn:aws-cn:secretsmanager:cn-north-1:210987654321:secret:app",
        "arn:aws-cn:secretsmanager:cn-north-1:210987654321:secret:app-??????"
    )]
    public async Task AnArnsOwnRegionAndAccountAreInTheRemedy(string arn, string resource)
    {
        FlowSecretException denied = await AnsweredAsync(_setting, Refusal(400, "AccessDeniedException", "no"), arn);
        Assert.Contains($$"""{"Effect":"Allow","Action":"secretsmanager:DescribeSecret","Resource":"{{resource}}"}""", denied.Remedy);
        FlowSecretException key = await AnsweredAsync(_setting, Refusal(400, "DecryptionFailure", "no"), arn);
        Assert.EndsWith($"--secret-id '{arn}' --region {arn.Split(':')[3]} --query KmsKeyId --output text", key.Remedy);
    }

    private static string Attach(string action, string name, string resource) =>
        "aws iam put-user-policy --user-name tester --policy-name "
        + $"'flowsecrets-{action}-{Label(resource, name)}' "
        + "--policy-document '"
        + $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:{{action}}","Resource":"{{resource}}"}]}'""";

    private static string Label(string resource, string name) =>
        resource.Split(':') is [_, _, _, var region, var account, _, var full]
            ? $"{account}-{region}-{(full.Length > 7 ? full[..^7] : full.TrimEnd('*'))}"
            : name;

    private static async Task<string> ArnAsync(AwsStore store) =>
        JsonDocument
            .Parse(await store.Access.IdentityPolicyAsync(["s1"], SecretPermission.Read, null, CancellationToken.None))
            .RootElement.GetProperty("Statement")[0]
            .GetProperty("Resource")
            .GetString()!;
}
