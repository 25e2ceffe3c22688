using System.Collections.Concurrent;
using FlowSecrets.Providers.Aws.Connection;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>What one command needs to know but once: which role a session is of, and what may not be asked.</summary>
internal sealed class AwsSurvey(AwsCaller caller, IAwsCloud cloud, CancellationToken cancellationToken)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<(AwsRole? Role, FlowSecretException? Refusal)>>> _roles = new(
        StringComparer.Ordinal
    );
    private readonly ConcurrentDictionary<string, string> _unresolved = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task>> _asked = new(StringComparer.Ordinal);
    private AwsOwnTexts? _texts;

    /// <summary>Why principals' policies may not be simulated; null: they may, as far as is known.</summary>
    public FlowSecretException? NoSimulation { get; set; }

    /// <summary>What several questions of one command need of a secret.</summary>
    public Task<T> OnceAsync<T>(string what, string secret, Func<Task<T>> ask) =>
        (Task<T>)_asked.GetOrAdd($"{what} {secret}", _ => new Lazy<Task>(ask)).Value;

    /// <summary>A role of the caller's account.</summary>
    public Task<(AwsRole? Role, FlowSecretException? Refusal)> RoleAsync(string name) =>
        _roles
            .GetOrAdd(
                name,
                n => new Lazy<Task<(AwsRole?, FlowSecretException?)>>(() =>
                    caller.TryAsync(new AwsCall("iam:GetRole"), ct => cloud.GetRoleAsync(n, ct), cancellationToken)
                )
            )
            .Value;

    /// <summary>The policies of a user or a role of the caller's account, as text.</summary>
    public Task<AwsTextsSeen> PoliciesAsync(AwsPrincipal principal, bool hasBoundary) =>
        LazyInitializer
            .EnsureInitialized(ref _texts, () => new AwsOwnTexts(caller, cloud, async n => (await RoleAsync(n)).Role))
            .ReadAsync(principal, hasBoundary, cancellationToken);

    /// <summary>A session's ARN lacks the path of its role, without which the role is not found.</summary>
    public async Task<AwsPrincipal> ResolveAsync(AwsPrincipal principal)
    {
        if (principal.Session is null)
        {
            return principal;
        }

        (AwsRole? role, FlowSecretException? refusal) = await RoleAsync(principal.Name);
        if (role is { Arn.Length: > 0 } && role.Arn.Split(':')[4] == principal.Account)
        {
            return principal with { Arn = role.Arn };
        }

        _unresolved[principal.Session] =
            $"which role {principal.Session} is of, with its path, may not be looked up here "
            + $"(iam:GetRole{(refusal is { AccessCause: null } ? $", {refusal.Id}" : "")})";
        return principal with { IsPathKnown = false };
    }

    /// <returns>Null: it is known who it is.</returns>
    public string? Unresolved(AwsPrincipal principal) => principal.Session is { } session ? _unresolved.GetValueOrDefault(session) : null;
}
