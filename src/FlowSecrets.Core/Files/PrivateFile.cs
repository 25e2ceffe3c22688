using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using System.Text.RegularExpressions;
using FlowSecrets.Errors;

namespace FlowSecrets.Files;

/// <summary>
/// Files with values: made for the owner alone (0600, an ACL on Windows, both at creation), beside their target, flushed to the
/// disk, and renamed over it. A reader sees the old file or the new one, never half of one.
/// </summary>
internal static partial class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>Makes a folder for the owner alone; one that is there stays as it is.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
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

    /// <summary>Writes the whole file, or leaves the old one as it was.</summary>
    /// <param name="verify">Called with the finished bytes on the disk before the rename; throws to stop it.</param>
    /// <exception cref="FlowSecretException">FileUnsafe: the path is a symbolic link or no plain file.</exception>
    public static void WriteAtomically(
        string path,
        ReadOnlySpan<byte> content,
        Action<byte[]>? verify = null,
        CancellationToken cancellationToken = default
    )
    {
        RequirePlain(path);
        try
        {
            Replace(path, content, verify, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlowSecretException(
                ErrorIds.FileNotWritable,
                path,
                $"'{path}' cannot be written",
                "Check the rights of its folder and the free space of the disk; the old file, if any, is as it was.",
                e
            );
        }
    }

    private static void Replace(string path, ReadOnlySpan<byte> content, Action<byte[]>? verify, CancellationToken cancellationToken)
    {
        string temporary = Path.Combine(Path.GetDirectoryName(path)!, $"{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        RemoveRemains(path);
        try
        {
            using (FileStream stream = CreateNew(temporary))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            verify?.Invoke(File.ReadAllBytes(temporary));
            cancellationToken.ThrowIfCancellationRequested();
            Rename(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>
    /// What a killed process left behind, by the whole of its name: a user's own .tmp is not ours. A minute is longer than any write takes.
    /// </summary>
    private static void RemoveRemains(string path)
    {
        string name = Path.GetFileName(path);
        foreach (string remains in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, name + ".*.tmp"))
        {
            if (
                TemporaryEnding().IsMatch(Path.GetFileName(remains)[name.Length..])
                && File.GetLastWriteTimeUtc(remains) < DateTime.UtcNow.AddMinutes(-1)
            )
            {
                File.Delete(remains);
            }
        }
    }

    /// <summary>No symbolic link is followed, so that nobody can send a value elsewhere.</summary>
    public static void RequirePlain(string path)
    {
        if (Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                path,
                $"The folder '{folder}' is not there",
                "Make it, or name another path."
            );
        }

        RequireNoLink(path);
    }

    /// <summary>As <see cref="RequirePlain"/>, for a file whose folder may be made later.</summary>
    public static void RequireNoLink(string path)
    {
        FileInfo file = new(path);
        bool odd =
            file.LinkTarget is not null || Directory.Exists(path) || (file.Exists && file.Attributes.HasFlag(FileAttributes.ReparsePoint));
        if (odd)
        {
            throw new FlowSecretException(
                ErrorIds.FileUnsafe,
                path,
                $"'{path}' is a link or a folder, not a plain file",
                "Remove it, or name another path."
            );
        }
    }

    /// <summary>The path with every link of it followed, as far as it exists.</summary>
    public static string RealPath(string path)
    {
        string real = Path.GetPathRoot(path)!;
        foreach (string segment in Path.GetRelativePath(real, path).Split(Path.DirectorySeparatorChar))
        {
            real = Path.Combine(real, segment);
            FileSystemInfo entry = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
            if (entry.LinkTarget is not null && entry.ResolveLinkTarget(returnFinalTarget: true) is { } target)
            {
                real = RealPath(target.FullName);
            }
        }

        return real;
    }

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

    private static void Rename(string from, string to)
    {
        // On Windows a virus scanner or an editor may hold the target for a moment.
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                File.Move(from, to, overwrite: true);
                return;
            }
            catch (Exception e) when (OperatingSystem.IsWindows() && attempt < 10 && e is IOException or UnauthorizedAccessException)
            {
                Thread.Sleep(20 * attempt);
            }
        }
    }

    [GeneratedRegex(@"\A\.[0-9a-f]{32}\.tmp\z")]
    private static partial Regex TemporaryEnding();

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
