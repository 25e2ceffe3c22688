using FlowSecrets.Model;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Postgres;

/// <summary>What a rehearsal looks at; nothing of it writes.</summary>
internal sealed partial class PostgresTarget
{
    /// <summary>How many relations one role owns that another may not read, and one of them.</summary>
    private const string LookAtOwned = """
        select count(*), coalesce(min(c.relname::text), '')
        from pg_class c join pg_roles o on o.oid = c.relowner
        where o.rolname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'S') and not has_table_privilege($2, c.oid, 'SELECT')
        """;

    /// <summary>Whether a role can log in, what rights it has beside those of the two, and whether one may change its password.</summary>
    private const string LookAtRole = """
        select u.rolcanlogin, coalesce(u.rolvaliduntil < now(), false),
          coalesce((select string_agg(r.rolname::text, ', ' order by r.rolname) from pg_roles r
            where r.rolname <> $1 and r.rolname <> $2 and pg_has_role(u.oid, r.oid, 'USAGE')), ''),
          concat_ws(' ', u.rolsuper, u.rolcreaterole, u.rolcreatedb, u.rolreplication, u.rolbypassrls, array_to_string(u.rolconfig, ' ')),
          me.rolsuper
            or (u.oid = me.oid and (current_setting('server_version_num')::int >= 160000 or not u.rolreplication))
            or (me.rolcreaterole and not u.rolsuper and case
              when current_setting('server_version_num')::int >= 160000 then pg_has_role(me.oid, u.oid, 'MEMBER WITH ADMIN OPTION')
              else not u.rolreplication end)
        from pg_roles u, pg_roles me where u.rolname = $1 and me.rolname = current_user
        """;

    public async Task<IReadOnlyList<RotationFinding>> RehearseAsync(SecretValue current, CancellationToken cancellationToken)
    {
        List<RotationFinding> findings = [];
        try
        {
            PostgresCredential credential = Read(current);
            if (await LookAtLoginAsync(credential, findings, cancellationToken))
            {
                LookAtUsers(credential, findings);
                await using PostgresLogin changer = settings.Admin is null
                    ? (await OpenAsync(credential, cancellationToken))!
                    : await OpenAdminAsync(credential, cancellationToken);
                if (settings.Admin is not null)
                {
                    findings.Add(new RotationFinding("Admin", true, $"{Sql.Shown(changer.User)} logs in to {changer.Place}."));
                }

                await LookAtRolesAsync(changer, credential, findings, cancellationToken);
            }
        }
        catch (FlowSecretException e)
        {
            findings.Add(
                new RotationFinding(
                    e.Target == settings.Target.Admin && e.Target is not null ? "Admin" : "Target",
                    false,
                    e.Cause,
                    e.Advice
                )
            );
        }

        return findings;
    }

    private async Task<bool> LookAtLoginAsync(
        PostgresCredential credential,
        List<RotationFinding> findings,
        CancellationToken cancellationToken
    )
    {
        await using PostgresLogin? login = await OpenAsync(credential, cancellationToken);
        if (login is null)
        {
            findings.Add(
                new RotationFinding(
                    "Login",
                    false,
                    $"{credential.Place} refuses {Sql.Shown(credential.User)} with the current password.",
                    $"Correct the password of '{settings.Secret}' or of the role; a rotation with an 'admin' sets it anew."
                )
            );
            return false;
        }

        findings.Add(
            new RotationFinding(
                "Login",
                true,
                $"{Sql.Shown(credential.User)} logs in to {credential.Place} (version {login.MajorVersion})."
            )
        );
        IReadOnlyList<object>? tls = await login.RowAsync(
            "select ssl, coalesce(version, '') from pg_stat_ssl where pid = pg_backend_pid()",
            [],
            cancellationToken
        );
        findings.Add(Tls(credential.Place, tls is [true, ..] ? (string)tls[1] : null));
        return true;
    }

    private static RotationFinding Tls(PostgresPlace place, string? version)
    {
        bool verified = place.TlsMode is "verify-ca" or "verify-full";
        string said = version is null
            ? $"The connection is not encrypted (sslMode {place.TlsMode})"
            : $"The connection has {version} (sslMode {place.TlsMode})";
        return place.IsThisMachine ? new RotationFinding("TLS", true, said + "; it does not leave this machine.")
            : version is null
                ? new RotationFinding(
                    "TLS",
                    true,
                    said + ": values that workloads send cross the network in the clear.",
                    "Turn TLS on at the server and leave 'sslMode' out of the catalog."
                )
            : verified ? new RotationFinding("TLS", true, said + ".")
            : new RotationFinding(
                "TLS",
                true,
                said + "; the server's certificate is not checked.",
                "Leave 'sslMode' out of the catalog (verify-full), with the authority's file in PGSSLROOTCERT."
            );
    }

