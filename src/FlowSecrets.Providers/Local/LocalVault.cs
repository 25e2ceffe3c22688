using System.Security.Cryptography;
using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Values;
using Microsoft.Data.Sqlite;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Local;

/// <summary>Opens a store's file and its key, makes both at the first write, and turns every failure into an id.</summary>
/// <param name="shownAs">What messages call the file; null: its own name.</param>
internal sealed class LocalVault(LocalStoreLocation location, SecretValue? passphrase, string? shownAs = null)
{
    private readonly string _name = shownAs ?? location.File;
    private readonly Lock _gate = new();
    private (KeyWrap Wrap, StoreCipher Cipher)? _opened;

    /// <summary>Whether what killed processes left behind was removed.</summary>
    private volatile bool _finished;

    public LocalStoreLocation Location => location;

    /// <summary>Whether there is a file; a folder that may not be looked into is an error, not an absence.</summary>
    /// <exception cref="FlowSecretException">StoreUnavailable.</exception>
    public bool Exists
    {
        get
        {
            try
            {
                _ = File.GetAttributes(location.File);
                return true;
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Unusable(e);
            }
        }
    }

    /// <summary>How the key is wrapped now; null where it cannot be read.</summary>
    public KeyWrap? CurrentWrap()
    {
        try
        {
            using LocalDatabase database = LocalDatabase.Open(location.File);
            return database.ReadMeta().Wrap;
        }
        catch (Exception e) when (e is SqliteException or FormatException or IOException)
        {
            return null;
        }
    }

    /// <summary>What opens the store, as far as it is known: what did, or what a new one would have.</summary>
    public string Identity => (_opened is { } opened ? IsByPassphrase(opened.Wrap) : passphrase is not null) ? "passphrase" : "key file";

    /// <summary>Reads one state of the store.</summary>
    /// <param name="absent">The answer when there is no store yet.</param>
    public T Read<T>(T absent, Func<LocalSession, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Exists
            ? Guard(() =>
            {
                using LocalSession session = OpenToRead();
                return read(session);
            })
            : absent;
    }

    /// <summary>Changes the store in one transaction; nothing happens after cancellation.</summary>
    public T Write<T>(Func<LocalSession, T> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Guard(() =>
        {
            Create(cancellationToken);
            using LocalSession session = OpenSession(LocalDatabase.Open(location.File), d => d.Begin(cancellationToken));
            if (!_finished)
            {
                KeyChange.Finish(location, session.Meta);
                _finished = true;
            }

            T result = change(session);
            cancellationToken.ThrowIfCancellationRequested();
            session.Database.Commit();
            return result;
        });
    }

    /// <summary>A consistent copy of the whole file at this moment, as it is.</summary>
    public void CopyTo(string file)
    {
        try
        {
            using LocalDatabase source = LocalDatabase.Open(location.File);
            source.CopyTo(file);
        }
        catch (SqliteException e) when (LocalDatabase.IsWithoutJournal(e, location.File))
        {
            using LocalDatabase source = LocalDatabase.OpenUnchanging(location.File);
            source.CopyTo(file);
        }
    }

    /// <summary>Makes an empty store unless there is one. Whoever renames first wins; the other's file and key are removed.</summary>
    public void Create(CancellationToken cancellationToken)
    {
        if (Exists)
        {
            return;
        }

        PrivateFile.CreateFolder(Path.GetDirectoryName(location.File)!);
        if (File.Exists(location.File + "-wal"))
        {
            // A new store would take the journal of the old one for its own.
            throw LocalSession.Corrupt(_name, null);
        }

        Guid store = Guid.NewGuid();
        byte[] dataKey = RandomNumberGenerator.GetBytes(32);
        string temporary = $"{location.File}.{store:N}.new";

        // Before the key file: as long as the temporary file is there, nobody needs the key.
        PrivateFile.CreateNew(temporary).Dispose();
        (KeyWrap wrap, KeyChange? change) = Seal(store, dataKey, passphrase, null, temporary);
        using KeyChange? done = change;
        using StoreCipher cipher = new(store, dataKey);
        (byte[] names, byte[] mac) = LocalSession.Fingerprint([], cipher);
        bool moved = false;
        try
        {
            LocalDatabase.Create(temporary, new LocalMeta(store, wrap, names, mac));
            cancellationToken.ThrowIfCancellationRequested();
            FileWriter.Publish(temporary, location.File, replace: false);
            moved = true;
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.FileExists || File.Exists(location.File))
        {
            // Another process made it meanwhile.
        }
        finally
        {
            if (!moved)
            {
                FileWriter.Remove(temporary);
                DeleteKeyFile(store, wrap);
            }
        }
    }

    /// <summary>Wraps a data key by a passphrase or, without one, by a new key file beside those that are there.</summary>
    /// <param name="old">The wrap that this one replaces; null: none.</param>
    /// <param name="temporary">The file that becomes the store; null: the store itself is changed.</param>
    /// <returns>The record of the change is the caller's: it is disposed of once the change is done or taken back.</returns>
    public (KeyWrap Wrap, KeyChange? Change) Seal(Guid store, byte[] dataKey, SecretValue? by, KeyWrap? old, string? temporary)
    {
        if (by is not null)
        {
            KeyWrap wrap = KeyWrap.SealByPassphrase(store, dataKey, by);
            bool leavesKeyFile = old is not null && !IsByPassphrase(old);
            return (wrap, leavesKeyFile ? KeyChange.Begin(location, store, wrap.Salt, old, temporary) : null);
        }

        byte[] mark = RandomNumberGenerator.GetBytes(16);
        KeyChange change = KeyChange.Begin(location, store, mark, old is null || IsByPassphrase(old) ? null : old, temporary);
        try
        {
            return (KeyWrap.SealByKeyFile(store, dataKey, mark, KeyFile.Create(location.KeyFile(store, mark), store)), change);
        }
        catch
        {
            change.Dispose();
            throw;
        }
    }

