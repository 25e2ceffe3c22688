using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;
using Microsoft.Data.Sqlite;

namespace FlowSecrets.Tests.Local;

/// <summary>What somebody puts into the file without the key acts on nothing and keeps nothing.</summary>
public sealed class LocalStoreDefinitionTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly SecretValue _passphrase = SecretValue.FromText("of the backup");

    public void Dispose()
    {
        _passphrase.Dispose();
        _sandbox.Dispose();
    }

    public static TheoryData<string> Foreign =>
        new(
            "CREATE TRIGGER t AFTER INSERT ON versions BEGIN DELETE FROM versions; END",
            "CREATE TABLE kept (name, sealed); CREATE TRIGGER t BEFORE UPDATE ON versions BEGIN "
                + "INSERT INTO kept VALUES (old.name, old.sealed); END",
            "CREATE TABLE other (x)",
            "CREATE INDEX i ON versions (sealed)",
            "CREATE UNIQUE INDEX i ON versions (nonce)",
            "CREATE VIEW v AS SELECT * FROM versions",
            "ALTER TABLE meta RENAME TO real; CREATE VIEW meta AS SELECT * FROM real",
            "ALTER TABLE secrets ADD COLUMN note TEXT DEFAULT ''",
            "ANALYZE",
            "CREATE VIRTUAL TABLE f USING fts5(x)",
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'versions'"
        );

    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task AForeignDefinitionIsFoundBeforeAnythingIsReadOrWritten(string sql)
    {
        await FillAsync();
        Run(_sandbox.StoreFile, sql);
        byte[] before = Rows();
        ISecretStore store = _sandbox.FreshStore();
        using SecretValue value = SecretValue.FromText("two");
        await SecretStoreContract.Fails(ErrorIds.StoreCorrupt, () => store.ReadAsync("a", default, default));
        await SecretStoreContract.Fails(ErrorIds.StoreCorrupt, () => store.AddVersionAsync("a", value, null, null, default));
        await SecretStoreContract.Fails(ErrorIds.StoreCorrupt, () => store.DeleteAsync("a", null, default));
        await SecretStoreContract.Fails(ErrorIds.StoreCorrupt, () => ((IStoreMaintenance)store).RotateKeyAsync(default));
        await SecretStoreContract.Fails(
            ErrorIds.StoreCorrupt,
            () => ((IStoreMaintenance)store).BackupAsync(_sandbox.File("b"), _passphrase, false, default)
        );
        Assert.False(File.Exists(_sandbox.File("b")));
        Assert.Equal(StoreReadiness.Error, (await store.ValidateAsync(default)).Readiness);
        Assert.Equal(before, Rows());
    }

    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task AForeignDefinitionInABackupIsFound(string sql)
    {
        await FillAsync();
        await ((IStoreMaintenance)_sandbox.Store()).BackupAsync(_sandbox.File("b"), _passphrase, false, default);
        Run(_sandbox.File("b"), sql);
        await SecretStoreContract.Fails(
            ErrorIds.StoreCorrupt,
            () => ((IStoreMaintenance)_sandbox.FreshStore()).RestoreBackupAsync(_sandbox.File("b"), _passphrase, true, default)
        );
        Assert.Equal("one", await LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), "a"));
        Assert.Single(Directory.GetFiles(Path.Combine(_sandbox.Folder, "home", "config", "keys")));
    }

    /// <summary>The way out: a restored backup replaces the file, so that no trigger acts on what is restored.</summary>
    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task ABackupReplacesAStoreWithAForeignDefinition(string sql)
    {
        await FillAsync();
        await ((IStoreMaintenance)_sandbox.Store()).BackupAsync(_sandbox.File("b"), _passphrase, false, default);
        Run(_sandbox.StoreFile, sql);
        await ((IStoreMaintenance)_sandbox.FreshStore()).RestoreBackupAsync(_sandbox.File("b"), _passphrase, true, default);
        Assert.Equal("one", await LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), "a"));
        Assert.Equal(StoreReadiness.Ready, (await _sandbox.FreshStore().ValidateAsync(default)).Readiness);
    }

    /// <summary>A link into nowhere in the journal's place does what a folder without the right to write does, also for root.</summary>
    [Fact]
    public async Task AStoreBesideWhichNoJournalCanBeMadeIsReadAndNotWritten()
    {
        await FillAsync();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights.");
        File.CreateSymbolicLink(_sandbox.StoreFile + "-shm", "/nowhere/at/all");
        ISecretStore store = _sandbox.FreshStore();
        Assert.Equal("one", await LocalStoreKeyTests.ReadAsync(store, "a"));
        Assert.NotNull(await store.DescribeAsync("a", default));
        using SecretValue value = SecretValue.FromText("two");
        await SecretStoreContract.Fails(ErrorIds.StoreUnavailable, () => store.AddVersionAsync("a", value, null, null, default));
        await ((IStoreMaintenance)store).BackupAsync(_sandbox.File("b"), _passphrase, false, default);
        File.Delete(_sandbox.StoreFile + "-shm");
        Assert.Equal("one", await LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), "a"));
    }

    /// <summary>What a journal holds is newer than the file.</summary>
    [Fact]
    public async Task AStoreWhoseJournalCannotBeReadIsNotReadWithoutIt()
    {
        await FillAsync();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights.");
        await File.WriteAllBytesAsync(_sandbox.StoreFile + "-wal", new byte[64], TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(_sandbox.StoreFile + "-shm", "/nowhere/at/all");
        await SecretStoreContract.Fails(ErrorIds.StoreUnavailable, () => _sandbox.FreshStore().ReadAsync("a", default, default));
    }

    private Task FillAsync() => LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "a", "one");

    private byte[] Rows()
    {
        using SqliteConnection connection = new($"Data Source={_sandbox.StoreFile};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT sealed FROM versions";
        return (byte[])command.ExecuteScalar()!;
    }

    private static void Run(string file, string sql)
    {
        using SqliteConnection connection = new($"Data Source={file};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
