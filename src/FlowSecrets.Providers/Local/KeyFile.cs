using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Model;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Local;

/// <summary>
/// A file with the key that wraps a store's data key: one line, <c>flowsecrets-key-1 STORE-ID BASE64</c>; 0600, and on Windows
/// sealed by DPAPI for the user as well.
/// </summary>
internal static class KeyFile
{
    private const string Header = "flowsecrets-key-1";

    /// <summary>Makes a new one, or replaces the one that is there.</summary>
    /// <returns>The key; the caller zeroes it.</returns>
    public static byte[] Create(string path, Guid store)
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        byte[] stored = OperatingSystem.IsWindows()
            ? ProtectedData.Protect(key, store.ToByteArray(), DataProtectionScope.CurrentUser)
            : key;
        byte[] line = Encoding.ASCII.GetBytes($"{Header} {store:N} {Convert.ToBase64String(stored)}\n");
        FileWriter.Write(path, line, FileAudience.Owner, replace: true);
        CryptographicOperations.ZeroMemory(line);
        return key;
    }

    /// <exception cref="FlowSecretException">StoreLocked: not there, not readable, of another store, or open to others.</exception>
    public static byte[] Read(string path, Guid store)
    {
        if (PrivateFile.Exposure(path) is { } exposure)
        {
            throw Locked(
                path,
                $"The store's key file {exposure.TrimEnd('.')}",
                $"Take others' rights away: {Shell($"chmod 600 {path}")}. If somebody may have read it, change it: "
                    + $"Set-FlowSecretStore -UseKeyFile -RotateKey",
                cause: AccessCauses.FileExposed
            );
        }

        string text;
        try
        {
            text = Encoding.ASCII.GetString(FileReader.Named(path, FileReader.SmallLimit));
        }
        catch (FlowSecretException e)
        {
            throw Locked(
                path,
                $"The store's key file cannot be used. {e.Cause}",
                "Put it back from your own copy, or restore a backup: Restore-FlowSecretStore -BackupPath FILE -Force",
                e
            );
        }

        string[] parts = text.TrimEnd().Split(' ');
        try
        {
            if (parts is [Header, { } id, { } key] && Guid.TryParseExact(id, "N", out Guid owner) && owner == store)
            {
                byte[] stored = Convert.FromBase64String(key);
                byte[] bytes = OperatingSystem.IsWindows()
                    ? ProtectedData.Unprotect(stored, store.ToByteArray(), DataProtectionScope.CurrentUser)
                    : stored;
                if (bytes.Length == 32)
                {
                    return bytes;
                }
            }
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            throw Locked(
                path,
                $"The key file '{path}' is damaged or was made by another user",
                "Put it back from your own copy, or restore a backup: Restore-FlowSecretStore -BackupPath FILE -Force",
                e
            );
        }

        throw Locked(
            path,
            $"The key file '{path}' is not this store's",
            "Put it back from your own copy, or restore a backup: Restore-FlowSecretStore -BackupPath FILE -Force"
        );
    }

    private static FlowSecretException Locked(string path, string message, Remedy remedy, Exception? inner = null, string? cause = null) =>
        new(ErrorIds.StoreLocked, path, message, remedy, inner) { AccessCause = cause };
}
