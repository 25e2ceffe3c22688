using FlowSecrets.CloudFakes.Aws.Iam;
using static FlowSecrets.Tests.CloudFakes.Aws.AwsAccess;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>Secrets under keys: the secret's policies say yes, and KMS says no.</summary>
public sealed class AwsKeyTests
{
    private const string Refused = "400 AccessDeniedException Access to KMS is not allowed";

    [Fact]
    public async Task ADefaultKeyPolicyLeavesItToTheIdentities()
    {
        string key = "";
        await using AwsAccess access = await StartAsync(keyOf: fake => key = fake.Kms.AddKey());
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        access.Fake.Iam.PutPolicy(user.Arn, "read", Allow("secretsmanager:*"));
        Assert.Equal(Refused, await access.Read(user.AccessKeyId));
        access.Fake.Iam.PutPolicy(
            user.Arn,
            "key",
            Allow("kms:Decrypt", key, When("StringEquals", "kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com"))
        );
        Assert.Equal("v", await access.Read(user.AccessKeyId));
        access.Probe.AccessKeyId = user.AccessKeyId;
        string put = $$"""{"SecretId":"app/db","SecretString":"w","ClientRequestToken":"{{AwsProbe.Token(2)}}"}""";
        Assert.Equal(Refused, await access.Probe.Error("PutSecretValue", put));
        access.Fake.Iam.PutPolicy(user.Arn, "more", Allow("kms:GenerateDataKey", key));
        await access.Probe.Ok("PutSecretValue", put);
    }

    [Fact]
    public async Task AKeyPolicyThatDoesNotNameTheAccountDecidesAlone()
    {
        string key = "";
        await using AwsAccess access = await StartAsync(keyOf: fake => key = fake.Kms.AddKey());
        string role = access.Fake.Iam.AddRole("app", "/service/");
        string session = access.Fake.Iam.SessionOf(role, "s1");
        access.Fake.Iam.PutPolicy(role, "all", Allow("*"));
        access.Fake.Kms.SetPolicy(key, To($"arn:aws:iam::{Account}:role/other", actions: "kms:*"));
        Assert.Equal((Refused, "v"), (await access.Read(session), await access.Read("test")));
        access.Fake.Kms.SetPolicy(
            key,
            To(role, actions: "kms:Decrypt", more: When("StringEquals", "kms:EncryptionContext:SecretARN", access.Secret))
        );
        Assert.Equal("v", await access.Read(session));
        access.Fake.Kms.SetPolicy(
            key,
            To(role, actions: "kms:Decrypt", more: When("StringEquals", "kms:EncryptionContext:SecretARN", "other"))
        );
        Assert.Equal(Refused, await access.Read(session));
        access.Fake.Kms.AddGrant(key, role, "Decrypt");
        Assert.Equal("v", await access.Read(session));
        access.Fake.Kms.SetPolicy(key, To(role, "Deny", actions: "kms:Decrypt"));
        Assert.Equal(Refused, await access.Read(session));
    }

    [Fact]
    public async Task AcrossAccountsTheKeyAndTheIdentityBothAllow()
    {
        string key = "";
        await using AwsAccess access = await StartAsync(keyOf: fake => key = fake.Kms.AddKey());
        string role = access.Fake.Iam.AddRole("app", account: Other);
        string session = access.Fake.Iam.SessionOf(role, "s1");
        access.Fake.Iam.PutPolicy(role, "read", Allow("secretsmanager:GetSecretValue"));
        await access.SetPolicy(To(role));
        Assert.Equal(Refused, await access.Read(session));
        access.Fake.Iam.PutPolicy(role, "key", Allow("kms:Decrypt", key));
        Assert.Equal(Refused, await access.Read(session));
        access.Fake.Kms.SetPolicy(
            key,
            To($"arn:aws:iam::{Other}:root", actions: "kms:Decrypt", more: When("StringEquals", "kms:CallerAccount", Other))
        );
        Assert.Equal("v", await access.Read(session));
    }

    [Fact]
    public async Task AKeyThatIsOffServesNobody()
    {
        string key = "";
        await using AwsAccess access = await StartAsync(keyOf: fake => key = fake.Kms.AddKey());
        access.Fake.Kms.Disable(key);
        Assert.StartsWith(
            $"400 DecryptionFailure Secrets Manager can't decrypt the secret value: {key} is disabled. (Service: AWSKMS; Status Code: "
                + $"400; Error Code: DisabledException; Request ID: ",
            await access.Read("test")
        );
        Assert.StartsWith(
            $"400 EncryptionFailure Secrets Manager can't encrypt the secret value: {key} is disabled.",
            await access.Probe.Error(
                "PutSecretValue",
                $$"""{"SecretId":"app/db","SecretString":"w","ClientRequestToken":"{{AwsProbe.Token(2)}}"}"""
            )
        );
        access.Fake.Kms.ScheduleDeletion(key);
        Assert.StartsWith(
            $"400 DecryptionFailure Secrets Manager can't decrypt the secret value: {key} is pending deletion. (Service: AWSKMS; Status "
                + $"Code: 400; Error Code: KMSInvalidStateException; ",
            await access.Read("test")
        );
        access.Fake.Skew = TimeSpan.FromDays(31);
        Assert.StartsWith(
            $"400 DecryptionFailure Secrets Manager can't decrypt the secret value: Key '{key}' does not exist (Service: AWSKMS; Status "
                + $"Code: 400; Error Code: NotFoundException; ",
            await access.Read("test")
        );
        await access.Probe.Ok("DescribeSecret", """{"SecretId":"app/db"}""");
    }

    [Fact]
    public async Task AKeyGoesByItsIdItsArnAndItsAlias()
    {
        foreach (
            Func<string, string> name in new Func<string, string>[]
            {
                static a => a,
                static a => a[(a.IndexOf('/') + 1)..],
                static _ => "alias/app",
                static _ => $"arn:aws:kms:eu-west-1:{Account}:alias/app",
            }
        )
        {
            string key = "";
            await using AwsAccess access = await StartAsync(keyOf: fake =>
            {
                key = fake.Kms.AddKey();
                fake.Kms.AddAlias("alias/app", key);
                return name(key);
            });
            access.Fake.Kms.Disable(key);
            Assert.StartsWith("400 DecryptionFailure", await access.Read("test"));
        }
    }

    [Fact]
    public async Task AKeyThatTheFakeDoesNotKnowServesAll()
    {
        await using AwsAccess access = await StartAsync($"arn:aws:kms:eu-west-1:{Account}:key/00000000-0000-4000-8000-000000000001");
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        access.Fake.Iam.PutPolicy(user.Arn, "read", Allow("secretsmanager:*"));
        Assert.Equal("v", await access.Read(user.AccessKeyId));
    }
}
