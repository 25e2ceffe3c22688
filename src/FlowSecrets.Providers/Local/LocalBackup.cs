using System.Security.Cryptography;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Local;

/// <summary>Copies a store into a backup, and a backup into a store. What is copied is read whole before it replaces anything.</summary>
internal sealed class LocalBackup(LocalStoreLocation location, LocalVault vault, SecretValue? passphrase)
{
    /// <summary>The most bytes of a backup.</summary>
    private const long BackupLimit = 1024L * 1024 * 1024;

    /// <exception cref="FlowSecretException">BadArgument, FileExists, FileNotWritable, StoreCorrupt, StoreLocked.</exception>
    public void Write(string path, SecretValue passphraseOfBackup, bool overwrite, CancellationToken cancellationToken)
    {
        RequireTarget(path, overwrite);
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        MakeEmpty(temporary, path);
        try
        {
            CopyStoreTo(temporary);

            // The copy is one state of the store. It is read whole before it takes the place of anything.
            LocalVault copy = new(location with { File = temporary }, passphrase, location.File);
            Rewrap(copy, passphrase, (store, dataKey) => KeyWrap.SealByPassphrase(store, dataKey, passphraseOfBackup), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            FileWriter.Publish(temporary, path, overwrite);
        }
        finally
        {
            FileWriter.Remove(temporary);
            DeleteJournals(temporary);
        }
    }

    /// <exception cref="FlowSecretException">BadInput, SecretExists, StoreCorrupt, StoreLocked.</exception>
    public void Restore(string path, SecretValue passphraseOfBackup, bool overwrite, CancellationToken cancellationToken)
    {
        RequireSource(path, overwrite);
        PrivateFile.CreateFolder(Path.GetDirectoryName(location.File)!);
        string temporary = $"{location.File}.{Guid.NewGuid():N}.new";
        KeyChange? change = null;
        Action takeBack = static () => { };
        KeyWrap Seal(Guid store, byte[] dataKey)
        {
            (KeyWrap wrap, change) = vault.Seal(store, dataKey, passphrase, null, temporary);
            takeBack = () => vault.DeleteUnusedKeyFile(store, wrap);
            return wrap;
        }

        try
        {
            CopyBackupTo(path, temporary);

            // The copy is opened as a store of its own: a wrong passphrase or a damaged backup is found before anything is replaced.
            LocalVault backup = new(location with { File = temporary }, passphraseOfBackup, path);
            Rewrap(backup, passphraseOfBackup, Seal, cancellationToken);
            PutInPlace(temporary, overwrite, cancellationToken);
        }
        catch
        {
            takeBack();
            throw;
        }
        finally
        {
            change?.Dispose();
            FileWriter.Remove(temporary);
            DeleteJournals(temporary);
        }
    }

    private void RequireTarget(string path, bool overwrite)
    {
        FileWriter.CheckNamed(path, replace: true);
        if (FilePaths.AreSame(FilePaths.Real(path), FilePaths.Real(location.File)))
        {
            throw new FlowSecretException(ErrorIds.BadArgument, path, $"'{path}' is the store itself", "Name another file for the backup.");
        }

        FileWriter.Check(path, overwrite);
    }

    /// <param name="path">The file that messages name.</param>
    private static void MakeEmpty(string temporary, string path)
    {
        try
        {
            // VACUUM INTO takes an empty file, so it is made with the right mode first.
            PrivateFile.CreateNew(temporary).Dispose();
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e))
        {
            throw FileErrors.Write(path, e);
        }
    }

    private void CopyStoreTo(string temporary) =>
        vault.Guard(() =>
        {
            vault.CopyTo(temporary);
            return true;
        });

    private void RequireSource(string path, bool overwrite)
    {
        if (!File.Exists(path))
        {
            throw new FlowSecretException(
                ErrorIds.BadInput,
                path,
                $"There is no backup '{path}'",
                "Name the file that Backup-FlowSecretStore wrote."
            );
        }

        if (vault.Exists && !overwrite)
        {
            throw new FlowSecretException(
                ErrorIds.SecretExists,
                location.File,
                $"There is a local store '{location.File}' already",
                "Back it up first, then add -Force to put the backup in its place."
            );
        }
    }

    private static void CopyBackupTo(string path, string temporary)
    {
        using FileStream copy = PrivateFile.CreateNew(temporary);
        copy.Write(FileReader.Named(path, BackupLimit));
        copy.Flush(flushToDisk: true);
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
                    session.RequireReadable(table, cancellationToken);
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

        if (overwrite && vault.Exists)
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
        FileWriter.Publish(file, location.File, overwrite);
    }

    private static void DeleteJournals(string file)
    {
        FileWriter.Remove(file + "-wal");
        FileWriter.Remove(file + "-shm");
    }
}
