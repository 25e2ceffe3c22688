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
                cancellationToken
            );

            made = null;

            // Only after the commit: a kill in between leaves a key file too many, never one too few.
            _vault.DeleteKeyFile(store, old);
        }
        catch when (made is not null)
        {
            // The new key file wraps nothing, unless the commit had taken effect before it failed.
            if (_vault.CurrentWrap() is { } wrap && !wrap.Salt.AsSpan().SequenceEqual(made.Salt))
            {
                _vault.DeleteKeyFile(store, made);
            }

            throw;
        }

        return Task.CompletedTask;
    }

    public Task<int> RotateKeyAsync(CancellationToken cancellationToken)
    {
        RequireStore();
        return Task.FromResult(
            _vault.Write(
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
                cancellationToken
            )
        );
    }

    public Task BackupAsync(string path, SecretValue passphraseOfBackup, bool overwrite, CancellationToken cancellationToken)
    {
        RequireStore();
        RequirePassphrase(passphraseOfBackup);
        PrivateFile.RequirePlain(path);
        if (
            string.Equals(
                PrivateFile.RealPath(path),
                PrivateFile.RealPath(location.File),
                OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase
            )
        )
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                FlowErrorCategory.InvalidArgument,
                path,
                $"'{path}' is the store itself",
                "Name another file for the backup."
            );
        }

        if (File.Exists(path) && !overwrite)
        {
            throw new FlowSecretException(
                ErrorIds.FileExists,
                FlowErrorCategory.ResourceExists,
                path,
                $"There is a file '{path}' already",
                "Name another file, or replace it with -Force."
            );
        }

        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            // VACUUM INTO takes an empty file, so it is made with the right mode first.
            PrivateFile.CreateNew(temporary).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlowSecretException(
                ErrorIds.FileNotWritable,
                FlowErrorCategory.WriteError,
                path,
                $"'{path}' cannot be written",
                "Check the rights of its folder and the free space of the disk.",
                e
            );
        }

        try
        {
            _vault.Guard(() =>
            {
                using LocalDatabase source = LocalDatabase.Open(location.File);
                source.CopyTo(temporary);
                return true;
            });

            // The copy is one state of the store. It is read whole before it takes the place of anything.
            LocalVault copy = new(location with { File = temporary }, passphrase, location.File);
            Rewrap(copy, passphrase, (store, dataKey) => KeyWrap.SealByPassphrase(store, dataKey, passphraseOfBackup), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            File.Move(temporary, path, overwrite);
        }
        finally
        {
            File.Delete(temporary);
            DeleteJournals(temporary);
        }

        return Task.CompletedTask;
    }

    public Task RestoreBackupAsync(string path, SecretValue passphraseOfBackup, bool overwrite, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new FlowSecretException(
                ErrorIds.BadInput,
                FlowErrorCategory.ObjectNotFound,
                path,
                $"There is no backup '{path}'",
                "Name the file that Backup-FlowSecretStore wrote."
            );
        }

        if (Exists && !overwrite)
        {
            throw new FlowSecretException(
                ErrorIds.SecretExists,
                FlowErrorCategory.ResourceExists,
                location.File,
                $"There is a local store '{location.File}' already",
                "Back it up first, then add -Force to put the backup in its place."
            );
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
            Rewrap(backup, passphraseOfBackup, (store, dataKey) => _vault.Seal(store, dataKey, passphrase), cancellationToken);
            PutInPlace(temporary, overwrite, cancellationToken);
        }
        finally
        {
            File.Delete(temporary);
            DeleteJournals(temporary);
        }

        return Task.CompletedTask;
    }

    /// <summary>Reads a copy of a store whole, every value of it, and lets something else open it.</summary>
    private static void Rewrap(
        LocalVault copy,
        SecretValue? opener,
        Func<Guid, byte[], KeyWrap> seal,
        CancellationToken cancellationToken
    ) =>
        copy.Write(
            session =>
            {
                foreach (SecretTable table in session.All("").ToList())
                {
                    RequireReadable(session, table, cancellationToken);
                }

                byte[] dataKey = copy.Unwrap(session.Meta, opener);
                session.SetWrap(seal(session.Meta.Store, dataKey));
                CryptographicOperations.ZeroMemory(dataKey);
                return true;
            },
            cancellationToken
        );

    /// <summary>
    /// Brings a checked store into this one's place. Where there is a sound store, its rows are replaced in one transaction: other
    /// processes wait for it or come after it, and nobody writes into a file that is gone. Only a damaged one is replaced as a file.
    /// </summary>
    private void PutInPlace(string file, bool overwrite, CancellationToken cancellationToken)
    {
        using (LocalDatabase restored = LocalDatabase.Open(file))
        {
            restored.Settle();
        }

        if (overwrite && Exists)
        {
            try
            {
                using LocalDatabase old = LocalDatabase.Open(location.File);
                old.CheckStructure();
                old.ReplaceBy(file, cancellationToken);
                return;
            }
            catch (Exception e) when (e is FormatException or Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 1 or 11 or 26 })
            {
                DeleteJournals(location.File);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        File.Move(file, location.File, overwrite);
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
            throw new FlowSecretException(
                ErrorIds.StoreUnavailable,
                FlowErrorCategory.ObjectNotFound,
                location.File,
                $"There is no local store '{location.File}' yet",
                "The first secret makes it: Initialize-FlowSecret or New-FlowSecret."
            );
        }
    }

    private void RequirePassphrase(SecretValue? value)
    {
        if (value is not null && value.IsEmpty())
        {
            throw new FlowSecretException(
                ErrorIds.EmptyValue,
                FlowErrorCategory.InvalidArgument,
                location.File,
                "The passphrase is empty",
                "Give one, for instance: (New-FlowSecretValue -Kind Passphrase).Value"
            );
        }
    }
}
