using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.SecretManager;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <content>Listing, granting and revoking.</content>
internal sealed partial class GcpAccessControl
{
    private static readonly TimeSpan Contention = TimeSpan.FromSeconds(60);

    /// <summary>What this process granted, and when: others than the caller cannot be asked whether it works yet.</summary>
    private readonly ConcurrentDictionary<(string Name, string Key), DateTimeOffset> _made = new();

    public async Task<AccessList> ListAsync(string name, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        GcpSurvey survey = Survey();
        JsonObject policy = await ReadPolicyAsync(name, cancellationToken);
        (GcpSecret? secret, _) = await _caller.TryAsync(
            new GcpCall("secretmanager.secrets.get", name),
            ct => _client.Value.GetSecretAsync(name, ct),
            cancellationToken
        );
        GcpParents parents = await survey.ParentsAsync().WaitAsync(cancellationToken);
        GcpLevel own = GcpLevel.Of("the secret", policy, GcpRoles.GetPolicy);
        List<SecretGrant> grants = [];
        foreach (GcpLevel level in parents.Levels.Prepend(own))
        {
            foreach (GcpBinding binding in level.Bindings)
            {
                IReadOnlyList<SecretPermission> held = await survey.Roles.PermissionsAsync(binding.Role, cancellationToken)
                    is { } permissions
                    ? GcpRoles.Held(permissions)
                    : [];
                bool isDirect = ReferenceEquals(level, own);
                if (isDirect || held.Count > 0)
                {
                    grants.AddRange(
                        binding.Members.Select(m =>
                            Grant(
                                m,
                                binding,
                                held,
                                level.Source,
                                isDirect,
                                isDirect ? GrantMarks.TimeOf(secret?.Annotations, m, binding) : null
                            )
                        )
                    );
                }
            }
        }

        grants.AddRange(parents.Denials.SelectMany(static d => Denials(d.Source, d.Policy)));
        return new AccessList(
            grants,
            [
                .. parents
                    .Levels.Where(static l => l.Missing is not null)
                    .Select(static l => $"the policy of {l.Source} needs {l.Missing}"),
                .. parents.Unread.Select(static u => u + " may not be read"),
            ]
        );
    }

    public async Task<AccessChange> PlanAsync(string name, IReadOnlyList<AccessEdit> edits, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        return edits.Count == 0
            ? AccessChange.None
            : new AccessChange(GcpPolicy.Apply(await ReadPolicyAsync(name, cancellationToken), edits).Lines);
    }

    public async Task<AccessChange> ApplyAsync(string name, IReadOnlyList<AccessEdit> edits, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        GcpPolicyDiff? sent = null;
        long start = _options.Clock.GetTimestamp();
        for (int attempt = 1; ; attempt++)
        {
            JsonObject policy = await ReadPolicyAsync(name, cancellationToken);
            GcpPolicyDiff diff = GcpPolicy.Apply(policy, edits);
            if (diff.Lines.Count == 0)
            {
                // After a lost answer it is what was sent before that took effect.
                return sent is null ? AccessChange.None : await DoneAsync(name, sent, cancellationToken);
            }

            int sends = 0;
            try
            {
                await CallAsync(
                    new GcpCall(GcpRoles.SetPolicy, name, Changes: true),
                    ct =>
                    {
                        sends++;
                        return _client.Value.SetPolicyAsync(name, policy, ct);
                    },
                    cancellationToken
                );
                return await DoneAsync(name, diff, cancellationToken);
            }
            catch (FlowSecretException e) when (e.Id == ErrorIds.Conflict && _options.Clock.GetElapsedTime(start) < Contention)
            {
                // Somebody else changed the policy meanwhile: it is read again, never overwritten. Or it was this, by a try whose answer
                // was lost.
                sent = sends > 1 ? diff : null;
                await Task.Delay(
                    TimeSpan.FromMilliseconds(Random.Shared.Next(20, 100) * Math.Min(attempt, 10)),
                    _options.Clock,
                    cancellationToken
                );
            }
        }
    }

    /// <summary>A service account that the caller may act as is tried; of nobody else can it be seen from here.</summary>
    public async Task<AccessAnswer?> TryAsync(string name, AccessQuestion question, CancellationToken cancellationToken)
    {
        if (question.Principal is null || GcpMember.IsSame(question.Principal, _credential.Member))
        {
            return await TestAsync(name, question with { Principal = null }, NewSurvey(cancellationToken), cancellationToken);
        }

        if (!question.Principal.StartsWith("serviceAccount:", StringComparison.Ordinal))
        {
            return null;
        }

        string email = question.Principal["serviceAccount:".Length..];
        (GcpToken? token, _) = await _caller.TryAsync(
            new GcpCall("iam.serviceAccounts.getAccessToken"),
            ct => _cloud.GenerateTokenAsync(email, ct),
            cancellationToken
        );
        if (token?.AccessToken is not { Length: > 0 } text)
        {
            return null;
        }

        IReadOnlyList<string> wanted = GcpRoles.PermissionsOf(question.Permission);
        SecretManagerService client = new(
            _at.Address,
            _at.Parent,
            Google.Apis.Auth.OAuth2.GoogleCredential.FromAccessToken(text),
            _options.Transport
        );
        (GcpPermissions? reply, FlowSecretException? refusal) = await _caller.TryAsync(
            new GcpCall("secretmanager.secrets.testIamPermissions", name),
            ct => client.TestPermissionsAsync(name, wanted, ct),
            cancellationToken
        );
        return refusal is not null ? AccessAnswer.Of(name, refusal)
            : wanted.All(w => reply!.Permissions?.Contains(w, StringComparer.Ordinal) == true)
                ? AccessAnswer.Allowed(
                    name,
                    $"Asked as {email}, Google's test of permissions, which may say yes where a call is refused, says yes."
                )
            : MadeLately(name, question.Principal, question.Permission) is { } made
                ? Young(name, question.Principal, made, AccessResult.Denied)
            : await TestOtherAsync(name, question.Principal, question.Permission, NewSurvey(cancellationToken), cancellationToken)
                is { Result: not AccessResult.Allowed } why
                ? why
            : await OnlyOnVersionAsync(
                name,
                question.Principal,
                wanted.First(w => reply!.Permissions?.Contains(w, StringComparer.Ordinal) != true),
                cancellationToken
            )
                ?? AccessAnswer.Denied(
                    name,
                    AccessCauses.OrganizationPolicy,
                    $"Asked as {email}, Google says no, though it is granted: a deny policy, a perimeter or an access boundary forbids it",
                    "Ask the organisation's administrators what applies."
                );
    }

