using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.CloudFakes.Aws.AwsAccess;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>Becoming a role, by another identity and by a token of GitHub Actions.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class AwsFederationCliTests : IDisposable
{
    private const string Denied =
        "(AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity";
    private const string GitHub = "token.actions.githubusercontent.com";
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task ARoleIsAssumedByWhomItTrusts()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = new(_sandbox, access.Fake);
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        string role = access.Fake.Iam.AddRole("app", "/service/");
        access.Fake.Iam.PutPolicy(role, "read", Allow("secretsmanager:GetSecretValue"));
        string[] assume = ["sts", "assume-role", "--role-arn", role, "--role-session-name", "s1"];
        string denied =
            $"(AccessDenied) when calling the AssumeRole operation: User: {user.Arn} is not authorized to perform: sts:AssumeRole on "
            + $"resource: {role}";
        Assert.Equal(denied, cli.Error(user.AccessKeyId, assume));
        access.Fake.Iam.PutPolicy(user.Arn, "assume", Allow("sts:AssumeRole", role));
        JsonNode session = cli.OkAs(user.AccessKeyId, assume)!;
        Assert.Equal("arn:aws:sts::123456789012:assumed-role/app/s1", (string?)session["AssumedRoleUser"]!["Arn"]);
        string key = (string)session["Credentials"]!["AccessKeyId"]!;
        Assert.Equal("arn:aws:sts::123456789012:assumed-role/app/s1", (string?)cli.OkAs(key, "sts", "get-caller-identity")!["Arn"]);
        Assert.Equal("v", await access.Read(key));
        cli.Ok(
            "iam",
            "update-assume-role-policy",
            "--role-name",
            "app",
            "--policy-document",
            Trust("AWS", access.Fake.Iam.AddUser("bob").Arn, "sts:AssumeRole")
        );
        Assert.Equal(denied, cli.Error(user.AccessKeyId, assume));
        Assert.StartsWith(
            "(AccessDenied)",
            cli.Error(user.AccessKeyId, "sts", "assume-role", "--role-arn", role + "x", "--role-session-name", "s1")
        );
        access.Fake.Skew = TimeSpan.FromHours(1.1);
        Assert.StartsWith("400 ExpiredTokenException", await access.Read(key));
    }

    [Fact]
    public async Task ATokenMustHaveTheSubjectThatTheTrustAsksFor()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = new(_sandbox, access.Fake);
        string role = access.Fake.Iam.AddRole("ci", trustPolicyJson: GitHubTrust("StringEquals", "repo:acme/app:ref:refs/heads/main"));
        string[] Assume(string subject, string audience = "sts.amazonaws.com", int lifetime = 300) =>
            [
                "sts",
                "assume-role-with-web-identity",
                "--role-arn",
                role,
                "--role-session-name",
                "run",
                "--web-identity-token",
                Token(subject, audience, lifetime),
            ];
        JsonNode session = cli.Ok(Assume("repo:acme/app:ref:refs/heads/main"))!;
        Assert.Equal(
            ("repo:acme/app:ref:refs/heads/main", "sts.amazonaws.com", $"arn:aws:iam::{Account}:oidc-provider/{GitHub}"),
            ((string?)session["SubjectFromWebIdentityToken"], (string?)session["Audience"], (string?)session["Provider"])
        );
        Assert.Equal(
            "arn:aws:sts::123456789012:assumed-role/ci/run",
            (string?)cli.OkAs((string)session["Credentials"]!["AccessKeyId"]!, "sts", "get-caller-identity")!["Arn"]
        );
        Assert.Equal(Denied, cli.Error("test", Assume("repo:acme/app:ref:refs/heads/other")));
        Assert.Equal(Denied, cli.Error("test", Assume("repo:acme/app:ref:refs/heads/main", "other")));
        Assert.Equal(
            "(ExpiredTokenException) when calling the AssumeRoleWithWebIdentity operation: Token expired: current date/time must be "
                + "before the expiration date/time",
            cli.Error("test", Assume("repo:acme/app:ref:refs/heads/main", lifetime: -1))
        );
        Assert.StartsWith(
            "(InvalidIdentityToken)",
            cli.Error(
                "test",
                "sts",
                "assume-role-with-web-identity",
                "--role-arn",
                role,
                "--role-session-name",
                "run",
                "--web-identity-token",
                "nonsense"
            )
        );
        cli.Ok(
            "iam",
            "update-assume-role-policy",
            "--role-name",
            "ci",
            "--policy-document",
            GitHubTrust("StringLike", "repo:acme/*:ref:refs/heads/*")
        );
        cli.Ok(Assume("repo:acme/app:ref:refs/heads/other"));
        Assert.Equal(6, access.Fake.Calls.Count(static c => c.Operation == "Sts.AssumeRoleWithWebIdentity"));
    }

    private static string Trust(string kind, string principal, string action, string more = "") =>
        $$$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"{{{kind}}}":"{{{principal}}}"}"""
        + $$$""","Action":"{{{action}}}"{{{more}}} }]}""";

    private static string GitHubTrust(string test, string subject)
    {
        // The audience's test takes StringEquals.
        string another = test == "StringEquals" ? "ForAnyValue:StringEquals" : test;
        return Trust(
            "Federated",
            $"arn:aws:iam::{Account}:oidc-provider/{GitHub}",
            "sts:AssumeRoleWithWebIdentity",
            $$$""","Condition":{"StringEquals":{"{{{GitHub}}}:aud":"sts.amazonaws.com"},"""
                + $$$""" "{{{another}}}":{"{{{GitHub}}}:sub":"{{{subject}}}"}}"""
        );
    }

    private static string Token(string subject, string audience, int lifetime)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string header = Part("""{"alg":"RS256","typ":"JWT"}""");
        string claims = Part(
            $$"""{"iss":"https://{{GitHub}}","sub":"{{subject}}","aud":"{{audience}}","iat":{{now}},"exp":{{now + lifetime}}}"""
        );
        return $"{header}.{claims}.c2ln";

        static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
    }
}
