using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.Iam;
using FlowSecrets.Providers.Aws.Iam.Policies;
using FlowSecrets.Tests.CloudFakes;
using FlowSecrets.Tests.CloudFakes.Aws;
using FlowSecrets.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>Grants in a secret's policy: once, theirs and no others, whatever happens on the way.</summary>
public sealed class AwsGrantTests
{
    private const string Role = "arn:aws:iam::123456789012:role/worker";

    private static readonly string[] Strangers =
    [
        """{"Sid":"Théirs","Effect":"Allow","Principal":{"AWS":"""
            + """["arn:aws:iam::123456789012:role/a","arn:aws:iam::123456789012:role/b"]}"""
            + ""","Action":"secretsmanager:GetSecretValue","Resource":"*"}""",
        """{ "Effect" : "Deny", "Principal" : "*", "Action" : [ "secretsmanager:*" ], "Resource" : "*","""
            + """ "Condition" : { "Bool" : { "aws:SecureTransport" : "false" } } }""",
        """{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:root"}"""
            + ""","NotAction":"secretsmanager:DeleteSecret","Resource":"*","Unknown":1.50}""",
        """{"Sid":"FlowSecretsRead20250101T000000ZDEADBEEF","Effect":"Allow","Principal":"""
            + """{"AWS":"arn:aws:iam::123456789012:user/other"},"Action":"""
            + """["secretsmanager:GetSecretValue","secretsmanager:DescribeSecret"],"Resource":"*"}""",
        """{"Effect":"Allow","Principal":{"Service":"apprunner.amazonaws.com"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}""",
    ];

