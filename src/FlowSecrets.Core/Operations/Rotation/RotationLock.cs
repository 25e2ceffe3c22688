using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.Rotation;

/// <summary>
/// One rotation of a secret at a time on this machine: the operating system's own lock of an empty file, which ends with the process.
/// Between machines the
/// stores' compare-and-swap decides; the lock only spares two processes of one machine from meeting there.
/// </summary>
internal sealed class RotationLock : IDisposable
{
    private readonly List<FileStream> _files = [];

    /// <exception cref="FlowSecretException">RotationInProgress.</exception>
    public static RotationLock Take(Place place, IEnumerable<string> names, Func<string, string?> variable)
    {
        RotationLock taken = new();
        string folder = Path.Combine(UserFolders.Data(variable), "locks");
        PrivateFile.CreateFolder(folder);
        try
        {
            // In order, so that two units which share a carrier never wait for each other.
            foreach (string name in names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                string file = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{place.Store}\n{place.Location}\n{name}")))[
                    ..32
                ];
                taken._files.Add(Open(Path.Combine(folder, file + ".lock"), name));
            }

            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    public void Dispose() => _files.ForEach(static f => f.Dispose());

    private static FileStream Open(string path, string name)
    {
        try
        {
            return FileWriter.OpenLock(path);
        }
        catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException && !IsHeld(e)))
        {
            throw new FlowSecretException(
                ErrorIds.StoreUnavailable,
                name,
                $"The lock of the rotation of '{name}' cannot be taken at '{path}': {e.Message.TrimEnd('.')}",
                "See to its folder's permissions and room, or set FLOWSECRETS_HOME to another one.",
                e
            );
        }
        catch (IOException e)
        {
            throw new FlowSecretException(
                ErrorIds.RotationInProgress,
                name,
                $"Another process of this machine rotates '{name}' just now",
                "Wait until it has ended, then see: Get-FlowSecretRotation. Run the command again only if that says that something "
                    + "is left.",
                e
            );
        }
    }

    /// <summary>Whether another process has it: ERROR_SHARING_VIOLATION, or EWOULDBLOCK of Linux and macOS.</summary>
    private static bool IsHeld(Exception error) => error.HResult is unchecked((int)0x80070020) or unchecked((int)0x80070021) or 11 or 35;
}
