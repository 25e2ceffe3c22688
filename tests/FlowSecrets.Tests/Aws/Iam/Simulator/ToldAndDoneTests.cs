using System.Globalization;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Aws.Iam.Simulator;

/// <summary>What a test tells of somebody is what that somebody's read, write or change then meets, whatever the policies.</summary>
public sealed class ToldAndDoneTests
{
    private static int Cases =>
        int.TryParse(
            Environment.GetEnvironmentVariable("FLOWSECRETS_ACCESS_CASES"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int number
        )
            ? number / 20
            : 100;

    /// <summary>A policy that changes nothing.</summary>
    private static string Harmless =>
        AwsStage.Policy("""{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:user/nobody"},"Action":"s3:*","Resource":"*"}""");

    [Fact]
    public async Task WhatIsToldIsWhatIsDone()
    {
        CaseGenerator generator = new(20261201);
        int definite = 0;
        for (int i = 0; i < Cases; i++)
        {
            SimulatedCase one = generator.Next();
            await using AwsStage stage = await AwsStage.StartAsync();
            AwsLogin login = await ArrangeAsync(stage, one);
            AccessAnswer told = await AwsStage.TestAsync(stage.Admin, one.Principal, one.Permission);
            if (told.Result == AccessResult.Unknown)
            {
                continue;
            }

            definite++;
            string? refusal = await DoAsync(stage, stage.As(login.AccessKeyId), login, one.Permission);
            Assert.True(
                refusal is null == (told.Result == AccessResult.Allowed),
                $"#{i} told {told.Result} {told.Cause}: {told.Evidence}\ndone: {refusal ?? "allowed"}\n{one}"
            );
        }

        Assert.InRange(definite, Cases / 2, Cases);
    }

    /// <returns>Who does it.</returns>
    private static async Task<AwsLogin> ArrangeAsync(AwsStage stage, SimulatedCase one)
    {
        AwsIam iam = stage.Fake.Iam;
        AwsLogin login;
        if (one.IsUser)
        {
            login = iam.AddUser("dev", account: one.Account);
        }
        else
        {
            string role = iam.AddRole("reader", account: one.Account);
            login = new AwsLogin(role, iam.SessionOf(role, one.IsSession ? "s1" : "s2"));
        }

        string? key = one.KeyPolicy is { } keyPolicy ? stage.Fake.Kms.AddKey(keyPolicy.ToJsonString()) : null;
        string Real(JsonObject policy) =>
            policy
                .ToJsonString()
                .Replace(SimulatedCase.Secret, stage.Secret, StringComparison.Ordinal)
                .Replace(SimulatedCase.Key, key ?? SimulatedCase.Key, StringComparison.Ordinal);

        foreach ((JsonObject policy, int i) in one.Identity.Select(static (p, i) => (p, i)))
        {
            Put(iam, login.Arn, one, i, Real(policy));
        }

        iam.SetBoundary(login.Arn, one.Boundary is { } boundary ? Real(boundary) : null);
        foreach (JsonObject policy in one.Organization ?? [])
        {
            iam.ServiceControlPolicy(one.Account, Real(policy));
        }

        await TagAsync(stage, one);
        if (key is not null)
        {
            await UseKeyAsync(stage, one, key, login.Arn);
        }

        if (one.SecretPolicy is { } secretPolicy)
        {
            await stage.SetPolicyAsync(Real(secretPolicy));
        }

        return login;
    }

    /// <summary>A policy is the identity's own, one of its user's group, or one that is attached.</summary>
    private static void Put(AwsIam iam, string identity, SimulatedCase one, int index, string policy)
    {
        if (index == 0)
        {
            iam.PutPolicy(identity, "p0", policy);
        }
        else if (one.IsUser)
        {
            string group = iam.AddGroup($"g{index}", account: one.Account);
            iam.PutPolicy(group, $"p{index}", policy);
            iam.AddToGroup(identity, group);
        }
        else
        {
            iam.Attach(identity, iam.AddManagedPolicy($"p{index}", policy, account: one.Account));
        }
    }

    private static async Task TagAsync(AwsStage stage, SimulatedCase one)
    {
        if (one.Tags.Count > 0)
        {
            await stage.SendAsync(
                "secretsmanager",
                "TagResource",
                new JsonObject
                {
                    ["SecretId"] = stage.Secret,
                    ["Tags"] = new JsonArray([.. one.Tags.Select(static t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })]),
                }
            );
        }
    }

    private static Task UseKeyAsync(AwsStage stage, SimulatedCase one, string key, string principal)
    {
        foreach ((string tag, string value) in one.KeyTags)
        {
            stage.Fake.Kms.Tag(key, tag, value);
        }

        if (one.HasKeyGrant)
        {
            stage.Fake.Kms.AddGrant(key, principal, "Decrypt", "GenerateDataKey");
        }

        return stage.RekeyAsync(key);
    }

    /// <returns>Why it was refused; null: it was done.</returns>
    private static async Task<string?> DoAsync(AwsStage stage, AwsStore store, AwsLogin login, SecretPermission permission)
    {
        string name = login.Arn.Contains(AwsStage.Account, StringComparison.Ordinal) ? AwsStage.Name : stage.Secret;
        try
        {
            switch (permission)
            {
                case SecretPermission.Read:
                    (await store.ReadAsync(name, VersionSelector.Current, CancellationToken.None)).Dispose();
                    return null;
                case SecretPermission.Write:
                    using (SecretValue value = SecretValue.FromText("w"))
                    {
                        await store.AddVersionAsync(name, value, null, null, CancellationToken.None);
                        return null;
                    }

                default:
                    return await ChangeAsync(stage, login);
            }
        }
        catch (FlowSecretException e)
        {
            return $"{e.AccessCause ?? e.Id} {e.Message}";
        }
    }

    private static async Task<string?> ChangeAsync(AwsStage stage, AwsLogin login)
    {
        string policy = (await stage.PolicyAsync()) ?? Harmless;
        (string Operation, JsonObject Body)[] calls =
        [
            (
                "UpdateSecret",
                new JsonObject
                {
                    ["SecretId"] = stage.Secret,
                    ["Description"] = "x",
                    ["ClientRequestToken"] = Guid.NewGuid().ToString(),
                }
            ),
            ("PutResourcePolicy", new JsonObject { ["SecretId"] = stage.Secret, ["ResourcePolicy"] = policy }),
            ("DeleteSecret", new JsonObject { ["SecretId"] = stage.Secret, ["RecoveryWindowInDays"] = 7 }),
        ];
        foreach ((string operation, JsonObject body) in calls)
        {
            if (await stage.RefusalAsync(operation, body, login.AccessKeyId) is { } refusal)
            {
                return $"{operation}: {refusal}";
            }
        }

        return null;
    }
}
