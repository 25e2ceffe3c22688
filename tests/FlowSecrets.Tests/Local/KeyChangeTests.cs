using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Local;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Local;

/// <summary>
/// What a kill leaves behind of a change of keys is removed by the next write, and nothing else is. A kill is played by what is on the disk
/// at that moment.
/// </summary>
public sealed class KeyChangeTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    private string Keys => Path.Combine(_sandbox.Folder, "home", "config", "keys");

    [Fact]
    public async Task AChangeThatEndsLeavesNoRecord()
    {
        await WriteAsync("a");
        await ((IStoreMaintenance)_sandbox.FreshStore()).ChangeProtectionAsync(null, default);
        Assert.Equal([".key"], Directory.GetFiles(Keys).Select(Path.GetExtension));
    }

    [Fact]
    public async Task ANewKeyOfAChangeThatWasNotCommittedIsRemoved()
    {
        await WriteAsync("a");
        string current = Assert.Single(Directory.GetFiles(Keys));
        string left = Leave("00000001", old: current, temporary: "");
        await WriteAsync("b");
        Assert.Equal([current], Directory.GetFiles(Keys));
        Assert.False(File.Exists(left));
        Assert.Equal("a", await LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), "a"));
    }

    [Fact]
    public async Task AnOldKeyOfAChangeThatWasCommittedIsRemoved()
    {
        await WriteAsync("a");
        string old = Assert.Single(Directory.GetFiles(Keys));
        byte[] key = await File.ReadAllBytesAsync(old, TestContext.Current.CancellationToken);
        await ((IStoreMaintenance)_sandbox.FreshStore()).ChangeProtectionAsync(null, default);
        string current = Assert.Single(Directory.GetFiles(Keys));
        await File.WriteAllBytesAsync(old, key, TestContext.Current.CancellationToken);
        Record(current, old, "");
        await WriteAsync("b");
        Assert.Equal([current], Directory.GetFiles(Keys));
        Assert.Equal("a", await LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), "a"));
    }

    [Fact]
    public async Task AKeyWithoutARecordStays()
    {
        await WriteAsync("a");
        string current = Assert.Single(Directory.GetFiles(Keys));
        string other = current[..^12] + "00000001.key";
        File.Copy(current, other);
        await WriteAsync("b");
        Assert.Equal(2, Directory.GetFiles(Keys).Length);
    }

    /// <summary>A copy of the store elsewhere has the same id, and its own record.</summary>
    [Fact]
    public async Task ARecordOfAnotherPathIsLeftAlone()
    {
        await WriteAsync("a");
        string current = Assert.Single(Directory.GetFiles(Keys));
        string made = current[..^12] + "00000001.key";
        File.Copy(current, made);
        await File.WriteAllTextAsync(
            Path.ChangeExtension(made, ".change"),
            $"{_sandbox.File("elsewhere.db")}\t\t\n",
            TestContext.Current.CancellationToken
        );
        await WriteAsync("b");
        Assert.Equal(3, Directory.GetFiles(Keys).Length);
    }

    [Fact]
    public async Task ARecordWhoseProcessLivesIsLeftAlone()
    {
        await WriteAsync("a");
        string current = Assert.Single(Directory.GetFiles(Keys));
        Guid store = Guid.ParseExact(Path.GetFileName(current)[..32], "N");
        LocalStoreLocation location = new(_sandbox.StoreFile, Keys);
        using (KeyChange.Begin(location, store, new byte[16], null, null))
        {
            await File.WriteAllTextAsync(location.KeyFile(store, new byte[16]), "new", TestContext.Current.CancellationToken);
            await WriteAsync("b");
            Assert.Equal(3, Directory.GetFiles(Keys).Length);
        }

        Assert.Equal(2, Directory.GetFiles(Keys).Length);
    }

    /// <summary>Its temporary file is still there, so it never became a store.</summary>
    [Fact]
    public async Task TheKeyOfAStoreThatWasNeverMadeIsRemovedWithItsFile()
    {
        await WriteAsync("a");
        string current = Assert.Single(Directory.GetFiles(Keys));
        string temporary = $"{_sandbox.StoreFile}.{Guid.NewGuid():N}.new";
        await File.WriteAllTextAsync(temporary, "", TestContext.Current.CancellationToken);
        string left = Leave("00000001", null, temporary, Guid.NewGuid());
        await WriteAsync("b");
        Assert.Equal([current], Directory.GetFiles(Keys));
        Assert.False(File.Exists(left));
        Assert.False(File.Exists(temporary));
    }

    /// <summary>Without its temporary file it may have become a store that was moved away since, which needs its key.</summary>
    [Fact]
    public async Task TheKeyOfAStoreThatMayHaveBeenMovedStays()
    {
        await WriteAsync("a");
        string left = Leave("00000001", null, $"{_sandbox.StoreFile}.{Guid.NewGuid():N}.new", Guid.NewGuid());
        await WriteAsync("b");
        Assert.True(File.Exists(left));
        Assert.Empty(Directory.GetFiles(Keys, "*.change"));
    }

    [Fact]
    public async Task ARestoreThatFailsLeavesNoKey()
    {
        await WriteAsync("a");
        using SecretValue passphrase = SecretValue.FromText("of the backup");
        await ((IStoreMaintenance)_sandbox.Store()).BackupAsync(_sandbox.File("b"), passphrase, false, default);
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() =>
            ((IStoreMaintenance)_sandbox.FreshStore()).RestoreBackupAsync(_sandbox.File("b"), passphrase, true, cancelled.Token)
        );
        Assert.Single(Directory.GetFiles(Keys));
    }

    /// <summary>Makes a key file and its record, as a kill leaves them.</summary>
    private string Leave(string mark, string? old, string temporary, Guid? store = null)
    {
        string current = Directory.GetFiles(Keys)[0];
        string made = Path.Combine(Keys, $"{store?.ToString("N") ?? Path.GetFileName(current)[..32]}-{mark}.key");
        File.Copy(current, made);
        Record(made, old, temporary);
        return made;
    }

    private void Record(string made, string? old, string temporary) =>
        File.WriteAllText(
            Path.ChangeExtension(made, ".change"),
            $"{_sandbox.StoreFile}\t{(old is null ? "" : Path.GetFileNameWithoutExtension(old)[33..])}\t{temporary}\n"
        );

    private Task WriteAsync(string name) => LocalStoreKeyTests.CreateAsync(_sandbox.FreshStore(), name, name);
}