    /// <summary>Google's test was about the secret, and a condition may be about the version.</summary>
    /// <returns>Null: it is not.</returns>
    private async Task<AccessAnswer?> OnlyOnVersionAsync(
        string name,
        string principal,
        string permission,
        CancellationToken cancellationToken
    )
    {
        (JsonObject? policy, _) = await _caller.TryAsync(
            new GcpCall(GcpRoles.GetPolicy, name),
            ct => _client.Value.GetPolicyAsync(name, ct),
            cancellationToken
        );
        return
            policy is not null
            && await JudgeAsync(name, principal, permission, policy, NewSurvey(cancellationToken), cancellationToken)
                is { Grant: { IsOfVersion: true } grant }
            ? Answers(name, principal, permission).OnlyOnVersion(grant) with
            {
                Remedy =
                    $"Run the test as {principal} itself, which reads a version: {Shell($"Test-FlowSecretAccess {Stored(name)} -Live")}",
            }
            : null;
    }

    private async Task<AccessChange> DoneAsync(string name, GcpPolicyDiff diff, CancellationToken cancellationToken)
    {
        DateTimeOffset now = _options.Clock.GetUtcNow();
        Dictionary<string, string> marks = new(StringComparer.Ordinal);
        foreach ((string member, string role, string? condition) in diff.Removed)
        {
            marks[GrantMarks.Key(member, role, condition)] = "";
        }

        foreach ((string member, string role, string? condition) in diff.Added)
        {
            string key = GrantMarks.Key(member, role, condition);
            marks[key] = GrantMarks.Value(now);
            _made[(name, GrantMarks.Key(member, role, null))] = now;
        }

        try
        {
            await _store.SetAnnotationsAsync(name, marks, cancellationToken);
            return new AccessChange(diff.Lines);
        }
        catch (FlowSecretException e) when (diff.Added.Count > 0)
        {
            return new AccessChange(diff.Lines)
            {
                Warning =
                    $"It is granted, but '{name}' could not be marked so that -Prune knows who granted it ({e.Id}; it needs "
                    + $"secretmanager.secrets.update).",
            };
        }
        catch (FlowSecretException)
        {
            // A mark without its grant says nothing.
            return new AccessChange(diff.Lines);
        }
    }

    private DateTimeOffset? MadeLately(string name, string principal, SecretPermission permission) =>
        _made.TryGetValue((name, GrantMarks.Key(principal, GcpRoles.RoleOf(permission), null)), out DateTimeOffset made)
        && _options.Clock.GetUtcNow() - made < Propagation
            ? made
            : null;

    private Task<JsonObject> ReadPolicyAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(new GcpCall(GcpRoles.GetPolicy, name), ct => _client.Value.GetPolicyAsync(name, ct), cancellationToken);

    private async Task<T> CallAsync<T>(GcpCall call, Func<CancellationToken, Task<T>> send, CancellationToken cancellationToken)
    {
        try
        {
            return await _caller.CallAsync(call, send, cancellationToken);
        }
        catch (FlowSecretException e) when (e.AccessCause is not null)
        {
            throw await ExplainAsync(call, e, cancellationToken);
        }
    }

    private static SecretGrant Grant(
        string member,
        GcpBinding binding,
        IReadOnlyList<SecretPermission> held,
        string source,
        bool isDirect,
        DateTimeOffset? made
    ) =>
        new(member, binding.Role, held, source)
        {
            Exactly = GcpRoles.Exactly(binding.Role),
            Direct = isDirect,
            Condition = binding.Condition,
            Expires = GcpPolicy.EndOf(binding.Condition),
            Ours = made is not null,
            Granted = made,
        };

    private static IEnumerable<SecretGrant> Denials(string source, GcpDenyPolicy policy) =>
        from rule in policy.Rules ?? []
        let permissions = (rule.DenyRule?.DeniedPermissions ?? []).Where(static p =>
            p.StartsWith("secretmanager.", StringComparison.Ordinal) || p.StartsWith('*')
        )
        where permissions.Any()
        from principal in rule.DenyRule?.DeniedPrincipals ?? []
        select new SecretGrant(principal, string.Join(", ", permissions), [], $"deny policy '{GcpName.Last(policy.Name)}' of {source}")
        {
            Denies = true,
            Condition = rule.DenyRule?.DenialCondition?.Expression,
        };
}
