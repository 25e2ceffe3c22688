using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Iam.Conditions;

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

            if (level.Strange is { } strange)
            {
                _open.Add((AccessCauses.PolicyUnreadable, $"the policy of {level.Source} has {strange}, which is not understood here"));

                // It may take back what a binding seems to grant.
                continue;
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
        if (binding.Strange is { } strange)
        {
            _open.Add(
                (AccessCauses.PolicyUnreadable, $"a binding of the policy of {level.Source} has {strange}, which is not understood here")
            );
            return;
        }

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

        GcpGrantSeen seen = new(level.Source, binding, ReferenceEquals(level, levels[0]))
        {
            IsOfVersion = binding.Condition is { } text && GcpCondition.JudgeOnSecret(text, now, secret).IsMet == false,
        };
        bool wouldDo = holds == true && permissions is not null;
        ConditionVerdict condition = Judge(binding.Condition);
        bool? met = condition.IsMet;
        if (met == false)
        {
            _unmet ??= wouldDo ? seen : null;
            return;
        }

        if (wouldDo && met == true)
        {
            _grant = _grant is null or { IsOfVersion: true } ? seen : _grant;
            return;
        }

        _conditional = wouldDo && (_conditional is null || seen.IsOfVersion) ? seen : _conditional;
        _open.Add(
            permissions is null
                ? (AccessCauses.PolicyUnreadable, $"what the role {binding.Role} holds may not be read here (iam.roles.get)")
            : holds is null
                ? (
                    AccessCauses.GroupUnresolved,
                    $"{maybe} has {binding.Role} on {level.Source}, and whether {principal} is in it cannot be seen here"
                )
            : (
                AccessCauses.ConditionUnresolved,
                $"{binding.Role} on {level.Source} has a condition that cannot be decided here: {condition.Open} in "
                    + $"{GcpVerdictAnswers.Shown(binding.Condition)}"
            )
        );
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

    private ConditionVerdict Judge(string? condition) =>
        condition is null ? new ConditionVerdict(true, null) : GcpCondition.Judge(condition, now, secret, permission);

    private bool? Holding(GcpBinding binding, out string? maybe)
    {
        maybe = null;
        foreach (string member in binding.Members)
        {
            bool? holds = Convenience(member) is ({ } project, { } role) ? HoldsRole(project, role) : GcpMember.Holds(member, principal);

            if (holds == true)
            {
                return true;
            }

            maybe ??= holds is null ? member : null;
        }

        return maybe is null ? false : null;
    }

    /// <summary>Of a project's convenience members (projectOwner:…), the project's own policy says who they are.</summary>
    /// <returns>Null: that policy is not one of those here, or hangs on a group in its turn, or the role is inherited.</returns>
    private bool? HoldsRole(string project, string role)
    {
        if (levels.FirstOrDefault(l => l.Source == GcpParents.SourceOfProject(project)) is not { Missing: null, Strange: null } own)
        {
            return null;
        }

        bool?[] each =
        [
            .. levels
                .SkipWhile(l => !ReferenceEquals(l, own))
                .SelectMany(l => l.Bindings.Select(b => (IsOwn: ReferenceEquals(l, own), Binding: b)))
                .Where(b => b.Binding.Role == role)
                .SelectMany(b => b.Binding.Members.Select(m => (b.IsOwn, b.Binding, Holds: GcpMember.Holds(m, principal))))
                .Select(b => b.Holds == true && (!b.IsOwn || b.Binding.Condition is not null) ? null : b.Holds),
        ];
        return Any(each);
    }

    private static (string Project, string Role)? Convenience(string member) =>
        member.Split(':', 2) switch
        {
            ["projectOwner", { } project] => (project, "roles/owner"),
            ["projectEditor", { } project] => (project, "roles/editor"),
            ["projectViewer", { } project] => (project, "roles/viewer"),
            _ => null,
        };

    private bool? Denies(GcpDenyPolicy policy)
    {
        bool? denies = false;
        foreach (GcpDenyEntry entry in policy.Rules ?? [])
        {
            if (entry.DenyRule is not { } rule)
            {
                // A rule of a kind that is not known may forbid anything.
                denies = null;
                continue;
            }

            bool?[] must =
            [
                GcpDenyPermissions.Name(rule.DeniedPermissions, permission),
                !GcpDenyPermissions.Name(rule.ExceptionPermissions, permission),
                rule.Strange is null ? true : null,
                Any(rule.DeniedPrincipals),
                !Any(rule.ExceptionPrincipals),
                Judge(rule.DenialCondition is { } condition ? condition.Expression ?? "" : null).IsMet,
            ];
            if (!must.Contains(false))
            {
                if (!must.Contains(null))
                {
                    return true;
                }

                denies = null;
            }
        }

        return denies;
    }

    private bool? Any(List<string>? members) => Any((members ?? []).Select(m => GcpMember.IsDenied(m, principal)));

    private static bool? Any(IEnumerable<bool?> each)
    {
        bool? any = false;
        foreach (bool? one in each)
        {
            if (one == true)
            {
                return true;
            }

            any = one is null ? null : any;
        }

        return any;
    }
}
