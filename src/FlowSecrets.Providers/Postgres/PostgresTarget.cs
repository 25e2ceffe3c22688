using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using FlowSecrets.Values;
using Npgsql;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Postgres;

/// <summary>
/// A PostgreSQL server that checks a user's password. The password is set as its verifier, by the admin where there is one, else by the
/// user itself.
/// </summary>
internal sealed partial class PostgresTarget(RotationTargetSettings settings) : IRotationTarget
{
    /// <summary>Two that change one role at a time get an internal error ("tuple concurrently updated"); it passes.</summary>
    private const int Attempts = 6;

    private const string FindRole = "select rolcanlogin, coalesce(rolvaliduntil < now(), false) from pg_roles where rolname = $1";

    /// <summary>Whether one's commits wait for the disk: an acknowledged password must survive the server's crash.</summary>
    private const string Durably =
        "select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') = 'off'; ";

    private string? _place;

    public string Description => _place ?? $"PostgreSQL of '{settings.Secret}'";

    /// <summary>A file with the authority of the server's certificate; null: what the system or PGSSLROOTCERT says.</summary>
    internal string? RootCertificate { get; init; }

    public async Task<bool> TestAsync(SecretValue value, CancellationToken cancellationToken)
    {
        PostgresCredential credential = Read(value);
        await using PostgresLogin? login = await OpenAsync(credential, cancellationToken);
        if (login is null)
        {
            return false;
        }

        IReadOnlyList<object>? row = await login.RowAsync("select 1, current_user::text", [], cancellationToken);
        return row is [int, string user] && user == credential.User
            ? true
            : throw new FlowSecretException(
                ErrorIds.TargetUnavailable,
                credential.Place.ToString(),
                $"{credential.Place} let {Sql.Shown(credential.User)} in as another user, so nothing is known of its password",
                "Connect to the server itself, not through a pooler or a role setting that changes the user."
            );
    }

    public async Task SetAsync(SecretValue wanted, IReadOnlyList<SecretValue> accepted, CancellationToken cancellationToken)
    {
        PostgresCredential credential = Read(wanted);
        if (credential.Password.Problem is { } problem)
        {
            throw PostgresErrors.Rejected(settings.Secret, credential.Place, problem);
        }

        byte[] password = Encoding.UTF8.GetBytes(credential.Password.Text);
        string verifier = ScramVerifier.Make(password);
        Array.Clear(password);
        await using PostgresLogin login = settings.Admin is null
            ? await OpenItselfAsync(credential, wanted, accepted, cancellationToken)
            : await OpenAdminAsync(credential, cancellationToken);
        await ChangeAsync(login, credential.User, verifier, cancellationToken);
    }

    public async Task<string?> RevokeAsync(SecretValue old, SecretValue current, CancellationToken cancellationToken)
    {
        PostgresCredential before = Read(old);
        PostgresCredential now = Read(current);
        // The same user's old password ended when the new one was set.
        if (before.User == now.User || !await TestAsync(old, cancellationToken))
        {
            return null;
        }

        if (!settings.Target.Users.Contains(before.User, StringComparer.Ordinal))
        {
            return $"The user {Sql.Shown(before.User)} at {before.Place} is none of the two that alternate, so its password was left "
                + $"as it is.";
        }

        if (settings.Admin is null)
        {
            // The next rotation logs in with it, so it must not become one that nobody knows.
            return $"The old password of {Sql.Shown(before.User)} at {before.Place} stays valid until the user's next turn, because no "
                + $"'admin' in the catalog's 'rotate.target' could set another one then.";
        }

        await using PostgresLogin login = await OpenAdminAsync(before, cancellationToken);
        await ChangeAsync(login, before.User, ScramVerifier.Unknown(), cancellationToken);
        return $"The password of {Sql.Shown(before.User)} at {before.Place} was replaced by one that nobody knows.";
    }

    private PostgresCredential Read(SecretValue value)
    {
        PostgresCredential credential = PostgresCredential.Read(value, settings.Secret, settings.Target);
        _place = credential.Place.ToString();
        return credential;
    }

    private Task<PostgresLogin?> OpenAsync(PostgresCredential credential, CancellationToken cancellationToken)
    {
        settings.Require(credential.Place.Server);
        return PostgresLogin.OpenAsync(credential, RootCertificate, cancellationToken);
    }

    private async Task<PostgresLogin> OpenAdminAsync(PostgresCredential changed, CancellationToken cancellationToken)
    {
        string key = settings.Target.Admin ?? "admin";
        PostgresCredential admin = PostgresCredential.ReadAdmin(settings.Admin!, settings.Target);
        if (admin.User == changed.User)
        {
            throw new FlowSecretException(
                ErrorIds.RotationNotConfigured,
                settings.Secret,
                $"The admin '{key}' is the user {Sql.Shown(admin.User)} itself: its own secret would be wrong after the change",
                "Name another user's secret as 'admin', or none, so that the user changes itself."
            );
        }

        return await OpenAsync(admin, cancellationToken)
            ?? throw new FlowSecretException(
                ErrorIds.AccessDenied,
                key,
                $"{admin.Place} refused the admin {Sql.Shown(admin.User)} with the password of '{key}'",
                $"Put the right one into it: {Shell($"Set-FlowSecret {key:bare}")}; then run it again. Nothing was " + $"changed."
            );
    }

