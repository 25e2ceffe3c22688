using System.Collections.Concurrent;
using System.Text.Json;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Policies;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>
/// The policies of users and roles as text, each read once: inline and attached ones, those of a user's groups, and the permissions
/// boundary. One that cannot be read makes the rest useless, because it might forbid.
/// </summary>
internal sealed class AwsOwnTexts(AwsCaller caller, IAwsPolicyTexts cloud, Func<string, Task<AwsRole?>> roleOf)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<AwsTextsSeen>>> _seen = new(StringComparer.Ordinal);

    /// <param name="principal">A user or a role of the caller's account.</param>
    /// <param name="hasBoundary">Whether a permissions boundary limits it.</param>
    /// <param name="cancellationToken">Of the whole command.</param>
    public Task<AwsTextsSeen> ReadAsync(AwsPrincipal principal, bool hasBoundary, CancellationToken cancellationToken) =>
        _seen
            .GetOrAdd(
                $"{principal.Arn} {hasBoundary}",
                _ => new Lazy<Task<AwsTextsSeen>>(() => SeeAsync(principal, hasBoundary, cancellationToken))
            )
            .Value;

    private async Task<AwsTextsSeen> SeeAsync(AwsPrincipal principal, bool hasBoundary, CancellationToken cancellationToken)
    {
        AwsIdentityKind kind = principal.IsRole ? AwsIdentityKind.Role : AwsIdentityKind.User;
        try
        {
            List<AwsIdentityPolicy> own = await OfAsync(kind, principal.Name, cancellationToken);
            if (kind == AwsIdentityKind.User)
            {
                foreach (
                    string group in await CallAsync(
                        "iam:ListGroupsForUser",
                        ct => cloud.ListGroupsAsync(principal.Name, ct),
                        cancellationToken
                    )
                )
                {
                    own.AddRange(await OfAsync(AwsIdentityKind.Group, group, cancellationToken));
                }
            }

            AwsIdentityPolicy? boundary = hasBoundary ? await BoundaryAsync(principal, cancellationToken) : null;
            return new AwsTextsSeen(new AwsIdentityPolicies(own, boundary), null);
        }
        catch (UnreadException unread)
        {
            return new AwsTextsSeen(null, unread.Message);
        }
    }

    private async Task<List<AwsIdentityPolicy>> OfAsync(AwsIdentityKind kind, string name, CancellationToken cancellationToken)
    {
        List<AwsIdentityPolicy> all = [];
        foreach (
            string policy in await CallAsync(
                $"iam:List{kind}Policies",
                ct => cloud.ListInlinePoliciesAsync(kind, name, ct),
                cancellationToken
            )
        )
        {
            string json = await CallAsync(
                $"iam:Get{kind}Policy",
                ct => cloud.GetInlinePolicyAsync(kind, name, policy, ct),
                cancellationToken
            );
            all.Add(Read(policy, json));
        }

        foreach (
            string arn in await CallAsync(
                $"iam:ListAttached{kind}Policies",
                ct => cloud.ListAttachedPoliciesAsync(kind, name, ct),
                cancellationToken
            )
        )
        {
            all.Add(await ManagedAsync(arn, cancellationToken));
        }

        return all;
    }

    private async Task<AwsIdentityPolicy> BoundaryAsync(AwsPrincipal principal, CancellationToken cancellationToken)
    {
        string? arn = principal.IsRole
            ? (await roleOf(principal.Name) ?? throw new UnreadException("may not be read here (iam:GetRole)")).Boundary
            : await CallAsync("iam:GetUser", ct => cloud.GetUserBoundaryAsync(principal.Name, ct), cancellationToken);
        return arn is null
            ? throw new UnreadException("lacks the permissions boundary that the simulation tells of")
            : await ManagedAsync(arn, cancellationToken);
    }

    private async Task<AwsIdentityPolicy> ManagedAsync(string arn, CancellationToken cancellationToken)
    {
        string version = await CallAsync("iam:GetPolicy", ct => cloud.GetPolicyAsync(arn, ct), cancellationToken);
        string json = await CallAsync("iam:GetPolicyVersion", ct => cloud.GetPolicyVersionAsync(arn, version, ct), cancellationToken);
        return Read(arn[(arn.LastIndexOf('/') + 1)..], json);
    }

    private static AwsIdentityPolicy Read(string name, string json)
    {
        try
        {
            return AwsIdentityPolicy.Read(name, json);
        }
        catch (JsonException)
        {
            throw new UnreadException($"could not be understood in '{name}'");
        }
    }

    private async Task<T> CallAsync<T>(string permission, Func<CancellationToken, Task<T>> send, CancellationToken cancellationToken)
    {
        (T? reply, FlowSecretException? refusal) = await caller.TryAsync(new AwsCall(permission), send, cancellationToken);
        return refusal is null
            ? reply!
            : throw new UnreadException($"may not be read here ({permission}{(refusal.AccessCause is null ? $", {refusal.Id}" : "")})");
    }

    /// <summary>How a sentence about the text goes on.</summary>
    private sealed class UnreadException(string message) : Exception(message);
}

/// <param name="Policies">Null: they could not all be read, as <paramref name="Why"/> says of their text.</param>
internal sealed record AwsTextsSeen(AwsIdentityPolicies? Policies, string? Why);
