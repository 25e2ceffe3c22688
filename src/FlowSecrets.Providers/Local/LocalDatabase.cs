using FlowSecrets.Files;
using FlowSecrets.Model;
using Microsoft.Data.Sqlite;

namespace FlowSecrets.Providers.Local;

/// <summary>One connection to a store's file. It knows rows, not what they mean.</summary>
internal sealed class LocalDatabase : IDisposable
{
    private const int Format = 1;

    /// <summary>Everything that a store's file may define.</summary>
    private static readonly string[] Tables =
    [
        """
            CREATE TABLE meta (
                id INTEGER PRIMARY KEY CHECK (id = 1), format INTEGER NOT NULL, store BLOB NOT NULL,
                wrap_kind TEXT NOT NULL, wrap_rounds INTEGER NOT NULL, wrap_salt BLOB NOT NULL,
                wrap_nonce BLOB NOT NULL, wrap_sealed BLOB NOT NULL,
                names BLOB NOT NULL, names_mac BLOB NOT NULL)
            """,
        """
            CREATE TABLE secrets (
                name TEXT NOT NULL PRIMARY KEY, created INTEGER NOT NULL, labels TEXT NOT NULL,
                deleted INTEGER NOT NULL, purge_at INTEGER NOT NULL, mac BLOB NOT NULL) WITHOUT ROWID
            """,
        """
            CREATE TABLE versions (
                name TEXT NOT NULL, number INTEGER NOT NULL, created INTEGER NOT NULL, state INTEGER NOT NULL, stages TEXT NOT NULL,
                nonce BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (name, number)) WITHOUT ROWID
            """,
    ];

    /// <summary>Without the blanks, which differ with the line ends of the source.</summary>
    private static readonly HashSet<string> Definitions = [.. Tables.Select(Compact)];

    private readonly SqliteConnection _connection;
    private SqliteTransaction? _transaction;

    static LocalDatabase() => SQLitePCL.Batteries_V2.Init();

