using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace FlowSecrets.Files;

/// <summary>Files and folders for the owner alone: 0600 and 0700, an access control list on Windows, both at creation.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>Makes a folder for the owner alone, with every parent that is missing; one that is there stays as it is.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        // The runtime gives the mode to the last folder only.
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
        {
            CreateFolder(parent);
        }

        if (OperatingSystem.IsWindows())
        {
            DirectorySecurity security = new();
            ProtectFolder(security);
            security.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerFolder);
        }
    }

    /// <summary>Makes a new file; fails when there is one.</summary>
    public static FileStream CreateNew(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            FileSecurity security = new();
            Protect(security);
            return new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.Modify, FileShare.None, 4096, FileOptions.None, security);
        }

        return new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = OwnerOnly,
            }
        );
    }

    /// <summary>Takes the rights of others away.</summary>
    [UnsupportedOSPlatform("windows")]
    public static void Protect(string path) => File.SetUnixFileMode(path, OwnerOnly);

    /// <summary>What is wrong with a file's protection; null when only its owner can read it.</summary>
    public static string? Exposure(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
        {
            return null;
        }

        UnixFileMode others = File.GetUnixFileMode(path) & ~(OwnerOnly | UnixFileMode.UserExecute);
        return others == UnixFileMode.None
            ? null
            : $"'{path}' can be used by others ({Convert.ToString((int)File.GetUnixFileMode(path), 8)}).";
    }

    [SupportedOSPlatform("windows")]
    private static void Protect(FileSecurity security)
    {
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(Me(), FileSystemRights.FullControl, AccessControlType.Allow));
    }

    [SupportedOSPlatform("windows")]
    private static void ProtectFolder(DirectorySecurity security)
    {
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(
            new FileSystemAccessRule(
                Me(),
                FileSystemRights.FullControl,
                InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit,
                PropagationFlags.None,
                AccessControlType.Allow
            )
        );
    }

    [SupportedOSPlatform("windows")]
    private static SecurityIdentifier Me()
    {
        using WindowsIdentity identity = WindowsIdentity.GetCurrent();
        return identity.User!;
    }
}
