using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FlowSecrets.Files;

/// <summary>What stands at a path.</summary>
internal enum FileKind
{
    Absent,
    Regular,
    Folder,
    Link,
    Pipe,
    Socket,
    Device,
}

/// <summary>What the file system says of a path, without opening it.</summary>
/// <param name="Size">Bytes of a regular file.</param>
/// <param name="Owner">Id of the user that owns it; null on Windows.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly partial record struct FileEntry(FileKind Kind, long Size, uint? Owner)
{
    private const int FormatMask = 0xF000;

    public bool Exists => Kind != FileKind.Absent;

    /// <summary>The name of its kind, as a message uses it.</summary>
    public string Name =>
        Kind switch
        {
            FileKind.Absent => "not there",
            FileKind.Regular => "a regular file",
            FileKind.Folder => "a folder",
            FileKind.Link => "a symbolic link",
            FileKind.Pipe => "a named pipe (FIFO)",
            FileKind.Socket => "a socket",
            _ => "a device",
        };

    /// <summary>The path itself: a link at its end is not followed.</summary>
    /// <exception cref="IOException">The path cannot be looked at, for instance because its links run in a circle.</exception>
    public static FileEntry Look(string path)
    {
        FilePaths.RequireNoNul(path);
        return OperatingSystem.IsWindows() ? LookOnWindows(path, follow: false) : LookOnUnix(path, LStat);
    }

    /// <summary>What the path leads to.</summary>
    /// <exception cref="IOException">The path cannot be looked at.</exception>
    public static FileEntry Follow(string path)
    {
        FilePaths.RequireNoNul(path);
        return OperatingSystem.IsWindows() ? LookOnWindows(path, follow: true) : LookOnUnix(path, Stat);
    }

    private delegate int StatCall(string path, Span<byte> status);

    private static FileEntry LookOnUnix(string path, StatCall stat)
    {
        // The runtime's own shim: its layout is the same on Linux and macOS (flags, mode, user, group: 32 bits each, then size and times).
        Span<byte> status = stackalloc byte[512];
        if (stat(path, status) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return UnixErrors.IsAbsent(error) ? default : throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }

        FileKind kind = (BinaryPrimitives.ReadInt32LittleEndian(status[4..]) & FormatMask) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Folder,
            0xA000 => FileKind.Link,
            0x1000 => FileKind.Pipe,
            0xC000 => FileKind.Socket,
            _ => FileKind.Device,
        };
        return new FileEntry(
            kind,
            BinaryPrimitives.ReadInt64LittleEndian(status[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(status[8..])
        );
    }

    private static FileEntry LookOnWindows(string path, bool follow)
    {
        if (path.StartsWith(@"\\.\", StringComparison.Ordinal))
        {
            return new FileEntry(FileKind.Device, 0, null);
        }

        if (Directory.Exists(path))
        {
            return new FileEntry(!follow && new DirectoryInfo(path).LinkTarget is not null ? FileKind.Link : FileKind.Folder, 0, null);
        }

        // A placeholder of OneDrive is a reparse point too, but no link.
        FileInfo file = new(path);
        return !follow && file.LinkTarget is not null ? new FileEntry(FileKind.Link, 0, null)
            : file.Exists ? new FileEntry(FileKind.Regular, file.Length, null)
            : default;
    }

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_LStat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int LStat(string path, Span<byte> status);

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Stat(string path, Span<byte> status);
}