    private LocalDatabase(string source, SqliteOpenMode mode = SqliteOpenMode.ReadWrite)
    {
        // A pooled handle would outlive a file that was moved or restored. One second is the least wait for a lock; Begin waits longer.
        _connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = source,
                Mode = mode,
                Pooling = false,
                DefaultTimeout = 1,
            }.ConnectionString
        );
        try
        {
            _connection.Open();
            Execute("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Makes an empty store of an empty file.</summary>
    public static void Create(string file, LocalMeta meta)
    {
        using LocalDatabase database = new(file);
        database.Execute("PRAGMA journal_mode = WAL;" + string.Join(';', Tables));
        database.Execute(
            "INSERT INTO meta VALUES (1, $format, $store, '', 0, x'', x'', x'', x'', x'')",
            ("$format", Format),
            ("$store", meta.Store.ToByteArray(bigEndian: true))
        );
        database.WriteMeta(meta);
    }

    public static LocalDatabase Open(string file) => new(file);

    /// <summary>
    /// To read a file beside which SQLite can make no journal, because the folder cannot be written. If somebody who may write there
    /// changes the store meanwhile, it is not authentic for this one reading.
    /// </summary>
    public static LocalDatabase OpenUnchanging(string file)
    {
        string[] parts = file.TrimStart('/').Split(Path.DirectorySeparatorChar);
        return new LocalDatabase($"file:///{string.Join('/', parts.Select(Uri.EscapeDataString))}?immutable=1", SqliteOpenMode.ReadOnly);
    }

    /// <summary>Whether the file could not be opened for want of a journal; what a journal holds must not be passed over.</summary>
    public static bool IsWithoutJournal(SqliteException error, string file) =>
        error.SqliteErrorCode is 8 or 14 && new FileInfo(file + "-wal") is { Exists: false } or { Length: 0 };

    /// <summary>The row that says whose store it is, after what the file defines was found right.</summary>
    /// <exception cref="FormatException">It is none of ours, or something else was put into it.</exception>
    public LocalMeta ReadMeta()
    {
        CheckDefinitions();
        using SqliteCommand command = Command(
            "SELECT format, store, wrap_kind, wrap_rounds, wrap_salt, wrap_nonce, wrap_sealed, names, names_mac FROM meta WHERE id = 1"
        );
        using SqliteDataReader row = command.ExecuteReader();
        if (!row.Read())
        {
            throw new FormatException("There is no meta row.");
        }

        if (row.GetInt32(0) != Format)
        {
            throw new FormatException("The format's number is unknown.");
        }

        return new LocalMeta(
            new Guid(Blob(row, 1), bigEndian: true),
            new KeyWrap(row.GetString(2), row.GetInt32(3), Blob(row, 4), Blob(row, 5), Blob(row, 6)),
            Blob(row, 7),
            Blob(row, 8)
        );
    }

    public void WriteMeta(LocalMeta meta) =>
        Execute(
            "UPDATE meta SET wrap_kind = $kind, wrap_rounds = $rounds, wrap_salt = $salt, wrap_nonce = $nonce, wrap_sealed = $sealed, "
                + "names = $names, names_mac = $mac WHERE id = 1",
            ("$kind", meta.Wrap.Kind),
            ("$rounds", meta.Wrap.Rounds),
            ("$salt", meta.Wrap.Salt),
            ("$nonce", meta.Wrap.Nonce),
            ("$sealed", meta.Wrap.Sealed),
            ("$names", meta.Names),
            ("$mac", meta.NamesMac)
        );

    /// <summary>Tables with their stored MAC: of one name, or of all that begin with a prefix, in order of name.</summary>
    public IEnumerable<(SecretTable Table, byte[] Mac)> ReadTables(string? name, string prefix)
    {
        string where =
            name is not null ? "WHERE s.name = $name"
            : prefix.Length > 0 ? "WHERE substr(s.name, 1, length($prefix)) = $prefix"
            : "";
        using SqliteCommand command = Command(
            $"""
            SELECT s.name, s.created, s.labels, s.deleted, s.purge_at, s.mac, v.number, v.created, v.state, v.stages, v.nonce
            FROM secrets s LEFT JOIN versions v ON v.name = s.name {where} ORDER BY s.name, v.number
            """,
            ("$name", name ?? ""),
            ("$prefix", prefix)
        );
        using SqliteDataReader row = command.ExecuteReader();
        SecretTable? table = null;
        byte[] mac = [];
        while (row.Read())
        {
            string at = row.GetString(0);
            if (table is null || !string.Equals(table.Name, at, StringComparison.Ordinal))
            {
                if (table is not null)
                {
                    yield return (table, mac);
                }

                table = new SecretTable(at, row.GetInt64(1))
                {
                    Labels = row.GetString(2),
                    Deleted = row.GetInt64(3),
                    PurgeAt = row.GetInt64(4),
                };
                mac = Blob(row, 5);
            }

            if (!row.IsDBNull(6))
            {
                table.Versions.Add(
                    new VersionRow
                    {
                        Number = row.GetInt64(6),
                        Created = row.GetInt64(7),
                        State = (VersionState)row.GetInt32(8),
                        Stages = [.. row.GetString(9).Split(',', StringSplitOptions.RemoveEmptyEntries)],
                        Nonce = Blob(row, 10),
                    }
                );
            }
        }

        if (table is not null)
        {
            yield return (table, mac);
        }
    }

    public IEnumerable<string> ReadNames() => ReadNames(Command("SELECT name FROM secrets"));

    /// <param name="now">Unix milliseconds.</param>
    public IEnumerable<string> ReadExpiredNames(long now) =>
        ReadNames(Command("SELECT name FROM secrets WHERE deleted <> 0 AND purge_at <= $now", ("$now", now)));

    private static IEnumerable<string> ReadNames(SqliteCommand query)
    {
        using SqliteCommand command = query;
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            yield return row.GetString(0);
        }
    }

    public byte[] ReadSealed(string name, long number)
    {
        using SqliteCommand command = Command(
            "SELECT sealed FROM versions WHERE name = $name AND number = $number",
            ("$name", name),
            ("$number", number)
        );
        return command.ExecuteScalar() as byte[] ?? [];
    }

    /// <summary>Writes the secret's row and those of its versions that changed.</summary>
    public void WriteTable(SecretTable table, StoreCipher cipher)
    {
        Execute(
            """
            INSERT INTO secrets VALUES ($name, $created, $labels, $deleted, $purge, $mac)
            ON CONFLICT (name) DO UPDATE SET labels = $labels, deleted = $deleted, purge_at = $purge, mac = $mac
            """,
            ("$name", table.Name),
            ("$created", table.Created),
            ("$labels", table.Labels),
            ("$deleted", table.Deleted),
            ("$purge", table.PurgeAt),
            ("$mac", table.Mac(cipher))
        );
        foreach (VersionRow version in table.Versions.Where(static v => v.IsChanged))
        {
            Execute(
                "UPDATE versions SET state = $state, stages = $stages, nonce = $nonce WHERE name = $name AND number = $number",
                ("$state", (int)version.State),
                ("$stages", string.Join(',', version.Stages)),
                ("$nonce", version.Nonce),
                ("$name", table.Name),
                ("$number", version.Number)
            );
        }
    }

    public void InsertVersion(string name, VersionRow version, byte[] sealedValue) =>
        Execute(
            "INSERT INTO versions VALUES ($name, $number, $created, $state, $stages, $nonce, $sealed)",
            ("$name", name),
            ("$number", version.Number),
            ("$created", version.Created),
            ("$state", (int)version.State),
            ("$stages", string.Join(',', version.Stages)),
            ("$nonce", version.Nonce),
            ("$sealed", sealedValue)
        );

    public void WriteSealed(string name, long number, byte[] sealedValue) =>
        Execute(
            "UPDATE versions SET sealed = $sealed WHERE name = $name AND number = $number",
            ("$sealed", sealedValue),
            ("$name", name),
            ("$number", number)
        );

    public void Delete(string name)
    {
        Execute("DELETE FROM versions WHERE name = $name", ("$name", name));
        Execute("DELETE FROM secrets WHERE name = $name", ("$name", name));
    }

    /// <summary>A consistent copy of the whole file at this moment.</summary>
    public void CopyTo(string file) => Execute("VACUUM INTO $file", ("$file", file));

    /// <summary>Moves all that the journal holds into the file, and lets readers and writers work side by side from now on.</summary>
    public void Settle() => Execute("PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE);");

    /// <summary>Replaces all rows by another store's, in one transaction.</summary>
    public void ReplaceBy(string file, CancellationToken cancellationToken)
    {
        Execute("ATTACH $file AS other", ("$file", file));
        Begin(cancellationToken);
        Execute(
            """
            DELETE FROM versions; DELETE FROM secrets; DELETE FROM meta;
            INSERT INTO meta SELECT * FROM other.meta;
            INSERT INTO secrets SELECT * FROM other.secrets;
            INSERT INTO versions SELECT * FROM other.versions;
            """
        );
        cancellationToken.ThrowIfCancellationRequested();
        Commit();
    }

    /// <summary>Throws when SQLite finds its own structure damaged.</summary>
    public void CheckStructure()
    {
        CheckDefinitions();
        using SqliteCommand command = Command("PRAGMA quick_check(1)");
        if (command.ExecuteScalar() is not "ok")
        {
            throw new FormatException("SQLite's own check failed.");
        }
    }

    /// <summary>
    /// A trigger, view, index or table of somebody else's would act on what is written, or keep what is destroyed; none of them needs the
    /// key.
    /// </summary>
    private void CheckDefinitions()
    {
        using SqliteCommand command = Command("SELECT coalesce(sql, '') FROM sqlite_master");
        using SqliteDataReader row = command.ExecuteReader();
        int count = 0;
        while (row.Read())
        {
            if (!Definitions.Contains(Compact(row.GetString(0))))
            {
                throw new FormatException("The file defines something that is not a store's.");
            }

            count++;
        }

        if (count != Tables.Length)
        {
            throw new FormatException("A table is missing.");
        }
    }

    private static string Compact(string sql) => string.Concat(sql.Where(static c => !char.IsWhiteSpace(c)));

    /// <summary>Takes the write lock, waiting for other processes; between tries it looks at the token.</summary>
    public void Begin(CancellationToken cancellationToken)
    {
        long deadline = Environment.TickCount64 + 15_000;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                _transaction = _connection.BeginTransaction(deferred: false);
                return;
            }
            catch (SqliteException e) when (e.SqliteErrorCode is 5 or 6 && Environment.TickCount64 < deadline)
            {
                cancellationToken.WaitHandle.WaitOne(20);
            }
        }
    }

    /// <summary>Several reads of one state.</summary>
    public void BeginRead() => _transaction = _connection.BeginTransaction(deferred: true);

    public void Commit() => _transaction!.Commit();

    public void Dispose()
    {
        _transaction?.Dispose();
        _connection.Dispose();
    }

    private static byte[] Blob(SqliteDataReader row, int column) =>
        row.GetValue(column) as byte[] ?? throw new FormatException("A column has another type.");

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = _transaction;
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private void Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = Command(sql, parameters);
        command.ExecuteNonQuery();
    }
}

/// <summary>The one row that says whose store it is and how its key is wrapped.</summary>
/// <param name="Names">XOR of a keyed hash of every secret's name, so that a lost or renamed row is found.</param>
/// <param name="NamesMac">Authenticates <paramref name="Names"/>.</param>
internal sealed record LocalMeta(Guid Store, KeyWrap Wrap, byte[] Names, byte[] NamesMac);
