using System.Security.Cryptography;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Local;

/// <content>Passphrase, key and backup.</content>
internal sealed partial class LocalStore
{
    public Task ChangeProtectionAsync(SecretValue? newPassphrase, CancellationToken cancellationToken)
    {
        RequireStore();
        RequirePassphrase(newPassphrase);
        KeyWrap? made = null;
        KeyChange? change = null;
        Guid store = default;
        try
        {
            KeyWrap old = _vault.Write(
                session =>
                {
                    store = session.Meta.Store;
                    byte[] dataKey = _vault.Unwrap(session.Meta, passphrase);
                    KeyWrap before = session.Meta.Wrap;
                    (made, change) = _vault.Seal(store, dataKey, newPassphrase, before, null);
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
            _vault.DeleteUnusedKeyFile(store, made);
            throw;
        }
        finally
        {
            change?.Dispose();
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
        new LocalBackup(location, _vault, passphrase).Write(path, passphraseOfBackup, overwrite, cancellationToken);
        return Task.CompletedTask;
    }

    public Task RestoreBackupAsync(string path, SecretValue passphraseOfBackup, bool overwrite, CancellationToken cancellationToken)
    {
        new LocalBackup(location, _vault, passphrase).Restore(path, passphraseOfBackup, overwrite, cancellationToken);
        return Task.CompletedTask;
    }

    private void RequireStore()
    {
        if (!Exists)
        {
            throw new FlowSecretException(
                ErrorIds.StoreUnavailable,
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
                location.File,
                "The passphrase is empty",
                "Give one, for instance: (New-FlowSecretValue -Kind Passphrase).Value"
            );
        }
    }
}
