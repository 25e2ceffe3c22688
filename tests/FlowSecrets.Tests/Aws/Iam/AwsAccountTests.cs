using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Tests.Aws.Iam;

/// <summary>Across accounts both sides must allow; and accounts as principals.</summary>
public sealed class AwsAccountTests
{
    private static readonly string Reads = AwsStage.Allow("secretsmanager:GetSecretValue");

    [Fact]
    public async Task TheSecretDoesNotLetInWhoeverIsOfAnotherAccount()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin guest = stage.User("guest", AwsStage.Other, Reads);
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, guest.Arn);
        AwsStage.Is(
            answer,
            AccessResult.Denied,
            AccessCauses.NoGrant,
            $"Let it in on the secret: Grant-FlowSecretAccess -StoreName 'app/db' -Principal '{guest.Arn}'; then let an administrator "
                + $"of account 999988887777 allow it: {AwsStage.Attach(guest, "GetSecretValue", stage.Secret)}"
        );
        Assert.Equal(
            $"{guest.Arn} may not 'secretsmanager:GetSecretValue' on {AwsStage.Place}: it is of another account (999988887777), and the "
                + $"secret's own policy does not let it in",
            answer.Evidence
        );
    }

    [Fact]
    public async Task WhatTheOtherAccountAllowsIsNotKnownHere()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin guest = stage.User("guest", AwsStage.Other);
        await UseKeyAsync(stage, guest.Arn);
        await GrantAsync(stage, guest.Arn);
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, guest.Arn);
        AwsStage.Is(
            answer,
            AccessResult.Unknown,
            AccessCauses.PolicyUnreadable,
            $"Let an administrator of account 999988887777 allow it: {AwsStage.Attach(guest, "GetSecretValue", stage.Secret)}"
        );
        Assert.Equal(
            $"Whether {guest.Arn} may 'secretsmanager:GetSecretValue' on 'app/db' cannot be known: its own policies can be seen in "
                + $"account 999988887777 alone",
            answer.Evidence
        );
    }

    [Fact]
    public async Task TheOtherAccountsOwnPoliciesAreMissing()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin guest = stage.User("guest", AwsStage.Other, AwsStage.Looks);
        await GrantAsync(stage, guest.Arn, "secretsmanager:GetResourcePolicy");
        AccessAnswer answer = await AwsStage.TestAsync(stage.As(guest.AccessKeyId), name: stage.Secret);
        AwsStage.Is(
            answer,
            AccessResult.Denied,
            AccessCauses.NoGrant,
            $"Let an administrator of account 999988887777 allow it: {AwsStage.Attach(guest, "GetSecretValue", stage.Secret)}"
        );
        Assert.EndsWith("it is of another account (999988887777), whose own policies do not allow it", answer.Evidence);
    }

    [Fact]
    public async Task TheDefaultKeyCannotBeUsedFromAnotherAccount()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin guest = stage.User("guest", AwsStage.Other, AwsStage.Looks, Reads);
        await GrantAsync(stage, guest.Arn, "secretsmanager:GetResourcePolicy");
        string remedy =
            $"Let the secret's owner encrypt it by a key of the account's own: aws secretsmanager update-secret --secret-id "
            + $"'{stage.Secret}' --region eu-west-1 --kms-key-id KEY_ARN";
        AwsStage.Is(
            await AwsStage.TestAsync(stage.As(guest.AccessKeyId), name: stage.Secret),
            AccessResult.Denied,
            AccessCauses.KmsKeyNotUsable,
            remedy
        );
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            stage.As(guest.AccessKeyId).ReadAsync(stage.Secret, VersionSelector.Current, CancellationToken.None)
        );
        Assert.Equal((ErrorIds.AccessDenied, AccessCauses.KmsKeyNotUsable, remedy), (error.Id, error.AccessCause, error.Remedy));
    }

    [Fact]
    public async Task BothPoliciesAndAKeyOfItsOwnLetItIn()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin guest = stage.User("guest", AwsStage.Other, AwsStage.Looks, Reads, AwsStage.Allow("kms:Decrypt"));
        await stage.RekeyAsync(
            stage.Fake.Kms.AddKey(
                AwsStage.Policy($$"""{"Effect":"Allow","Principal":{"AWS":"{{guest.Arn}}"},"Action":"kms:*","Resource":"*"}""")
            )
        );
        await GrantAsync(stage, guest.Arn, "secretsmanager:GetResourcePolicy");
        Assert.Equal(AccessResult.Allowed, (await AwsStage.TestAsync(stage.As(guest.AccessKeyId), name: stage.Secret)).Result);
        Assert.Equal(AccessResult.Allowed, (await AwsStage.TestAsync(stage.As(guest.AccessKeyId), name: stage.Secret, live: true)).Result);
    }

    [Theory]
    [InlineData("123456789012")]
    [InlineData("arn:aws:iam::123456789012:root")]
    public async Task TheSecretsOwnAccountMay(string principal)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsStage.Is(await AwsStage.TestAsync(stage.Admin, principal), AccessResult.Allowed, null, "");
    }

    [Theory]
    [InlineData("999988887777")]
    [InlineData("arn:aws:iam::999988887777:root")]
    public async Task AnotherAccountIsLetInOnTheSecret(string principal)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsStage.Is(
            await AwsStage.TestAsync(stage.Admin, principal),
            AccessResult.Denied,
            AccessCauses.NoGrant,
            "Let it in on the secret: Grant-FlowSecretAccess -StoreName 'app/db' -Principal 'arn:aws:iam::999988887777:root'; then let an "
                + "administrator of account 999988887777 allow it to whom it shall be, in an identity policy: "
                + AwsStage.Statement("secretsmanager:GetSecretValue", stage.Secret)
        );
        await GrantAsync(stage, "arn:aws:iam::999988887777:root");
        AccessAnswer byDefaultKey = await AwsStage.TestAsync(stage.Admin, principal);
        Assert.Equal((AccessResult.Denied, AccessCauses.KmsKeyNotUsable), (byDefaultKey.Result, byDefaultKey.Cause));
        await UseKeyAsync(stage, "arn:aws:iam::999988887777:root");
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, principal);
        Assert.Equal((AccessResult.Unknown, AccessCauses.PolicyUnreadable), (answer.Result, answer.Cause));
        Assert.EndsWith("cannot be known: what account 999988887777 allows its own can be seen there alone", answer.Evidence);
    }

    [Fact]
    public async Task AGrantToTheAccountLeavesItToTheUsersOwnPolicies()
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AwsLogin user = stage.User("dev", null, AwsStage.Looks);
        await GrantAsync(stage, "arn:aws:iam::123456789012:root");
        AwsStage.Is(await AwsStage.TestAsync(stage.Admin, user.Arn), AccessResult.Denied, AccessCauses.NoGrant, stage.LetIn(user));
        Assert.Equal(AccessCauses.NoGrant, (await AwsStage.TestAsync(stage.As(user.AccessKeyId), live: true)).Cause);
    }

    [Theory]
    [InlineData("role", "roles", "Roles")]
    [InlineData("user", "users", "Users")]
    public async Task APrincipalThatAwsDoesNotKnow(string kind, string list, string member)
    {
        await using AwsStage stage = await AwsStage.StartAsync();
        AccessAnswer answer = await AwsStage.TestAsync(stage.Admin, $"arn:aws:iam::123456789012:{kind}/nobody");
        AwsStage.Is(
            answer,
            AccessResult.Denied,
            AccessCauses.NoGrant,
            $"Correct the ARN. There are: aws iam list-{list} --query '{member}[].Arn'"
        );
    }

    private static Task UseKeyAsync(AwsStage stage, string principal) =>
        stage.RekeyAsync(
            stage.Fake.Kms.AddKey(
                AwsStage.Policy($$"""{"Effect":"Allow","Principal":{"AWS":"{{principal}}"},"Action":"kms:*","Resource":"*"}""")
            )
        );

    private static Task GrantAsync(AwsStage stage, string principal, params string[] more)
    {
        string[] actions = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret", .. more];
        string list = string.Join(',', actions.Select(static a => $"\"{a}\""));
        return stage.SetPolicyAsync(
            AwsStage.Policy($$"""{"Effect":"Allow","Principal":{"AWS":"{{principal}}"},"Action":[{{list}}],"Resource":"*"}""")
        );
    }
}