    private static readonly Arbitrary<(string? Policy, AccessEdit Edit)> Cases = Arb.From(
        from statements in Gen.SubListOf(Strangers)
        from space in Gen.Elements("", "\n  ")
        from alone in Gen.Elements(true, false)
        from permission in Gen.Elements(Enum.GetValues<SecretPermission>())
        from year in Gen.Elements(0, 2090)
        select (
            statements.Count == 0 ? null
            : alone && statements.Count == 1 ? $$"""{"Version":"2012-10-17","Statement":{{statements[0]}}}"""
            : $$"""{{{space}}"Version": "2012-10-17","Id":"é",{{space}}"Statement": """
                + $$"""[{{space}}{{string.Join("," + space, statements)}} ]{{space}}}""",
            new AccessEdit(true, Role, permission, year == 0 ? null : new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero))
        )
    );

    [Fact]
    public void AGrantAndARevokeLeaveEveryOtherStatementByteForByte() =>
        Properties.Hold(
            Cases,
            static c =>
            {
                AwsPolicyText policy = AwsPolicyText.Parse(c.Policy);
                string[] before = [.. policy.Statements];
                Assert.Single(AwsGrants.Apply(policy, [c.Edit], DateTimeOffset.UtcNow));
                Assert.Equal(before, policy.Statements[..^1]);
                AwsPolicyText granted = AwsPolicyText.Parse(policy.ToString());
                Assert.Equal(policy.Statements, granted.Statements);
                Assert.Empty(AwsGrants.Apply(granted, [c.Edit], DateTimeOffset.UtcNow));
                Assert.Single(AwsGrants.Apply(granted, [c.Edit with { Grant = false, Expires = null }], DateTimeOffset.UtcNow));
                Assert.Equal(before, granted.Statements);
            }
        );

    [Fact]
    public void AStatementOfSeveralKeepsTheOthers()
    {
        AwsPolicyText policy = AwsPolicyText.Parse($$"""{"Version":"2012-10-17","Statement":[{{Strangers[0]}},{{Strangers[1]}}]}""");
        Assert.Single(AwsGrants.Apply(policy, [new AccessEdit(false, "arn:aws:iam::123456789012:role/a", null)], DateTimeOffset.UtcNow));
        Assert.Equal(["arn:aws:iam::123456789012:role/b"], AwsPolicyText.Read(policy.Statements[0]).Who.Names);
        Assert.Equal(Strangers[1], policy.Statements[1]);
    }

    [Fact]
    public async Task AGrantIsMadeOnceProlongedAndTakenOff()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        IAccessControl access = stage.Admin.Access;
        DateTimeOffset end = new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Single((await access.ApplyAsync(AwsStage.Name, [new AccessEdit(true, Role, SecretPermission.Read, end)], default)).Diff);
        Assert.Empty((await access.ApplyAsync(AwsStage.Name, [new AccessEdit(true, Role, SecretPermission.Read, end)], default)).Diff);
        Assert.Equal(
            2,
            (await access.ApplyAsync(AwsStage.Name, [new AccessEdit(true, Role, SecretPermission.Read, end.AddYears(1))], default))
                .Diff
                .Count
        );
        SecretGrant grant = Assert.Single((await access.ListAsync(AwsStage.Name, default)).Grants);
        Assert.Equal((Role, true, SecretPermission.Read, end.AddYears(1)), (grant.Principal, grant.Ours, grant.Exactly, grant.Expires));
        Assert.Single((await access.ApplyAsync(AwsStage.Name, [new AccessEdit(false, Role, null)], default)).Diff);
        Assert.Null(await stage.PolicyAsync());
    }

    [Fact]
    public async Task TwentyAtOnceAreAllInForce()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string[] principals = [.. Enumerable.Range(1, 20).Select(static i => $"arn:aws:iam::123456789012:role/r{i}")];
        await Task.WhenAll(
            principals.Select(p => stage.Admin.Access.ApplyAsync(AwsStage.Name, [new AccessEdit(true, p, SecretPermission.Read)], default))
        );
        Assert.Equal(
            principals.Order(StringComparer.Ordinal),
            (await stage.Admin.Access.ListAsync(AwsStage.Name, default))
                .Grants.Select(static g => g.Principal)
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task WhatAnotherWriterOverwroteIsMadeAgainBesideHis()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        Task<AccessChange> granting = stage.Admin.Access.ApplyAsync(
            AwsStage.Name,
            [new AccessEdit(true, Role, SecretPermission.Read)],
            default
        );
        while (await stage.PolicyAsync() is null)
        {
            await Task.Delay(10);
        }

        // He read the policy before it was granted.
        await stage.SetPolicyAsync($$"""{"Version":"2012-10-17","Statement":[{{Strangers[1]}}]}""");
        Assert.Single((await granting).Diff);
        Assert.Contains(Strangers[1], await stage.PolicyAsync(), StringComparison.Ordinal);
        Assert.Contains(Role, await stage.PolicyAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Fault.CutReply)]
    [InlineData(Fault.ServerErrorAfter)]
    [InlineData(Fault.DropAfter)]
    [InlineData(Fault.DropBefore)]
    [InlineData(Fault.Throttle)]
    public async Task ALostAnswerIsNoSecondGrant(Fault fault)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        stage.Fake.Faults.QueueFor("PutResourcePolicy", fault);
        AccessChange change = await stage.Admin.Access.ApplyAsync(
            AwsStage.Name,
            [new AccessEdit(true, Role, SecretPermission.Read)],
            default
        );
        Assert.Single(change.Diff);
        Assert.Single((await stage.Admin.Access.ListAsync(AwsStage.Name, default)).Grants);
    }

    [Fact]
    public async Task APolicyThatWouldBeTooLongIsNotWritten()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        string filler = string.Join(
            ',',
            Enumerable.Range(0, 404).Select(static i => $"\"arn:aws:iam::123456789012:role/a-long-name-{i:0000}\"")
        );
        await stage.SetPolicyAsync(
            AwsStage.Policy(
                $$"""{"Effect":"Allow","Principal":{"AWS":[{{filler}}]},"Action":"secretsmanager:GetSecretValue","Resource":"*"}"""
            )
        );
        string? before = await stage.PolicyAsync();
        FlowSecretException refused = await Assert.ThrowsAsync<FlowSecretException>(() =>
            stage.Admin.Access.ApplyAsync(AwsStage.Name, [new AccessEdit(true, Role, SecretPermission.Read)], default)
        );
        Assert.Equal(ErrorIds.LimitReached, refused.Id);
        Assert.Equal(before, await stage.PolicyAsync());
    }

    [Fact]
    public async Task TheAwsCliSeesOursAndWeSeeItsOwn()
    {
        using Sandbox sandbox = new();
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsAccessCli cli = new(sandbox, stage.Fake);
        await stage.Admin.Access.ApplyAsync(AwsStage.Name, [new AccessEdit(true, Role, SecretPermission.Write)], default);
        string shown = (string)
            (await Task.Run(() => cli.Ok("secretsmanager", "get-resource-policy", "--secret-id", AwsStage.Name)))!["ResourcePolicy"]!;
        Assert.Contains("\"Sid\":\"FlowSecretsWrite", shown, StringComparison.Ordinal);
        await Task.Run(() =>
            cli.Ok(
                "secretsmanager",
                "put-resource-policy",
                "--secret-id",
                AwsStage.Name,
                "--resource-policy",
                $$"""{"Version":"2012-10-17","Statement":[{{Strangers[0]}}]}"""
            )
        );
        Assert.Equal(
            [(false, "arn:aws:iam::123456789012:role/a"), (false, "arn:aws:iam::123456789012:role/b")],
            (await stage.Admin.Access.ListAsync(AwsStage.Name, default)).Grants.Select(static g => (g.Ours, g.Principal))
        );
    }

    [Fact]
    public async Task TheIdentityPolicyThatIsPrintedLetsIn()
    {
        using Sandbox sandbox = new();
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User();
        string document = await stage.Admin.Access.IdentityPolicyAsync([AwsStage.Name], SecretPermission.Read, null, default);
        await Task.Run(() =>
            new AwsAccessCli(sandbox, stage.Fake).Ok(
                "iam",
                "put-user-policy",
                "--user-name",
                "dev",
                "--policy-name",
                "p",
                "--policy-document",
                document
            )
        );
        Assert.Equal(AccessResult.Allowed, (await AwsStage.TestAsync(stage.As(user.AccessKeyId), live: true)).Result);
    }
}
