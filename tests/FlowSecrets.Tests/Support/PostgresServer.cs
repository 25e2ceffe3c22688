using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace FlowSecrets.Tests.Support;

/// <summary>A throw-away PostgreSQL on this machine alone, as an ordinary user; it logs every statement.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _folder;
    private Process _process = null!;

    private PostgresServer(string folder, int port) => (_folder, Port) = (folder, port);

    public static string Host => "127.0.0.1";

    public int Port { get; }

    public static string AdminUser => "postgres";

    public static string AdminPassword => "admin-password-of-tests";

    /// <summary>Where its configuration is.</summary>
    public string DataFolder => Path.Combine(_folder, "data");

    /// <summary>The JSON secret of a user with its password.</summary>
    public string Secret(string user, string password) =>
        $$"""{"host":"{{Host}}","port":"{{Port}}","db":"postgres","user":"{{user}}","password":"{{password}}"}""";

    /// <summary>The administrator's secret, which names its own host.</summary>
    public string AdminSecret(string userField = "user") =>
        $$"""{"host":"{{Host}}","port":"{{Port}}","{{userField}}":"{{AdminUser}}","password":"{{AdminPassword}}"}""";

    public static async Task<PostgresServer> StartAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The server is started by programs of Unix.");
        string bin = Find() ?? "";
        Assert.SkipWhen(bin.Length == 0, "PostgreSQL's initdb and postgres are not on this machine.");
        string folder = Directory.CreateTempSubdirectory("flowsecrets-pg-").FullName;
        PostgresServer server = new(folder, FreePort());
        File.WriteAllText(Path.Combine(folder, "pw"), AdminPassword);
        if (Environment.UserName == "root")
        {
            Tool.Run("chown", "/", null, "-R", "nobody", folder);
        }

        server.Initialize(bin);
        server.Launch(bin);
        await server.WaitAsync();
        return server;
    }

    /// <summary>What the server has logged so far.</summary>
    public string LogText()
    {
        lock (_log)
        {
            return _log.ToString();
        }
    }

    /// <summary>Puts a line before the others of pg_hba.conf.</summary>
    public async Task AdmitAsync(string line)
    {
        string file = Path.Combine(DataFolder, "pg_hba.conf");
        File.WriteAllText(file, line + "\n" + File.ReadAllText(file));
        await ReloadAsync();
    }

    /// <summary>Has the server read its configuration anew; who connects afterwards meets the new one.</summary>
    public async Task ReloadAsync()
    {
        const string Reloading = "reloading configuration files";
        int before = LogText().Split(Reloading).Length;
        await ExecuteAsync("select pg_reload_conf()");
        for (int i = 0; i < 400 && LogText().Split(Reloading).Length == before; i++)
        {
            await Task.Delay(25);
        }
    }

    public async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = new(Connection(AdminUser, AdminPassword));
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T> AskAsync<T>(string sql)
    {
        await using NpgsqlConnection connection = new(Connection(AdminUser, AdminPassword));
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task<bool> AcceptsAsync(string user, string password)
    {
        try
        {
            await using NpgsqlConnection connection = new(Connection(user, password));
            await connection.OpenAsync();
            return true;
        }
        catch (PostgresException e) when (e.SqlState is "28P01" or "28000")
        {
            return false;
        }
    }

    public string Connection(string user, string password) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = Host,
            Port = Port,
            Username = user,
            Password = password,
            Database = "postgres",
            Pooling = false,
            Timeout = 10,
        }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        // SIGINT to the server itself: it ends its sessions and stops.
        Tool.Run("kill", "/", null, "-INT", File.ReadLines(Path.Combine(_folder, "data", "postmaster.pid")).First());
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
        await _process.WaitForExitAsync(limit.Token);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private readonly System.Text.StringBuilder _log = new();

    private void Initialize(string bin)
    {
        string[] command = Ordinary([
            Path.Combine(bin, "initdb"),
            "-D",
            DataFolder,
            "-U",
            AdminUser,
            "--pwfile",
            Path.Combine(_folder, "pw"),
            "-A",
            "scram-sha-256",
            "--locale=C",
            "-E",
            "UTF8",
            "--no-sync",
        ]);
        (int code, string output, string error) = Tool.Run(command[0], _folder, null, command[1..]);
        Assert.True(code == 0, $"initdb: {output}{error}");
    }

    private void Launch(string bin)
    {
        string[] command = Ordinary([
            Path.Combine(bin, "postgres"),
            "-D",
            DataFolder,
            "-p",
            $"{Port}",
            "-c",
            $"listen_addresses={Host}",
            "-c",
            "unix_socket_directories=",
            "-c",
            "fsync=off",
            "-c",
            "log_statement=all",
            "-c",
            "log_connections=on",
            "-c",
            "max_connections=50",
        ]);
        ProcessStartInfo info = new(command[0])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = _folder,
        };
        Array.ForEach(command[1..], info.ArgumentList.Add);
        _process = Process.Start(info)!;
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }

    private async Task WaitAsync()
    {
        for (int i = 0; ; i++)
        {
            try
            {
                await ExecuteAsync("select 1");
                return;
            }
            catch (NpgsqlException) when (i < 300 && !_process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static string[] Ordinary(string[] command) =>
        Environment.UserName == "root" ? ["setpriv", "--reuid=nobody", "--clear-groups", .. command] : command;

    private static string? Find() =>
        (
            Directory.Exists("/usr/lib/postgresql")
                ? Directory
                    .GetDirectories("/usr/lib/postgresql")
                    .OrderDescending(StringComparer.Ordinal)
                    .Select(static d => Path.Combine(d, "bin"))
                : []
        )
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            .FirstOrDefault(static f => File.Exists(Path.Combine(f, "initdb")) && File.Exists(Path.Combine(f, "postgres")));

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
