using FlowSecrets.Model;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>Weighs the policies on a secret's way up, and reaches a verdict about one permission of one principal.</summary>
/// <param name="secret">Full name with the project's number.</param>
/// <param name="levels">From the secret upwards.</param>
internal sealed class GcpJudge(
    string principal,
    string permission,
    string secret,
    IReadOnlyList<GcpLevel> levels,
    GcpRoleBook roles,
    DateTimeOffset now
)
{
    private readonly List<(string Cause, string Words)> _open = [];
    private GcpGrantSeen? _grant;
    private GcpGrantSeen? _unmet;
    private GcpGrantSeen? _conditional;
    private (string Source, GcpDenyPolicy Policy)? _denial;
    private (string Source, GcpDenyPolicy Policy)? _doubt;

    public async Task<GcpVerdict> JudgeAsync(
        IReadOnlyList<(string Source, GcpDenyPolicy Policy)> denials,
        CancellationToken cancellationToken
    )
    {
        foreach (GcpLevel level in levels)
        {
            if (level.Missing is { } missing)
            {
                _open.Add((AccessCauses.PolicyUnreadable, $"the policy of {level.Source} may not be read here ({missing})"));
            }

            foreach (GcpBinding binding in level.Bindings)
            {
                await WeighGrantAsync(level, binding, cancellationToken);
            }
        }

        foreach ((string source, GcpDenyPolicy policy) in denials)
        {
            WeighDenial(source, policy);
        }

        return new GcpVerdict(_grant, _denial, _unmet, _open) { Conditional = _conditional, Doubt = _doubt };
    }

    private async Task WeighGrantAsync(GcpLevel level, GcpBinding binding, CancellationToken cancellationToken)
    {
        bool? holds = Holding(binding, out string? maybe);
        if (holds == false)
        {
            return;
        }

        IReadOnlySet<string>? permissions = await roles.PermissionsAsync(binding.Role, cancellationToken);
        if (permissions?.Contains(permission) == false)
        {
            return;
        }

        GcpGrantSeen seen = new(level.Source, binding, ReferenceEquals(level, levels[0]));
        bool wouldDo = holds == true && permissions is not null;
        bool? met = binding.Condition is null ? true : GcpCondition.IsMet(binding.Condition, now, secret, permission);
        if (met == false)
        {
            _unmet ??= wouldDo ? seen : null;
            return;
        }

        if (wouldDo && met == true)
        {
            _grant ??= seen;
            return;
        }

        _conditional ??= wouldDo ? seen : null;
        if (permissions is null)
        {
            _open.Add((AccessCauses.PolicyUnreadable, $"what the role {binding.Role} holds may not be read here (iam.roles.get)"));
        }
        else if (holds is null)
        {
            _open.Add(
                (
                    AccessCauses.GroupUnresolved,
                    $"{maybe} has {binding.Role} on {level.Source}, and whether {principal} is in it cannot be seen here"
                )
            );
        }
        else
        {
            _open.Add(
                (
                    AccessCauses.ConditionUnresolved,
                    $"{binding.Role} on {level.Source} has a condition that cannot be decided here ({binding.Condition})"
                )
            );
        }
    }

    private void WeighDenial(string source, GcpDenyPolicy policy)
    {
        bool? denies = Denies(policy);
        if (denies == true)
        {
            _denial ??= (source, policy);
        }
        else if (denies is null)
        {
            _doubt ??= (source, policy);
        }
    }

    /// <summary>Of a project's convenience members (projectOwner:…), the project's own policy says who they are.</summary>
    private bool? Holding(GcpBinding binding, out string? maybe)
    {
        maybe = null;
        foreach (string member in binding.Members)
        {
            bool? holds = GcpMember.Holds(member, principal);
            if (holds is null && Convenience(member) is { } role)
            {
                holds = levels.Any(l => l.Bindings.Any(b => b.Role == role && b.Members.Any(m => GcpMember.IsSame(m, principal))));
            }

            if (holds == true)
            {
                return true;
            }

            maybe ??= holds is null ? member : null;
        }

        return maybe is null ? false : null;
    }

    private static string? Convenience(string member) =>
        member.Split(':')[0] switch
        {
            "projectOwner" => "roles/owner",
            "projectEditor" => "roles/editor",
            "projectViewer" => "roles/viewer",
            _ => null,
        };

    private bool? Denies(GcpDenyPolicy policy)
    {
        bool? denies = false;
        foreach (GcpDenyRule rule in (policy.Rules ?? []).Select(static r => r.DenyRule).OfType<GcpDenyRule>())
        {
            if (!Names(rule.DeniedPermissions) || Names(rule.ExceptionPermissions))
            {
                continue;
            }

            bool? denied = Any(rule.DeniedPrincipals);
            bool? excepted = Any(rule.ExceptionPrincipals);
            bool? met = rule.DenialCondition?.Expression is { Length: > 0 } condition
                ? GcpCondition.IsMet(condition, now, secret, permission)
                : true;
            if (denied == false || excepted == true || met == false)
            {
                continue;
            }

            if (denied == true && excepted == false && met == true)
            {
                return true;
            }

            denies = null;
        }

        return denies;
    }

    private bool? Any(List<string>? members)
    {
        bool?[] each = [.. (members ?? []).Select(m => GcpMember.IsDenied(m, principal))];
        return each.Contains(true) ? true
            : each.Contains(null) ? null
            : false;
    }

    /// <summary>secretmanager.versions.access is secretmanager.googleapis.com/versions.access there.</summary>
    private bool Names(List<string>? permissions)
    {
        int service = permission.IndexOf('.');
        string full = $"{permission[..service]}.googleapis.com/{permission[(service + 1)..]}";
        string group = full[..(full.LastIndexOf('.') + 1)] + "*";
        return (permissions ?? []).Any(p => p == full || p == group || p == $"{permission[..service]}.googleapis.com/*.*" || p == "*.*");
    }
}
