using System.Collections.Concurrent;
using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Policies;
using FlowSecrets.Providers.Aws.SecretsManager;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.Iam;

/// <content>Listing, granting and revoking.</content>
internal sealed partial class AwsAccessControl
{
    private const int MostCharacters = 20_480;
    private const int Rounds = 12;

    /// <summary>
    /// AWS has no etag for a policy, so that what writes at the same time must look again: in this process one at a time.
    /// </summary>
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);

    /// <summary>Longer than others need from reading a policy to writing it.</summary>
    private static readonly TimeSpan SecondLook = TimeSpan.FromMilliseconds(700);

    public async Task<AccessList> ListAsync(string name, CancellationToken cancellationToken) =>
        new(
            [.. AwsGrants.List(AwsPolicy.Read(await ReadPolicyAsync(name, cancellationToken)))],
            [
                "what users and roles hold by policies of their own AWS does not list for a secret: Test-FlowSecretAccess -Principal "
                    + "ARN tells it of one",
            ]
        );

    private string ArnOf(string name) => caller.ResourceOf(new AwsCall("GetResourcePolicy", name));

    public async Task<AccessChange> PlanAsync(string name, IReadOnlyList<AccessEdit> edits, CancellationToken cancellationToken) =>
        edits.Count == 0
            ? AccessChange.None
            : new AccessChange(
                AwsGrants.Apply(Parse(name, await ReadPolicyAsync(name, cancellationToken)), edits, options.Clock.GetUtcNow(), ArnOf(name))
            );

    public async Task<AccessChange> ApplyAsync(string name, IReadOnlyList<AccessEdit> edits, CancellationToken cancellationToken)
    {
        SemaphoreSlim gate = Gates.GetOrAdd(
            $"{at.Address} {identity.Caller?.Account} {at.Region} {name}",
            static _ => new SemaphoreSlim(1, 1)
        );
        await gate.WaitAsync(cancellationToken);
        IReadOnlyList<string> sent = [];
        try
        {
            for (int round = 1; round <= Rounds; round++)
            {
                AwsPolicyText policy = Parse(name, await ReadPolicyAsync(name, cancellationToken));
                List<string> diff = AwsGrants.Apply(policy, edits, options.Clock.GetUtcNow(), ArnOf(name));
                if (diff.Count == 0)
                {
                    return new AccessChange(sent);
                }

                sent = sent.Count == 0 ? diff : sent;
                await WriteAsync(name, policy, cancellationToken);
            }
        }
        finally
        {
            gate.Release();
        }

        throw StoreErrors.Conflict(name, $"Others go on changing the policy of '{name}' in the {store.PlaceOf(name)}");
    }

    public async Task<string> IdentityPolicyAsync(
        IReadOnlyList<string> names,
        SecretPermission permission,
        DateTimeOffset? expires,
        CancellationToken cancellationToken
    )
    {
        List<string> arns = [];
        SortedSet<string> keys = new(StringComparer.Ordinal);
        await store.IdentifyAsync(cancellationToken);
        foreach (string name in names)
        {
            AwsTarget target = await TargetAsync(name, cancellationToken);
            arns.Add(target.Arn);
            if (target.Secret?.KmsKeyId is { Length: > 0 } key && !key.EndsWith(DefaultKey, StringComparison.Ordinal))
            {
                keys.Add(key);
            }
        }

        List<System.Text.Json.Nodes.JsonObject> statements = [AwsRemedies.Statement(AwsRemedies.ActionsOf(permission), arns, expires)];
        string[] named = [.. keys.Where(static k => k.StartsWith("arn:", StringComparison.Ordinal))];
        if (named.Length > 0 && permission != SecretPermission.Manage)
        {
            statements.Add(
                AwsRemedies.Statement(
                    permission == SecretPermission.Write ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"],
                    named,
                    expires
                )
            );
        }

        return AwsRemedies.Document([.. statements]).ToJsonString(Indented);
    }

    private static JsonSerializerOptions Indented { get; } = new(AwsRemedies.Plain) { WriteIndented = true };

    private async Task WriteAsync(string name, AwsPolicyText policy, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        string text = policy.ToString();
        if (text.Length > MostCharacters)
        {
            throw new FlowSecretException(
                ErrorIds.LimitReached,
                name,
                $"The policy of '{name}' in the {store.PlaceOf(name)} would be longer than {MostCharacters} characters",
                "Grant it by policies of the principals' own instead: Grant-FlowSecretAccess -PolicyDocument prints one to attach."
            );
        }

        string action = policy.Statements.Count == 0 ? "DeleteResourcePolicy" : "PutResourcePolicy";
        await CallAsync(
            new AwsCall(action, name, Changes: true),
            async (c, ct) =>
            {
                await (
                    policy.Statements.Count == 0
                        ? c.DeletePolicyAsync(new AwsSecretId { SecretId = id.Id }, ct)
                        : c.PutPolicyAsync(
                            new AwsPutPolicy
                            {
                                SecretId = id.Id,
                                ResourcePolicy = text,
                                BlockPublicPolicy = !IsPublic(policy),
                            },
                            ct
                        )
                );
                return true;
            },
            id.Region,
            cancellationToken
        );
        await Task.Delay(SecondLook + TimeSpan.FromMilliseconds(Random.Shared.Next(0, 300)), options.Clock, cancellationToken);
    }

    /// <summary>Whoever grants to all was asked for it before; everything else AWS checks as well.</summary>
    private static bool IsPublic(AwsPolicyText policy) =>
        policy.Statements.Select(AwsPolicyText.Read).Any(static s => s.Allows && s.Who.Names.Contains("*", StringComparer.Ordinal));

    private static AwsPolicyText Parse(string name, string? json)
    {
        try
        {
            return AwsPolicyText.Parse(json);
        }
        catch (JsonException)
        {
            throw new FlowSecretException(
                ErrorIds.BadInput,
                name,
                $"The policy of '{name}' could not be understood, so it is not changed",
                $"Look at it: {Shell($"aws secretsmanager get-resource-policy --secret-id {name}")}"
            );
        }
    }

    private async Task<string?> ReadPolicyAsync(string name, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        AwsResourcePolicy reply = await CallAsync(
            new AwsCall("GetResourcePolicy", name),
            (c, ct) => c.GetPolicyAsync(new AwsSecretId { SecretId = id.Id }, ct),
            id.Region,
            cancellationToken
        );
        return reply.ResourcePolicy is { Length: > 0 } policy ? policy : null;
    }

    private async Task<T> CallAsync<T>(
        AwsCall call,
        Func<ISecretsManager, CancellationToken, Task<T>> send,
        string? region,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await caller.CallAsync(call, async ct => await send(await client(region ?? at.Region, ct), ct), null, cancellationToken);
        }
        catch (FlowSecretException e) when (e.AccessCause is not null)
        {
            throw await ExplainAsync(call, e, cancellationToken);
        }
    }
}
