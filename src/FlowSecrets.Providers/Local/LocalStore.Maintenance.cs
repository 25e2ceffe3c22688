using System.Security.Cryptography;
using FlowSecrets.Files;

namespace FlowSecrets.Providers.Local;

/// <content>Passphrase, key and backup.</content>
internal sealed partial class LocalStore
{
    public Task ChangeProtectionAsync(SecretValue? newPassphrase, CancellationToken cancellationToken)
    {
        RequireStore();
        RequirePassphrase(newPassphrase);
        KeyWrap? made = null;
        Guid store = default;
        try
        {
            KeyWrap old = _vault.Write(
                session =>
                {
                    store = session.Meta.Store;
                    byte[] dataKey = _vault.Unwrap(session.Meta, passphrase);
                    KeyWrap before = session.Meta.Wrap;
                    made = _vault.Seal(store, dataKey, newPassphrase);
                    session.SetWrap(made);
                    CryptographicOperations.ZeroMemory(dataKey);
                    return before;
                },
                cancellationToken);

            made = null;

            // Only after the commit: a kill in between leaves a key file too many, never one too few.
            _vault.DeleteKeyFile(store, old);
        }
        catch when (made is not null)
        {
            // Nothing was committed, so the new key file wraps nothing.
            _vault.DeleteKeyFile(store, made);
            throw;
        }

        return Task.CompletedTask;
    }

