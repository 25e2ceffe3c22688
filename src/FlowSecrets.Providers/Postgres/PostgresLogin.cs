using System.Data;
using FlowSecrets.Model;
using Npgsql;

namespace FlowSecrets.Providers.Postgres;

/// <summary>One connection of one user: no pool, no log, the password in no connection string.</summary>
internal sealed class PostgresLogin : IAsyncDisposable
{
    private const int ConnectSeconds = 10;
    private const int CommandSeconds = 15;

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;

    private PostgresLogin(NpgsqlDataSource source, NpgsqlConnection connection, PostgresCredential credential)
    {
        _source = source;
        _connection = connection;
        User = credential.User;
        Place = credential.Place;
    }

    public string User { get; }

    public PostgresPlace Place { get; }

    public int MajorVersion => _connection.PostgreSqlVersion.Major;

    /// <param name="rootCertificate">A file; null: those that the system trusts, or PGSSLROOTCERT.</param>
    /// <returns>Null: the server refused user and password.</returns>
    /// <exception cref="FlowSecretException">TargetUnavailable.</exception>
    public static async Task<PostgresLogin?> OpenAsync(
        PostgresCredential credential,
        string? rootCertificate,
        CancellationToken cancellationToken
    )
    {
        PostgresPlace place = credential.Place;
        NpgsqlDataSource? source = null;
        NpgsqlConnection? connection = null;
        try
        {
            source = Source(credential, rootCertificate);
            connection = source.CreateConnection();
            await connection.OpenAsync(cancellationToken);
            PostgresLogin login = new(source, connection, credential);
            (source, connection) = (null, null);
            return login;
        }
        catch (PostgresException e) when (PostgresErrors.IsRefusal(e))
        {
            // A password that was not prepared as its setter did it proves nothing.
            return credential.Password.Problem is null ? null : throw PostgresErrors.Unprepared(place, credential);
        }
        catch (Exception e) when (e is not OperationCanceledException and not FlowSecretException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw PostgresErrors.Unavailable(place, credential.User, e, credential.Password);
        }
        finally
        {
            await CloseAsync(source, connection);
        }
    }

    /// <summary>The first row of a query; null where there is none.</summary>
    /// <exception cref="FlowSecretException">TargetUnavailable.</exception>
    public async Task<IReadOnlyList<object>?> RowAsync(string sql, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlCommand command = Command(sql);
            foreach (string argument in arguments)
            {
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = argument });
            }

            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            object[] row = new object[reader.FieldCount];
            reader.GetValues(row);
            return row;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw PostgresErrors.Unavailable(Place, User, e);
        }
    }

    /// <summary>
    /// What goes wrong comes as Npgsql's own. It gives a connection up at an internal error of the server; the next call makes another one.
    /// </summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        if (_connection.State != ConnectionState.Open)
        {
            await _connection.CloseAsync();
            await _connection.OpenAsync(cancellationToken);
        }

        await using NpgsqlCommand command = Command(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync() => await CloseAsync(_source, _connection);

    private static async ValueTask CloseAsync(NpgsqlDataSource? source, NpgsqlConnection? connection)
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        if (source is not null)
        {
            await source.DisposeAsync();
        }
    }

    private NpgsqlCommand Command(string sql) => new(sql, _connection) { CommandTimeout = CommandSeconds };

    private static NpgsqlDataSource Source(PostgresCredential credential, string? rootCertificate)
    {
        PostgresPlace place = credential.Place;
        NpgsqlSlimDataSourceBuilder builder = new();
        NpgsqlConnectionStringBuilder settings = builder.ConnectionStringBuilder;
        settings.Host = place.Host;
        settings.Port = place.Port;
        settings.Database = place.Database;
        settings.Username = credential.User;
        settings.SslMode = place.TlsMode switch
        {
            "disable" => SslMode.Disable,
            "prefer" => SslMode.Prefer,
            "require" => SslMode.Require,
            "verify-ca" => SslMode.VerifyCA,
            _ => SslMode.VerifyFull,
        };
        if (rootCertificate is not null)
        {
            settings.RootCertificate = rootCertificate;
        }

        // A server that asks for no password would find every one right. One that asks for it in clear text, or as MD5, gets it, so it
        // must be the right one.
        settings.RequireAuth = place.IsVerified ? "ScramSHA256,MD5,Password" : "ScramSHA256";
        settings.GssEncryptionMode = GssEncryptionMode.Disable;
        settings.Pooling = false;
        settings.Enlist = false;
        settings.PersistSecurityInfo = false;
        settings.IncludeErrorDetail = false;
        settings.ApplicationName = "FlowSecrets";
        settings.Timeout = ConnectSeconds;
        settings.CommandTimeout = CommandSeconds;
        settings.CancellationTimeout = 500;
        builder.EnableTransportSecurity();
        string password = credential.Password.Text;
        builder.UsePasswordProvider(_ => password, (_, _) => ValueTask.FromResult(password));
        return builder.Build();
    }
}