    private async Task<PostgresLogin> OpenItselfAsync(
        PostgresCredential credential,
        SecretValue wanted,
        IReadOnlyList<SecretValue> accepted,
        CancellationToken cancellationToken
    )
    {
        // The wanted one last: a change whose answer was lost is found so.
        foreach (SecretValue value in accepted.Append(wanted))
        {
            if (
                Try(value) is { } known
                && known.User == credential.User
                && known.Place == credential.Place
                && await OpenAsync(known, cancellationToken) is { } login
            )
            {
                return login;
            }
        }

        throw new FlowSecretException(
            ErrorIds.AccessDenied,
            settings.Secret,
            $"No stored value of '{settings.Secret}' logs in to {credential.Place} as {Sql.Shown(credential.User)}, so its password "
                + $"cannot be changed",
            "Name a secret as 'admin' in the catalog's 'rotate.target' whose user may change it; or set the current value's password at "
                + "the server: \\password in psql."
        );
    }

    /// <summary>An older value may have had another form.</summary>
    private PostgresCredential? Try(SecretValue value)
    {
        try
        {
            return PostgresCredential.Read(value, settings.Secret, settings.Target);
        }
        catch (FlowSecretException)
        {
            return null;
        }
    }

    private async Task ChangeAsync(PostgresLogin login, string user, string verifier, CancellationToken cancellationToken)
    {
        RequireLogin(login, user, await login.RowAsync(FindRole, [user], cancellationToken));
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await login.ExecuteAsync($"{Durably}alter role {Sql.Identifier(user)} password '{verifier}'", cancellationToken);
                return;
            }
            catch (PostgresException e)
                when (e.SqlState
                        is PostgresErrorCodes.InternalError
                            or PostgresErrorCodes.SerializationFailure
                            or PostgresErrorCodes.DeadlockDetected
                    && attempt < Attempts
                )
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20 * attempt), cancellationToken);
            }
            catch (PostgresException e)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw Refused(login, user, e);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw PostgresErrors.Uncertain(login.Place, user, e);
            }
        }
    }

    private FlowSecretException Refused(PostgresLogin login, string user, PostgresException e) =>
        e.SqlState switch
        {
            PostgresErrorCodes.InsufficientPrivilege => new FlowSecretException(
                ErrorIds.AccessDenied,
                settings.Admin is null ? settings.Secret : settings.Target.Admin,
                $"{Sql.Shown(login.User)} may not change the password of {Sql.Shown(user)} at "
                    + $"{login.Place}{RemoteText.Quote(e.MessageText)}",
                Permission(login, user)
            ),
            PostgresErrorCodes.UndefinedObject => MissingRole(login.Place, user),
            _ when e.SqlState.StartsWith("22", StringComparison.Ordinal) => PostgresErrors.Rejected(
                settings.Secret,
                login.Place,
                $"it says {e.SqlState}{RemoteText.Quote(e.MessageText)}"
            ),
            // Shut down or crashed in between: the change may have been committed.
            _ when e.SqlState.StartsWith("57P", StringComparison.Ordinal) || e.SqlState.StartsWith("08", StringComparison.Ordinal) =>
                PostgresErrors.Uncertain(login.Place, user, e),
            _ => PostgresErrors.Unavailable(login.Place, login.User, e),
        };

    private string Permission(PostgresLogin login, string user) =>
        settings.Admin is null
            ? "Name a secret as 'admin' in the catalog's 'rotate.target' whose user may change it."
            : $"Let a superuser run: {Grant(login, user)} A superuser's own password only superusers change.";

    /// <summary>Since version 16 CREATEROLE reaches only roles that one administers.</summary>
    private static string Grant(PostgresLogin login, string user) =>
        $"ALTER ROLE {Sql.Shown(login.User)} CREATEROLE;"
        + (login.MajorVersion >= 16 ? $" GRANT {Sql.Shown(user)} TO {Sql.Shown(login.User)} WITH ADMIN OPTION;" : "");

    /// <exception cref="FlowSecretException">RotationNotConfigured: no password would let it in.</exception>
    private void RequireLogin(PostgresLogin login, string user, IReadOnlyList<object>? role)
    {
        if (role is null)
        {
            throw MissingRole(login.Place, user);
        }

        if (role is [false, ..])
        {
            throw NotConfigured($"The role {Sql.Shown(user)} at {login.Place} may not log in", $"ALTER ROLE {Sql.Shown(user)} LOGIN;");
        }

        if (role is [_, true, ..])
        {
            throw NotConfigured(
                $"The role {Sql.Shown(user)} at {login.Place} has expired (VALID UNTIL), so that no password lets it in",
                $"ALTER ROLE {Sql.Shown(user)} VALID UNTIL 'infinity';"
            );
        }
    }

    private FlowSecretException MissingRole(PostgresPlace place, string user)
    {
        string? other = settings.Target.Users.FirstOrDefault(u => u != user);
        return NotConfigured(
            $"There is no role {Sql.Shown(user)} at {place}",
            $"Make it: CREATE ROLE {Sql.Shown(user)} LOGIN;"
                + (
                    other is null
                        ? ""
                        : $" GRANT {Sql.Shown(other)} TO {Sql.Shown(user)}; The two must have the same rights, since they alternate."
                )
        );
    }

    private FlowSecretException NotConfigured(string cause, Remedy remedy) =>
        new(ErrorIds.RotationNotConfigured, settings.Secret, cause, remedy);
}