    public Task<int> RotateKeyAsync(CancellationToken cancellationToken)
    {
        RequireStore();
        return Task.FromResult(_vault.Write(
            session =>
            {
                LocalMeta meta = session.Meta;
                byte[] dataKey = RandomNumberGenerator.GetBytes(32);

                // The same key file or passphrase goes on wrapping: a kill before the commit then leaves all as it was.
                KeyWrap wrap = _vault.SealAgain(meta, dataKey);
                using StoreCipher cipher = new(meta.Store, dataKey);
                int count = 0;
                foreach (SecretTable table in session.All("").ToList())
                {
                    foreach (VersionRow version in table.Versions.Where(static v => v.State != VersionState.Destroyed))
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        using SecretValue value = session.Open(table, version);
                        (version.Nonce, byte[] sealedValue) = cipher.Seal(table.Name, version.Number, value);
                        version.IsChanged = true;
                        session.Database.WriteSealed(table.Name, version.Number, sealedValue);
                        count++;
                    }

                    session.Database.WriteTable(table, cipher);
                }

                (byte[] names, byte[] mac) = LocalSession.Fingerprint(session.Database.ReadNames(), cipher);
                session.Database.WriteMeta(meta with { Wrap = wrap, Names = names, NamesMac = mac });
                return count;
            },
            cancellationToken));
    }

    public Task BackupAsync(string path, SecretValue passphraseOfBackup, bool overwrite, CancellationToken cancellationToken)
    {
        RequireStore();
        RequirePassphrase(passphraseOfBackup);
        PrivateFile.RequirePlain(path);
        if (string.Equals(Path.GetFullPath(path), location.File, OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase))
        {
            throw new FlowSecretException(ErrorIds.BadArgument, FlowErrorCategory.InvalidArgument, path, $"'{path}' is the store itself", "Name another file for the backup.");
        }

        if (File.Exists(path) && !overwrite)
        {
            throw new FlowSecretException(ErrorIds.FileExists, FlowErrorCategory.ResourceExists, path, $"There is a file '{path}' already", "Name another file, or replace it with -Force.");
        }

        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        _vault.Read(
            false,
            session =>
            {
                byte[] dataKey = _vault.Unwrap(session.Meta, passphrase);
                KeyWrap wrap = KeyWrap.SealByPassphrase(session.Meta.Store, dataKey, passphraseOfBackup);
                CryptographicOperations.ZeroMemory(dataKey);
                try
                {
                    // VACUUM INTO takes an empty file, so it is made with the right mode first.
                    PrivateFile.CreateNew(temporary).Dispose();
                    using (LocalDatabase source = LocalDatabase.Open(location.File))
                    {
                        source.CopyTo(temporary);
                    }

                    using (LocalDatabase copy = LocalDatabase.Open(temporary))
                    {
                        copy.WriteMeta(copy.ReadMeta() with { Wrap = wrap });
                    }

                    cancellationToken.ThrowIfCancellationRequested();
                    File.Move(temporary, path, overwrite: true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new FlowSecretException(ErrorIds.FileNotWritable, FlowErrorCategory.WriteError, path, $"'{path}' cannot be written", "Check the rights of its folder and the free space of the disk.", e);
                }
                finally
                {
                    File.Delete(temporary);
                }

                return true;
            },
            cancellationToken);
        return Task.CompletedTask;
    }

    public Task RestoreBackupAsync(string path, SecretValue passphraseOfBackup, bool overwrite, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new FlowSecretException(ErrorIds.BadInput, FlowErrorCategory.ObjectNotFound, path, $"There is no backup '{path}'", "Name the file that Backup-FlowSecretStore wrote.");
        }

        if (Exists && !overwrite)
        {
            throw new FlowSecretException(ErrorIds.SecretExists, FlowErrorCategory.ResourceExists, location.File, $"There is a local store '{location.File}' already", "Back it up first, then add -Force to put the backup in its place.");
        }

        PrivateFile.CreateFolder(Path.GetDirectoryName(location.File)!);
        string temporary = $"{location.File}.{Guid.NewGuid():N}.new";
        try
        {
            using (FileStream copy = PrivateFile.CreateNew(temporary))
            using (FileStream source = File.OpenRead(path))
            {
                source.CopyTo(copy);
                copy.Flush(flushToDisk: true);
            }

            // The copy is opened as a store of its own: a wrong passphrase or a damaged backup is found before anything is replaced.
            LocalVault backup = new(location with { File = temporary }, passphraseOfBackup, path);
            backup.Write(
                session =>
                {
                    _ = session.All("").Count();
                    byte[] dataKey = backup.Unwrap(session.Meta, passphraseOfBackup);
                    session.SetWrap(_vault.Seal(session.Meta.Store, dataKey, passphrase));
                    CryptographicOperations.ZeroMemory(dataKey);
                    return true;
                },
                cancellationToken);
            using (LocalDatabase restored = LocalDatabase.Open(temporary))
            {
                restored.Settle();
            }

            cancellationToken.ThrowIfCancellationRequested();
            SettleOld();
            File.Move(temporary, location.File, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
            DeleteJournals(temporary);
        }

        return Task.CompletedTask;
    }

    /// <summary>The old store's journal must not be taken for the new one's; what it holds goes into the old file first.</summary>
    private void SettleOld()
    {
        try
        {
            if (Exists)
            {
                using LocalDatabase old = LocalDatabase.Open(location.File);
                old.Settle();
            }
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // It is damaged, which is why it is replaced.
        }

        DeleteJournals(location.File);
    }

    private static void DeleteJournals(string file)
    {
        File.Delete(file + "-wal");
        File.Delete(file + "-shm");
    }

    private void RequireStore()
    {
        if (!Exists)
        {
            throw new FlowSecretException(ErrorIds.StoreUnavailable, FlowErrorCategory.ObjectNotFound, location.File, $"There is no local store '{location.File}' yet", "The first secret makes it: Initialize-FlowSecret or New-FlowSecret.");
        }
    }

    private void RequirePassphrase(SecretValue? value)
    {
        if (value is not null && value.IsEmpty())
        {
            throw new FlowSecretException(ErrorIds.EmptyValue, FlowErrorCategory.InvalidArgument, location.File, "The passphrase is empty", "Give one, for instance: (New-FlowSecretValue -Kind Passphrase).Value");
        }
    }
}
