using System.Globalization;
using System.Text.RegularExpressions;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.Model;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>A grant on the secret that ended is granted again with an end.</summary>
public sealed partial class AwsRenewalTests
{
    [Theory]
    [InlineData(SecretPermission.Read, null)]
    [InlineData(SecretPermission.Write, "Write")]
    [InlineData(SecretPermission.Manage, "Manage")]
    public async Task TheRemedyEnds(SecretPermission permission, string? named)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, AwsStage.Looks);
        await EndAsync(stage, user.Arn);
        AccessAnswer ended = await AwsStage.TestAsync(stage.Admin, user.Arn, permission);
        Assert.Equal((AccessResult.Denied, AccessCauses.ConditionNotMet), (ended.Result, ended.Cause));
        Match command = Command().Match(ended.Remedy.ToString());
        Assert.Equal((user.Arn, named ?? ""), (command.Groups["principal"].Value, command.Groups["permission"].Value));

        DateTimeOffset end = DateTimeOffset.Parse(command.Groups["end"].Value, CultureInfo.InvariantCulture);
        Assert.InRange(end, DateTimeOffset.UtcNow.AddDays(28), DateTimeOffset.UtcNow.AddDays(33));
        await stage.Admin.Access.ApplyAsync(AwsStage.Name, [new AccessEdit(true, user.Arn, permission) { Expires = end }], default);
        Assert.Equal(AccessResult.Allowed, (await AwsStage.TestAsync(stage.Admin, user.Arn, permission)).Result);
    }

    [Fact]
    public async Task SoDoesThatOfAnotherAccount()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin guest = stage.User("guest", AwsStage.Other);
        await EndAsync(stage, guest.Arn);
        AccessAnswer ended = await AwsStage.TestAsync(stage.Admin, guest.Arn);
        Assert.Equal((AccessResult.Denied, AccessCauses.NoGrant), (ended.Result, ended.Cause));
        Assert.True(Command().IsMatch(ended.Remedy.ToString()), ended.Remedy.ToString());
    }

    private static Task EndAsync(AwsStage stage, string principal) =>
        stage.SetPolicyAsync(
            AwsStage.Policy(
                $$$$"""
                {"Sid":"Once","Effect":"Allow","Principal":{"AWS":"{{{{principal}}}}"},"Action":"secretsmanager:*","Resource":"*",
                "Condition":{"DateLessThan":{"aws:CurrentTime":"2026-01-31T12:00:00Z"}}}
                """
            )
        );

    [GeneratedRegex(
        "Grant-FlowSecretAccess -StoreName 'app/db' -Principal '(?<principal>[^']+)'( -Permission (?<permission>[a-zA-Z]+))? "
            + "-Expires '(?<end>[^']+)'",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Command();
}
