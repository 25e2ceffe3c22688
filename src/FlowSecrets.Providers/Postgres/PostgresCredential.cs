using System.Net;
using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Postgres;

/// <summary>Where a server is, and how it is spoken to.</summary>
/// <param name="TlsMode">As the catalog writes it.</param>
internal sealed record PostgresPlace(string Host, int Port, string Database, string TlsMode)
{
    public bool IsThisMachine => StaysHere(Host);

    /// <summary>Of a list of hosts, which commas part, any may be elsewhere.</summary>
    public static bool StaysHere(string host) =>
        !host.Contains(',')
        && (
            host.StartsWith('/')
            || host.StartsWith('@')
            || string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out IPAddress? number) && IPAddress.IsLoopback(number))
        );

    /// <summary>Whether a password is safe from whoever stands between: only then may it be sent as it is.</summary>
    public bool IsVerified => TlsMode is "verify-ca" or "verify-full";

    /// <summary>How approvals record it.</summary>
    public string Server => RemoteText.Clean($"postgresql://{Host}:{Port}/{Database}?sslmode={TlsMode}");

    public override string ToString() => RemoteText.Clean($"PostgreSQL {Host}:{Port}/{Database}");
}

/// <summary>A user and its password out of a JSON secret. Prints neither.</summary>
internal sealed class PostgresCredential
{
    /// <summary>PostgreSQL cuts longer names, so that two could mean one.</summary>
    private const int LongestName = 63;

    private PostgresCredential(PostgresPlace place, string user, string password)
    {
        Place = place;
        User = user;
        Password = SaslPrep.Prepare(password);
    }

    public PostgresPlace Place { get; }

    public string User { get; }

    public PreparedPassword Password { get; }

    /// <param name="key">The key of the secret, for errors.</param>
    /// <exception cref="FlowSecretException">ValueNotJson, ValueNotText, FieldNotFound, EmptyValue, RotationNotConfigured.</exception>
    public static PostgresCredential Read(SecretValue value, string key, CatalogTarget target)
    {
        JsonSecret members = JsonSecret.Parse(value, key, new SecretArgument(key) { Key = key });
        string user = Required(members, key, target.User ?? "user");
        string host = Required(members, key, target.Host ?? "host");
        string database = Optional(members, target.Database ?? "database") ?? user;
        return new PostgresCredential(
            At(key, target, host, Port(members, key, target.Port ?? "port") ?? 5432, database),
            Name(key, user),
            Required(members, key, target.Password ?? "password")
        );
    }

    /// <summary>
    /// The one that may change others: its fields are called as the target's or by their usual names. Its host is its own: no other
    /// secret can send its password elsewhere.
    /// </summary>
    public static PostgresCredential ReadAdmin(SecretValue value, CatalogTarget target)
    {
        string key = target.Admin ?? "admin";
        JsonSecret members = JsonSecret.Parse(value, key, new SecretArgument(key) { Key = key });
        string user = First(members, target.User, "user", "username") ?? throw Missing(key, target.User ?? "user");
        string password = First(members, target.Password, "password") ?? throw Missing(key, target.Password ?? "password");
        string host = First(members, target.Host, "host") ?? throw Missing(key, target.Host ?? "host");
        int port = Port(members, key, target.Port) ?? Port(members, key, "port") ?? 5432;
        return new PostgresCredential(
            At(key, target, host, port, First(members, target.Database, "database", "dbname") ?? "postgres"),
            Name(key, user),
            password
        );
    }

    private static PostgresPlace At(string key, CatalogTarget target, string host, int port, string database) =>
        new(host, port, Name(key, database), target.SslMode ?? (PostgresPlace.StaysHere(host) ? "prefer" : "verify-full"));

    private static string Name(string key, string name) =>
        Encoding.UTF8.GetByteCount(name) <= LongestName && !name.Contains('\0')
            ? name
            : throw new FlowSecretException(
                ErrorIds.RotationNotConfigured,
                key,
                $"'{key}' names a user or database of more than {LongestName} bytes, which PostgreSQL would cut, or with a null character",
                "Give it a shorter name."
            );

    private static int? Port(JsonSecret members, string key, string? field) =>
        field is null || Optional(members, field) is not { } text ? null
        : int.TryParse(text, System.Globalization.NumberStyles.None, null, out int port) && port is > 0 and < 65536 ? port
        : throw new FlowSecretException(
            ErrorIds.RotationNotConfigured,
            key,
            $"The field '{field}' of '{key}' is no port",
            "Correct it: Set-FlowSecret " + key
        );

    private static string? First(JsonSecret members, params string?[] fields) =>
        fields.OfType<string>().Select(f => Optional(members, f)).FirstOrDefault(static t => t is not null);

    private static string? Optional(JsonSecret members, string field) => members.Text(field) is { Length: > 0 } text ? text : null;

    private static string Required(JsonSecret members, string key, string field) => Optional(members, field) ?? throw Missing(key, field);

    private static FlowSecretException Missing(string key, string field) =>
        new(
            ErrorIds.FieldNotFound,
            key,
            $"The value of '{key}' has no field '{field}', or it is empty, and PostgreSQL is reached with it",
            $"Add it to the secret, or name the field that has it in the catalog's 'rotate.target' (host, port, database, user, password)."
        );
}
