using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Postgres;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Postgres;

/// <summary>One server for the tests of targets, started by the first that needs it.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(PostgresServer.StartAsync);

    internal Task<PostgresServer> ServerAsync() => _server.Value;

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated && _server.Value.IsCompletedSuccessfully)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "PostgreSQL";
}

/// <summary>Users of one test at a server, their values, and targets for them.</summary>
internal sealed class PostgresScene(PostgresServer server) : IDisposable
{
    private static int _users;
    private readonly List<SecretValue> _values = [];

    public PostgresServer Server => server;

    public SecretValue Admin => Value(PostgresServer.AdminUser, PostgresServer.AdminPassword);

    public static async Task<PostgresScene> OpenAsync(PostgresFixture fixture) => new(await fixture.ServerAsync());

    public static string NewName() => $"user_{Interlocked.Increment(ref _users)}";

    /// <summary>A role whose password the server itself hashes, unlogged.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> RoleAsync(string password, string attributes = "login", string? name = null)
    {
        name ??= NewName();
        await server.ExecuteAsync(
            $"set log_statement = none; create role {Sql.Identifier(name)} {attributes} password "
                + $"'{password.Replace("'", "''", StringComparison.Ordinal)}'"
        );
        return name;
    }

    public SecretValue Value(string user, string password, string database = "postgres", string? host = null, int? port = null) =>
        Keep(
            new JsonObject
            {
                ["host"] = host ?? PostgresServer.Host,
                ["port"] = port ?? server.Port,
                ["db"] = database,
                ["user"] = user,
                ["password"] = password,
            }.ToJsonString()
        );

    public SecretValue Keep(string text)
    {
        SecretValue value = SecretValue.FromText(text);
        _values.Add(value);
        return value;
    }

    public PostgresTarget Alone() => Target(null);

    public PostgresTarget WithAdmin(params string[] users) => Target(Admin, null, users);

    public static PostgresTarget Target(SecretValue? admin, string? tlsMode = null, params string[] users) =>
        new(Settings(admin, tlsMode, users));

    public static RotationTargetSettings Settings(SecretValue? admin, string? tlsMode, params string[] users) =>
        new(
            "db-config",
            new CatalogTarget("postgres")
            {
                Host = "host",
                Port = "port",
                Database = "db",
                User = "user",
                Password = "password",
                Users = users,
                Admin = admin is null ? null : "db-admin",
                SslMode = tlsMode,
            },
            admin,
            static _ => { }
        );

    public Task<string> VerifierAsync(string user) =>
        server.AskAsync<string>(
            $"select coalesce(rolpassword, '') from pg_authid where rolname = '{user.Replace("'", "''", StringComparison.Ordinal)}'"
        );

    /// <summary>PostgreSQL's own client logs in.</summary>
    public bool PsqlAccepts(string user, string password, string database = "postgres") =>
        Tool.Run(
            Tool.Require("psql"),
            "/",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PGPASSWORD"] = password,
                ["PGCLIENTENCODING"] = "UTF8",
                ["PGUSER"] = user,
                ["PGDATABASE"] = database,
                ["PGHOST"] = PostgresServer.Host,
                ["PGPORT"] = $"{server.Port}",
            },
            "-XqtA",
            "-w",
            "-c",
            "select 1"
        ).ExitCode == 0;

    /// <summary>The call fails with that id, says what to do, and nothing of its text is a password.</summary>
    public static async Task<FlowSecretException> FailsAsync(string id, Func<Task> call, params string[] passwords)
    {
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(call);
        Assert.True(id == error.Id, error.ToString());
        Assert.NotEmpty(error.Remedy);
        Assert.All(
            passwords.Append(PostgresServer.AdminPassword),
            p => Assert.DoesNotContain(p, error.ToString(), StringComparison.Ordinal)
        );
        return error;
    }

    public void Dispose() => _values.ForEach(static v => v.Dispose());
}