    private void LookAtUsers(PostgresCredential credential, List<RotationFinding> findings)
    {
        IReadOnlyList<string> users = settings.Target.Users;
        if (users.Count == 0)
        {
            return;
        }

        bool known = users.Contains(credential.User, StringComparer.Ordinal);
        string names = string.Join(" and ", users.Select(Sql.Shown));
        findings.Add(
            known
                ? new RotationFinding("Users", true, $"{names} alternate; {Sql.Shown(credential.User)} is current.")
                : new RotationFinding(
                    "Users",
                    false,
                    $"The current user {Sql.Shown(credential.User)} is none of {names}.",
                    $"Put one of them with its password into '{settings.Secret}', or correct 'users' in the catalog."
                )
        );
        if (users.Count > 1 && settings.Admin is null)
        {
            findings.Add(
                new RotationFinding(
                    "Admin",
                    false,
                    "Users that alternate need an 'admin': the one whose turn it is has no password that is known.",
                    "Name the secret of a user with CREATEROLE as 'admin' in the catalog's 'rotate.target'."
                )
            );
        }
    }

    private async Task LookAtRolesAsync(
        PostgresLogin changer,
        PostgresCredential credential,
        List<RotationFinding> findings,
        CancellationToken cancellationToken
    )
    {
        string[] users = [.. settings.Target.Users.Append(credential.User).Distinct(StringComparer.Ordinal)];
        List<(string User, string Roles, string Attributes)> rights = [];
        foreach (string user in users)
        {
            string other = settings.Target.Users.FirstOrDefault(u => u != user) ?? user;
            IReadOnlyList<object>? role = await changer.RowAsync(LookAtRole, [user, other], cancellationToken);
            try
            {
                RequireLogin(changer, user, role);
            }
            catch (FlowSecretException e)
            {
                findings.Add(new RotationFinding("Role", false, e.Cause, e.Advice));
                continue;
            }

            bool may = role is [_, _, _, _, true];
            // Without an admin each user changes itself.
            if (settings.Admin is not null || user == credential.User)
            {
                findings.Add(
                    may
                        ? new RotationFinding("Role", true, $"{Sql.Shown(changer.User)} may change the password of {Sql.Shown(user)}.")
                        : new RotationFinding(
                            "Role",
                            false,
                            $"{Sql.Shown(changer.User)} may not change the password of {Sql.Shown(user)}.",
                            Permission(changer, user)
                        )
                );
            }

            if (settings.Target.Users.Contains(user, StringComparer.Ordinal))
            {
                rights.Add((user, (string)role![2], (string)role[3]));
            }
        }

        if (rights.Count > 1)
        {
            findings.Add(
                await LookAtOwnedAsync(changer, rights[0].User, rights[1].User, cancellationToken)
                    ?? await LookAtOwnedAsync(changer, rights[1].User, rights[0].User, cancellationToken)
                    ?? Compare(rights[0], rights[1])
            );
        }
    }

    /// <summary>What one of two users that alternate owns and the other may not even read.</summary>
    private static async Task<RotationFinding?> LookAtOwnedAsync(
        PostgresLogin changer,
        string owner,
        string other,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<object>? row = await changer.RowAsync(LookAtOwned, [owner, other], cancellationToken);
        return row is not [long count, string example] || count == 0
            ? null
            : new RotationFinding(
                "Rights",
                false,
                $"{Sql.Shown(owner)} owns {count} relations that {Sql.Shown(other)} may not read, {RemoteText.Clean(example)} among them.",
                $"Let a role that both are members of own them: CREATE ROLE app_owner; GRANT app_owner TO {Sql.Shown(owner)}, "
                    + $"{Sql.Shown(other)}; REASSIGN OWNED BY {Sql.Shown(owner)} TO app_owner"
            );
    }

    private static RotationFinding Compare(
        (string User, string Roles, string Attributes) one,
        (string User, string Roles, string Attributes) two
    )
    {
        string names = $"{Sql.Shown(one.User)} and {Sql.Shown(two.User)}";
        return one.Roles != two.Roles
                ? new RotationFinding(
                    "Rights",
                    false,
                    $"{names} are members of different roles: {Shown(one.Roles)}, and {Shown(two.Roles)}.",
                    "Make both members of the same roles, and let one of these own what the application uses."
                )
            : one.Attributes != two.Attributes
                ? new RotationFinding(
                    "Rights",
                    false,
                    $"{names} have different attributes or settings (ALTER ROLE).",
                    "Compare them: \\du and \\drds in psql; then make them equal with ALTER ROLE."
                )
            : new RotationFinding("Rights", true, $"{names} are members of the same roles: {Shown(one.Roles)}.");
    }

    private static string Shown(string roles) => roles.Length == 0 ? "none" : RemoteText.Clean(roles);
}
