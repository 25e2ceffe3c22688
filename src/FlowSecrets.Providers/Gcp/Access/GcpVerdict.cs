namespace FlowSecrets.Providers.Gcp.Access;

/// <summary>What the policies on a secret's way up say of one permission and principal.</summary>
/// <param name="Grant">What grants it; null: nothing does for sure.</param>
/// <param name="Denial">What forbids it.</param>
/// <param name="Unmet">A condition that is not met, of a grant that would do.</param>
/// <param name="Open">What it may hang on and could not be decided here: a cause with its words.</param>
internal sealed record GcpVerdict(
    GcpGrantSeen? Grant,
    (string Source, GcpDenyPolicy Policy)? Denial,
    GcpGrantSeen? Unmet,
    IReadOnlyList<(string Cause, string Words)> Open
)
{
    /// <summary>A grant that would do, under a condition that cannot be decided here.</summary>
    public GcpGrantSeen? Conditional { get; init; }

    /// <summary>A deny policy of which it cannot be decided here whether it applies.</summary>
    public (string Source, GcpDenyPolicy Policy)? Doubt { get; init; }

    /// <param name="secret">Full name with the project's number.</param>
    /// <param name="levels">From the secret upwards.</param>
    public static async Task<GcpVerdict> ReachAsync(
        string principal,
        string permission,
        string secret,
        IReadOnlyList<GcpLevel> levels,
        IReadOnlyList<(string Source, GcpDenyPolicy Policy)> denials,
        GcpRoleBook roles,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        List<(string Cause, string Words)> open = [];
        GcpGrantSeen? grant = null;
        GcpGrantSeen? unmet = null;
        GcpGrantSeen? conditional = null;
        foreach (GcpLevel level in levels)
        {
            if (level.Missing is { } missing)
            {
                open.Add((AccessCauses.PolicyUnreadable, $"the policy of {level.Source} may not be read here ({missing})"));
            }

            foreach (GcpBinding binding in level.Bindings)
            {
                bool? holds = Holding(binding, principal, levels, out string? maybe);
                if (holds == false)
                {
                    continue;
                }

                IReadOnlySet<string>? permissions = await roles.PermissionsAsync(binding.Role, cancellationToken);
                if (permissions?.Contains(permission) == false)
                {
                    continue;
                }

                GcpGrantSeen seen = new(level.Source, binding, ReferenceEquals(level, levels[0]));
                bool? met = binding.Condition is null ? true : GcpCondition.IsMet(binding.Condition, now, secret, permission);
                if (holds == true && permissions is not null && met == true)
                {
                    grant ??= seen;
                }
                else if (met == false)
                {
                    unmet ??= holds == true && permissions is not null ? seen : null;
                }
                else
                {
                    conditional ??= holds == true && permissions is not null ? seen : null;
                    open.Add(
                        permissions is null
                            ? (AccessCauses.PolicyUnreadable, $"what the role {binding.Role} holds may not be read here (iam.roles.get)")
                        : holds is null
                            ? (
                                AccessCauses.GroupUnresolved,
                                $"{maybe} has {binding.Role} on {level.Source}, and whether {principal} is in it cannot be seen here"
                            )
                        : (
                            AccessCauses.ConditionUnresolved,
                            $"{binding.Role} on {level.Source} has a condition that cannot be decided here ({binding.Condition})"
                        )
                    );
                }
            }
        }

        (string Source, GcpDenyPolicy Policy)? denial = null;
        (string Source, GcpDenyPolicy Policy)? doubt = null;
        foreach ((string source, GcpDenyPolicy policy) in denials)
        {
            bool? denies = Denies(policy, principal, permission, secret, now);
            if (denies == true)
            {
                denial ??= (source, policy);
            }
            else if (denies is null)
            {
                doubt ??= (source, policy);
            }
        }

        return new GcpVerdict(grant, denial, unmet, open) { Conditional = conditional, Doubt = doubt };
    }

    /// <summary>Of a project's convenience members (projectOwner:…), the project's own policy says who they are.</summary>
    private static bool? Holding(GcpBinding binding, string principal, IReadOnlyList<GcpLevel> levels, out string? maybe)
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

    private static bool? Denies(GcpDenyPolicy policy, string principal, string permission, string secret, DateTimeOffset now)
    {
        bool? denies = false;
        foreach (GcpDenyRule rule in (policy.Rules ?? []).Select(static r => r.DenyRule).OfType<GcpDenyRule>())
        {
            if (!Names(rule.DeniedPermissions, permission) || Names(rule.ExceptionPermissions, permission))
            {
                continue;
            }

            bool? denied = Any(rule.DeniedPrincipals, principal);
            bool? excepted = Any(rule.ExceptionPrincipals, principal);
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

    private static bool? Any(List<string>? members, string principal)
    {
        bool?[] each = [.. (members ?? []).Select(m => GcpMember.IsDenied(m, principal))];
        return each.Contains(true) ? true
            : each.Contains(null) ? null
            : false;
    }

    /// <summary>secretmanager.versions.access is secretmanager.googleapis.com/versions.access there.</summary>
    private static bool Names(List<string>? permissions, string permission)
    {
        int service = permission.IndexOf('.');
        string full = $"{permission[..service]}.googleapis.com/{permission[(service + 1)..]}";
        string group = full[..(full.LastIndexOf('.') + 1)] + "*";
        return (permissions ?? []).Any(p => p == full || p == group || p == $"{permission[..service]}.googleapis.com/*.*" || p == "*.*");
    }
}

/// <param name="Source">Where it stands.</param>
/// <param name="IsDirect">Whether that is the secret itself.</param>
internal sealed record GcpGrantSeen(string Source, GcpBinding Binding, bool IsDirect);