    /// <summary>Wraps another data key by what wraps the present one.</summary>
    public KeyWrap SealAgain(LocalMeta meta, byte[] dataKey) =>
        IsByPassphrase(meta.Wrap)
            ? KeyWrap.SealByPassphrase(meta.Store, dataKey, passphrase!)
            : KeyWrap.SealByKeyFile(
                meta.Store,
                dataKey,
                meta.Wrap.Salt,
                KeyFile.Read(location.KeyFile(meta.Store, meta.Wrap.Salt), meta.Store)
            );

    /// <summary>Removes a key file that wraps nothing any more.</summary>
    public void DeleteKeyFile(Guid store, KeyWrap wrap)
    {
        if (!IsByPassphrase(wrap))
        {
            FileWriter.Remove(location.KeyFile(store, wrap.Salt));
        }
    }

    /// <summary>Removes the key file of a change that failed, unless it had taken effect before.</summary>
    public void DeleteUnusedKeyFile(Guid store, KeyWrap wrap)
    {
        if (!Exists || (CurrentWrap() is { } current && !current.Salt.AsSpan().SequenceEqual(wrap.Salt)))
        {
            DeleteKeyFile(store, wrap);
        }
    }

    private static bool IsByPassphrase(KeyWrap wrap) => string.Equals(wrap.Kind, KeyWrap.ByPassphrase, StringComparison.Ordinal);

    /// <summary>The data key of a store; the caller zeroes it.</summary>
    /// <exception cref="FlowSecretException">StoreLocked, StoreCorrupt.</exception>
    public byte[] Unwrap(LocalMeta meta, SecretValue? by)
    {
        if (!meta.Wrap.IsSound())
        {
            throw LocalSession.Corrupt(_name, null);
        }

        bool byPassphrase = IsByPassphrase(meta.Wrap);
        string keyFile = location.KeyFile(meta.Store, meta.Wrap.Salt);
        if (byPassphrase && by is null)
        {
            throw Locked(
                $"The local store '{_name}' is locked by a passphrase, and none was given",
                $"Give it: "
                    + $"{Shell($"Connect-FlowSecretStore -Store Local -Path {_name} -Passphrase (Read-Host -AsSecureString)")}"
                    + $", or set {LocalStoreLocation.PassphraseFileVariable} to a file that holds it."
            );
        }

        byte[] key = byPassphrase ? meta.Wrap.KeyOf(by!) : KeyFile.Read(keyFile, meta.Store);
        return meta.Wrap.Open(meta.Store, key)
            ?? throw Locked(
                byPassphrase
                    ? $"The passphrase does not open the local store '{_name}'"
                    : $"The key file '{keyFile}' does not open the local store '{_name}'",
                byPassphrase
                    ? "Check the passphrase. If it is right, the file was changed: use a backup."
                    : "Put the right key file back from your own copy, or restore a backup: Restore-FlowSecretStore -BackupPath FILE -Force"
            );
    }

    public T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException e)
        {
            throw LocalSession.Translate(e, _name);
        }
        catch (Exception e)
            when (e
                    is FormatException
                        or InvalidCastException
                        or OverflowException
                        or JsonException
                        or ArgumentException
                        or InvalidOperationException
                        and not ObjectDisposedException
            )
        {
            // What a damaged file makes of rows: other types, other lengths.
            throw LocalSession.Corrupt(_name, null, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(e);
        }
    }

    private LocalSession OpenToRead()
    {
        try
        {
            return OpenSession(LocalDatabase.Open(location.File), static d => d.BeginRead());
        }
        catch (SqliteException e) when (LocalDatabase.IsWithoutJournal(e, location.File))
        {
            return OpenSession(LocalDatabase.OpenUnchanging(location.File), static d => d.BeginRead());
        }
    }

    private LocalSession OpenSession(LocalDatabase database, Action<LocalDatabase> begin)
    {
        try
        {
            begin(database);
            LocalMeta meta = database.ReadMeta();
            return new LocalSession(database, meta, CipherOf(meta), _name);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>The cipher of the last opening, unless the wrap changed in between.</summary>
    private StoreCipher CipherOf(LocalMeta meta)
    {
        lock (_gate)
        {
            if (
                _opened is { } opened
                && meta.Wrap.Sealed.AsSpan().SequenceEqual(opened.Wrap.Sealed)
                && meta.Wrap.Nonce.AsSpan().SequenceEqual(opened.Wrap.Nonce)
            )
            {
                return opened.Cipher;
            }

            StoreCipher cipher = new(meta.Store, Unwrap(meta, passphrase));
            _opened = (meta.Wrap, cipher);
            return cipher;
        }
    }

    private FlowSecretException Unusable(Exception e) =>
        new FlowSecretException(
            ErrorIds.StoreUnavailable,
            _name,
            $"The local store '{_name}' cannot be used",
            "Check that its folder is there and belongs to this user, or name another: Connect-FlowSecretStore -Store Local -Path FILE",
            e
        );

    private FlowSecretException Locked(string cause, Remedy remedy) => new(ErrorIds.StoreLocked, _name, cause, remedy);
}
