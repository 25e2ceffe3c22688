using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Local;

public sealed class LocalStoreContractTests : SecretStoreContract
{
    private readonly Sandbox _sandbox = new();

    private protected override ISecretStore Store => _sandbox.Store();

    public override void Dispose()
    {
        base.Dispose();
        _sandbox.Dispose();
    }
}

public sealed class PassphraseStoreContractTests : SecretStoreContract
{
    private readonly Sandbox _sandbox = new();
    private readonly SecretValue _passphrase = SecretValue.FromText("correct horse battery staple");

    private protected override ISecretStore Store => _sandbox.Store(_passphrase);

    public override void Dispose()
    {
        base.Dispose();
        _sandbox.Dispose();
    }
}

/// <summary>Keys, passphrases, backups: what only the Local store has.</summary>
public sealed class LocalStoreKeyTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task TheKeyFileLiesInAnotherFolderAndBothAreTheOwnersAlone()
    {
        await CreateAsync(_sandbox.Store(), "a", "value");
        string key = Assert.Single(Directory.GetFiles(Path.Combine(_sandbox.Folder, "home", "config", "keys")));
        Assert.NotEqual(Path.GetDirectoryName(_sandbox.StoreFile), Path.GetDirectoryName(key));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_sandbox.StoreFile));
        }
    }

    [Fact]
    public async Task AKeyFileThatOthersCanReadIsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes.");
        await CreateAsync(_sandbox.Store(), "a", "value");
        string key = Assert.Single(Directory.GetFiles(Path.Combine(_sandbox.Folder, "home", "config", "keys")));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await SecretStoreContract.Fails(ErrorIds.StoreLocked, () => _sandbox.FreshStore().ReadAsync("a", default, default));
    }

    [Fact]
    public async Task NoKeyFileOrAnothersKeyFileLocksTheStore()
    {
        await CreateAsync(_sandbox.Store(), "a", "value");
        string key = Assert.Single(Directory.GetFiles(Path.Combine(_sandbox.Folder, "home", "config", "keys")));
        string text = File.ReadAllText(key);
        string[] parts = text.TrimEnd().Split(' ');
        foreach (
            string wrong in new[]
            {
                "",
                "nonsense\n",
                $"{parts[0]} {parts[1]} {Convert.ToBase64String(new byte[32])}\n",
                $"{parts[0]} {Guid.NewGuid():N} {parts[2]}\n",
                $"{parts[0]} {parts[1]} AAAA\n",
            }
        )
        {
            File.WriteAllText(key, wrong);
            await SecretStoreContract.Fails(ErrorIds.StoreLocked, () => _sandbox.FreshStore().ReadAsync("a", default, default));
        }

        File.Delete(key);
        await SecretStoreContract.Fails(ErrorIds.StoreLocked, () => _sandbox.FreshStore().ReadAsync("a", default, default));
        File.WriteAllText(key, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Assert.Equal("value", await ReadAsync(_sandbox.FreshStore(), "a"));
    }

    [Fact]
    public async Task APassphraseOpensTheStoreAndAnotherDoesNot()
    {
        using SecretValue right = SecretValue.FromText("right");
        using SecretValue wrong = SecretValue.FromText("wrong");
        await CreateAsync(_sandbox.Store(right), "a", "value");
        Assert.Equal("value", await ReadAsync(_sandbox.FreshStore(right), "a"));
        await SecretStoreContract.Fails(ErrorIds.StoreLocked, () => _sandbox.FreshStore(wrong).ReadAsync("a", default, default));
        await SecretStoreContract.Fails(ErrorIds.StoreLocked, () => _sandbox.FreshStore().ReadAsync("a", default, default));
        Assert.False(Directory.Exists(Path.Combine(_sandbox.Folder, "home", "config", "keys")));
    }

    [Fact]
    public async Task ThePassphraseComesFromAFileOrTheEnvironment()
    {
        using SecretValue passphrase = SecretValue.FromText("of the file");
        await CreateAsync(_sandbox.Store(passphrase), "a", "value");
        _sandbox.Set("FLOWSECRETS_PASSPHRASE", "of the file");
        Assert.Equal("value", await ReadAsync(_sandbox.FreshStore(), "a"));
        _sandbox.Set("FLOWSECRETS_PASSPHRASE", "wrong");
        _sandbox.Set("FLOWSECRETS_PASSPHRASE_FILE", _sandbox.Write("passphrase", "of the file\n"));
        Assert.Equal("value", await ReadAsync(_sandbox.FreshStore(), "a"));
        _sandbox.Set("FLOWSECRETS_PASSPHRASE_FILE", _sandbox.File("nowhere"));
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => _sandbox.FreshStore());
        Assert.Equal(ErrorIds.StoreLocked, error.Id);
    }

    [Fact]
    public async Task ProtectionChangesThereAndBack()
    {
        ISecretStore store = _sandbox.Store();
        await CreateAsync(store, "a", "value");
        using SecretValue first = SecretValue.FromText("first");
        using SecretValue second = SecretValue.FromText("second");
        await ((IStoreMaintenance)store).ChangeProtectionAsync(first, default);
        Assert.Empty(Directory.GetFiles(Path.Combine(_sandbox.Folder, "home", "config", "keys")));
        Assert.Equal("value", await ReadAsync(_sandbox.FreshStore(first), "a"));
        await ((IStoreMaintenance)_sandbox.FreshStore(first)).ChangeProtectionAsync(second, default);
        await SecretStoreContract.Fails(ErrorIds.StoreLocked, () => _sandbox.FreshStore(first).ReadAsync("a", default, default));
        await ((IStoreMaintenance)_sandbox.FreshStore(second)).ChangeProtectionAsync(null, default);
        Assert.Equal("value", await ReadAsync(_sandbox.FreshStore(), "a"));
        Assert.Single(Directory.GetFiles(Path.Combine(_sandbox.Folder, "home", "config", "keys")));
    }

    [Fact]
    public async Task RotatingTheKeyKeepsEveryVersionAndOldCiphertextIsUseless()
    {
        ISecretStore store = _sandbox.Store();
        await CreateAsync(store, "a", "one");
        using SecretValue two = SecretValue.FromText("two");
        await store.AddVersionAsync("a", two, null, null, default);
        await CreateAsync(store, "b", "other");
        byte[] before = File.ReadAllBytes(_sandbox.StoreFile);
        Assert.Equal(3, await ((IStoreMaintenance)store).RotateKeyAsync(default));
        Assert.Equal("two", await ReadAsync(_sandbox.FreshStore(), "a"));
        using ReadSecret old = await _sandbox.FreshStore().ReadAsync("a", new VersionSelector("1", null), default);
        Assert.Equal("one", old.Value.RevealText("a"));

        // The session that was open goes on with the new key.
        Assert.Equal("other", await ReadAsync(store, "b"));
        Assert.NotEqual(before, File.ReadAllBytes(_sandbox.StoreFile));
    }

    [Fact]
    public async Task ABackupIsOpenedByItsOwnPassphraseAlone()
    {
        ISecretStore store = _sandbox.Store();
        await CreateAsync(store, "a", "one");
        using SecretValue passphrase = SecretValue.FromText("of the backup");
        using SecretValue wrong = SecretValue.FromText("wrong");
        string backup = _sandbox.File("backup");
        await ((IStoreMaintenance)store).BackupAsync(backup, passphrase, overwrite: false, default);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(backup));
        }

        using SecretValue two = SecretValue.FromText("two");
        await store.AddVersionAsync("a", two, null, null, default);

        IStoreMaintenance maintenance = (IStoreMaintenance)store;
        await SecretStoreContract.Fails(
            ErrorIds.SecretExists,
            () => maintenance.RestoreBackupAsync(backup, passphrase, overwrite: false, default)
        );
        await SecretStoreContract.Fails(
            ErrorIds.StoreLocked,
            () => maintenance.RestoreBackupAsync(backup, wrong, overwrite: true, default)
        );
        Assert.Equal("two", await ReadAsync(store, "a"));
        await maintenance.RestoreBackupAsync(backup, passphrase, overwrite: true, default);
        Assert.Equal("one", await ReadAsync(_sandbox.FreshStore(), "a"));

        // Another machine: no key file, no store.
        using Sandbox elsewhere = new();
        await ((IStoreMaintenance)elsewhere.Store()).RestoreBackupAsync(backup, passphrase, overwrite: false, default);
        Assert.Equal("one", await ReadAsync(elsewhere.FreshStore(), "a"));
    }

    [Fact]
    public async Task ABackupReplacesNoFileUnaskedAndNeverTheStore()
    {
        ISecretStore store = _sandbox.Store();
        await CreateAsync(store, "a", "one");
        IStoreMaintenance maintenance = (IStoreMaintenance)store;
        using SecretValue passphrase = SecretValue.FromText("of the backup");
        string mine = _sandbox.Write("mine", "text");
        await SecretStoreContract.Fails(ErrorIds.FileExists, () => maintenance.BackupAsync(mine, passphrase, overwrite: false, default));
        Assert.Equal("text", File.ReadAllText(mine));
        await SecretStoreContract.Fails(
            ErrorIds.BadArgument,
            () => maintenance.BackupAsync(_sandbox.StoreFile, passphrase, overwrite: true, default)
        );
        Assert.Equal("one", await ReadAsync(_sandbox.FreshStore(), "a"));
    }

    [Fact]
    public async Task ADamagedStoreIsNotBackedUpOverAGoodBackupAndIsReplacedByIt()
    {
        ISecretStore store = _sandbox.Store();
        await CreateAsync(store, "a", "one");
        IStoreMaintenance maintenance = (IStoreMaintenance)store;
        using SecretValue passphrase = SecretValue.FromText("of the backup");
        string backup = _sandbox.File("backup");
        await maintenance.BackupAsync(backup, passphrase, overwrite: false, default);
        byte[] good = await File.ReadAllBytesAsync(backup);
        using (Microsoft.Data.Sqlite.SqliteConnection connection = new($"Data Source={_sandbox.StoreFile};Pooling=False"))
        {
            connection.Open();
            using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
            command.CommandText = "UPDATE versions SET sealed = x'00'";
            command.ExecuteNonQuery();
        }

        await SecretStoreContract.Fails(ErrorIds.StoreCorrupt, () => maintenance.BackupAsync(backup, passphrase, overwrite: true, default));
        Assert.Equal(good, await File.ReadAllBytesAsync(backup));
        await maintenance.RestoreBackupAsync(backup, passphrase, overwrite: true, default);
        Assert.Equal("one", await ReadAsync(_sandbox.FreshStore(), "a"));
        await File.WriteAllTextAsync(_sandbox.StoreFile, "no database at all, but something");
        await ((IStoreMaintenance)_sandbox.FreshStore()).RestoreBackupAsync(backup, passphrase, overwrite: true, default);
        Assert.Equal("one", await ReadAsync(_sandbox.FreshStore(), "a"));
    }

    [Fact]
    public async Task AnEmptyPassphraseProtectsNothingAndIsRefused()
    {
        using SecretValue empty = SecretValue.FromText("");
        await SecretStoreContract.Fails(ErrorIds.EmptyValue, () => Task.FromResult(_sandbox.FreshStore(empty)));
        _sandbox.Set("FLOWSECRETS_PASSPHRASE_FILE", _sandbox.Write("passphrase", "\n"));
        await SecretStoreContract.Fails(ErrorIds.EmptyValue, () => Task.FromResult(_sandbox.FreshStore()));
    }

    [Fact]
    public async Task ADamagedBackupReplacesNothing()
    {
        ISecretStore store = _sandbox.Store();
        await CreateAsync(store, "a", "one");
        using SecretValue passphrase = SecretValue.FromText("of the backup");
        string backup = _sandbox.Write("backup", "this is no database, but long enough to look like a file with something in it");
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            ((IStoreMaintenance)store).RestoreBackupAsync(backup, passphrase, overwrite: true, default)
        );
        Assert.Equal(ErrorIds.StoreCorrupt, error.Id);
        Assert.Equal("one", await ReadAsync(_sandbox.FreshStore(), "a"));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_sandbox.StoreFile)!));
    }

    [Fact]
    public async Task AFileWithAValueNeverHoldsIt()
    {
        await CreateAsync(_sandbox.Store(), "a", "CANARY-in-the-store");
        foreach (string file in Directory.GetFiles(_sandbox.Folder, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf("CANARY"u8));
        }
    }

    internal static async Task CreateAsync(ISecretStore store, string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        await store.CreateAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), value, default);
    }

    internal static async Task<string> ReadAsync(ISecretStore store, string name)
    {
        using ReadSecret read = await store.ReadAsync(name, default, default);
        return read.Value.RevealText(name);
    }
}
