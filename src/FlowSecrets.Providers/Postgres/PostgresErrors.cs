using System.Net.Sockets;
using System.Security.Authentication;
using FlowSecrets.Errors;
using FlowSecrets.Text;
using Npgsql;

namespace FlowSecrets.Providers.Postgres;

/// <summary>
/// What a server or the way to it said, as errors of ours. Of Npgsql's exceptions only the state and the server's one line are taken: no
/// detail, no
/// connection string, no inner exception.
/// </summary>
internal static class PostgresErrors
{
    /// <summary>
    /// Whether user and password themselves were refused. 28000 is also what a missing line of pg_hba.conf says, which is not the
    /// password's fault; the server names the
    /// routine, whatever its language.
    /// </summary>
    public static bool IsRefusal(PostgresException e) =>
        e.SqlState == PostgresErrorCodes.InvalidPassword
        || (
            e.SqlState == PostgresErrorCodes.InvalidAuthorizationSpecification
            && (
                e.Routine is { Length: > 0 } routine
                    ? routine == "InitializeSessionUserId"
                    : !e.MessageText.Contains("pg_hba.conf", StringComparison.Ordinal)
            )
        );

    /// <param name="told">What the server may have been told, and might repeat.</param>
    public static FlowSecretException Unavailable(PostgresPlace place, string user, Exception e, PreparedPassword? told = null)
    {
        (string cause, Remedy remedy) = e is PostgresException said
            ? Said(
                place,
                user,
                said,
                told is { } password && said.MessageText.Contains(password.Text, StringComparison.Ordinal) ? "" : Quote(said)
            )
            : Broken(place, e);
        return Unavailable(place, cause, remedy);
    }

    public static FlowSecretException Uncertain(PostgresPlace place, string user, Exception e)
    {
        (string cause, _) = e is PostgresException said ? Said(place, user, said, Quote(said)) : Broken(place, e);
        return Unavailable(
            place,
            $"Whether the password of {Sql.Shown(user)} was changed is not known: {cause}",
            "Run the same command again: it finds out."
        );
    }

    public static FlowSecretException Unprepared(PostgresPlace place, PostgresCredential credential) =>
        Unavailable(
            place,
            $"{place} refused {Sql.Shown(credential.User)}, but clients do not agree on the password: {credential.Password.Problem}",
            "Run it where .NET has ICU (DOTNET_SYSTEM_GLOBALIZATION_INVARIANT is not set), or set an ASCII password by hand."
        );

    public static FlowSecretException Rejected(string key, PostgresPlace place, string cause) =>
        new(
            ErrorIds.CredentialRejected,
            key,
            $"{place} cannot take this password: {cause}",
            "Use another one, best of ASCII characters alone."
        );

    private static FlowSecretException Unavailable(PostgresPlace place, string cause, Remedy remedy) =>
        new(ErrorIds.TargetUnavailable, place.ToString(), cause, remedy);

    private static (string Cause, string Remedy) Said(PostgresPlace place, string user, PostgresException e, string quoted) =>
        e.SqlState switch
        {
            PostgresErrorCodes.InvalidCatalogName => (
                $"{place}: there is no such database",
                $"Correct the secret's database, or make it: CREATE DATABASE {Sql.Shown(place.Database)};"
            ),
            PostgresErrorCodes.InsufficientPrivilege => (
                $"{place} does not permit it to {Sql.Shown(user)}{quoted}",
                $"GRANT CONNECT ON DATABASE {Sql.Shown(place.Database)} TO {Sql.Shown(user)};"
            ),
            PostgresErrorCodes.TooManyConnections => (
                $"{place} has no connection left for {Sql.Shown(user)}{quoted}",
                "Close idle ones, or raise max_connections or the role's CONNECTION LIMIT; then run it again."
            ),
            PostgresErrorCodes.CannotConnectNow => ($"{place} is starting or stopping{quoted}", "Wait until it is up, then run it again."),
            PostgresErrorCodes.InvalidAuthorizationSpecification => (
                $"{place} does not let {Sql.Shown(user)} in from here, whatever the password{quoted}",
                "Add a line for this machine's address, database and user to the server's pg_hba.conf (or the cloud's authorized "
                    + "networks), then reload it."
            ),
            PostgresErrorCodes.ReadOnlySqlTransaction => (
                $"{place} is read-only: a replica, or default_transaction_read_only",
                "Name the primary server in the secret's host."
            ),
            _ => (
                $"{place} failed ({RemoteText.Code(e.SqlState) ?? e.SqlState.Length.ToString()}){quoted}",
                "Look into the server's log, then run it again."
            ),
        };

    private static (string Cause, string Remedy) Broken(PostgresPlace place, Exception e)
    {
        Exception[] chain = [.. Chain(e)];
        if (
            chain.Any(static c => c is AuthenticationException)
            || chain.Any(static c => c is NpgsqlException && c.Message.Contains("SSL", StringComparison.Ordinal))
        )
        {
            return (
                $"No TLS connection to {place} could be made that 'sslMode: {place.TlsMode}' accepts: the server has no TLS, or its "
                    + $"certificate is not trusted here or is for another name",
                "Give the certificate authority's file in PGSSLROOTCERT, correct the secret's host, or say another 'sslMode' in the "
                    + "catalog's 'rotate.target'."
            );
        }

        if (chain.Any(static c => c.Message.Contains("authentication method is not allowed", StringComparison.Ordinal)))
        {
            return (
                $"{place} asks for no password that may be sent there: it checks none, or wants clear text or MD5 without verified TLS",
                "Let pg_hba.conf demand scram-sha-256 from this address. Clear text and MD5 need sslMode verify-full or verify-ca."
            );
        }

        if (chain.OfType<SocketException>().FirstOrDefault() is { } socket)
        {
            return (
                $"{place} cannot be reached ({socket.SocketErrorCode})",
                "Correct the secret's host and port, or open the way to it; then run it again."
            );
        }

        return chain.Any(static c => c is TimeoutException)
            ? ($"{place} did not answer in time", "See whether the way to it is open and the server is well; then run it again.")
            : ($"The connection to {place} broke ({chain[^1].GetType().Name})", "See whether the server is up; then run it again.");
    }

    private static IEnumerable<Exception> Chain(Exception e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            yield return inner;
        }
    }

    private static string Quote(PostgresException e) => RemoteText.Quote(e.MessageText);
}

/// <summary>Names in SQL.</summary>
internal static class Sql
{
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>For a message or a command to paste.</summary>
    public static string Shown(string name) => RemoteText.Clean(Identifier(name));
}
