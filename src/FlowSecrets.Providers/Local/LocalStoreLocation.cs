using System.Security.Cryptography;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Model;
using FlowSecrets.Processes;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Local;

/// <summary>Where a store and the key files lie: never in one folder.</summary>
/// <param name="File">The store, an absolute path.</param>
/// <param name="KeyFolder">Where its key file lies, named by the store's id.</param>
internal sealed record LocalStoreLocation(string File, string KeyFolder)
{
    public const string PassphraseVariable = PassphraseVariables.Value;
    public const string PassphraseFileVariable = PassphraseVariables.File;

    public static LocalStoreLocation Find(StoreSelection selection, Func<string, string?> variable)
    {
        string file = selection.Path is { } path
            ? Path.GetFullPath(path)
            : Path.Combine(UserFolders.Data(variable), StoreSelection.FileName);
        if (Directory.Exists(file))
        {
            file = Path.Combine(file, StoreSelection.FileName);
        }

        return new LocalStoreLocation(file, Path.Combine(UserFolders.Configuration(variable), "keys"));
    }

    /// <param name="mark">The wrap's own mark.</param>
    public string KeyFile(Guid storeId, byte[] mark) =>
        Path.Combine(KeyFolder, $"{storeId:N}-{Convert.ToHexStringLower(mark.AsSpan(0, 4))}.key");

    /// <summary>The passphrase that the environment gives; null where it gives none.</summary>
    /// <exception cref="FlowSecretException">StoreLocked: the file that it names cannot be read.</exception>
    public static SecretValue? PassphraseOf(Func<string, string?> variable)
    {
        if (variable(PassphraseFileVariable) is not { } file)
        {
            return variable(PassphraseVariable) is { } text ? SecretValue.FromText(text) : null;
        }

        byte[] bytes;
        try
        {
            bytes = FileReader.Named(file, FileReader.SmallLimit, ErrorIds.StoreLocked);
        }
        catch (FlowSecretException e)
        {
            throw new FlowSecretException(
                ErrorIds.StoreLocked,
                file,
                $"The file that {PassphraseFileVariable} names cannot be used. {e.Cause}",
                $"Make it readable for this user, or unset {PassphraseFileVariable}.",
                e
            );
        }

        try
        {
            // Editors of Windows write a byte order mark, or UTF-16; neither is part of the passphrase.
            return FileReader.HasMark(bytes)
                ? SecretValue.FromText(FileReader.Text(bytes, file, ErrorIds.StoreLocked).TrimEnd('\r', '\n'))
                : SecretValue.FromBytes(bytes.AsSpan().TrimEnd("\r\n"u8));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}

/// <summary>What two requests must share to share a client: place and identity. The passphrase is compared by a keyed hash.</summary>
internal sealed record LocalStoreKey(LocalStoreLocation Location, string Identity)
{
    private static readonly byte[] ProcessKey = RandomNumberGenerator.GetBytes(32);

    public static LocalStoreKey For(LocalStoreLocation location, SecretValue? passphrase) =>
        new(location, passphrase is null ? "" : Convert.ToHexString(HMACSHA256.HashData(ProcessKey, passphrase.AsSpan())));
}
