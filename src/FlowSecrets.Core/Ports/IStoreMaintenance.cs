using FlowSecrets.Values;

namespace FlowSecrets.Ports;

/// <summary>What only a store that keeps its own key can do.</summary>
internal interface IStoreMaintenance
{
    /// <summary>Whether the store's file is there; it is made at the first write.</summary>
    bool Exists { get; }

    /// <summary>Makes the store if there is none.</summary>
    Task CreateAsync(CancellationToken cancellationToken);

    /// <summary>Wraps the data key by a new passphrase; null: by a new key file.</summary>
    Task ChangeProtectionAsync(SecretValue? newPassphrase, CancellationToken cancellationToken);

    /// <summary>Makes a new data key and encrypts every value anew, in one transaction.</summary>
    /// <returns>How many values were encrypted.</returns>
    Task<int> RotateKeyAsync(CancellationToken cancellationToken);

    /// <summary>Writes a consistent copy that only the given passphrase opens.</summary>
    /// <exception cref="FlowSecretException">FileExists when there is a file already and <paramref name="overwrite"/> is false.</exception>
    Task BackupAsync(string path, SecretValue passphrase, bool overwrite, CancellationToken cancellationToken);

    /// <summary>Puts a backup in this store's place, protected as this selection says.</summary>
    /// <exception cref="FlowSecretException">SecretExists when there is a store already and <paramref name="overwrite"/> is
    /// false.</exception>
    Task RestoreBackupAsync(string path, SecretValue passphrase, bool overwrite, CancellationToken cancellationToken);
}
