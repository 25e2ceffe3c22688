using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Errors;

namespace FlowSecrets.Files;

/// <summary>The door through which all files are read.</summary>
internal static class FileReader
{
    /// <summary>The most that a file with a value may hold: far beyond what any store takes.</summary>
    public const long ValueLimit = 16 * 1024 * 1024;

    /// <summary>The most that a small file of this module's own may hold.</summary>
    public const long SmallLimit = 1024 * 1024;

    /// <summary>For a pipe whose writer does not come, or does not end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int Chunk = 64 * 1024;

    /// <summary>
    /// A file that the user named: links are followed, and pipes and devices are read, within limits of size and time.
    /// </summary>
    /// <param name="limit">The most bytes that are read.</param>
    /// <param name="id">What an unreadable file is for the caller.</param>
    /// <exception cref="FlowSecretException">The id given, FileUnsafe, LimitReached.</exception>
    public static byte[] Named(string path, long limit, string id = ErrorIds.BadInput, TimeSpan? patience = null)
    {
        try
        {
            FileEntry entry = FileEntry.Follow(path);
            return entry.Kind switch
            {
                FileKind.Absent => throw new FileNotFoundException(null, path),
                FileKind.Folder or FileKind.Socket => throw FileErrors.NotRegular(path, entry),
                FileKind.Regular => Whole(path, limit),
                _ => Within(path, limit, patience ?? Patience, id),
            };
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e))
        {
            throw FileErrors.Read(path, e, id);
        }
    }

    /// <summary>A file that a catalog or a repository names: a regular file alone, and no link.</summary>
    /// <returns>Null: it is not there.</returns>
    /// <exception cref="FlowSecretException">FileUnsafe, LimitReached, the id given.</exception>
    public static byte[]? Regular(string path, long limit, string id = ErrorIds.BadInput)
    {
        try
        {
            FileEntry entry = FileEntry.Look(path);
            return entry.Kind switch
            {
                FileKind.Absent => null,
                FileKind.Regular => Whole(path, limit),
                _ => throw FileErrors.NotRegular(path, entry),
            };
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e))
        {
            throw FileErrors.Read(path, e, id);
        }
    }

    /// <summary>Everything that a stream brings, up to a limit.</summary>
    /// <param name="name">How messages call it.</param>
    /// <exception cref="FlowSecretException">LimitReached.</exception>
    public static byte[] Bounded(Stream stream, string name, long limit) => ReadAll(stream, name, limit);

    /// <summary>The lines of one of this module's own small files; none if it is not there.</summary>
    /// <exception cref="FlowSecretException">FileUnsafe, LimitReached, BadInput.</exception>
    public static string[] OwnLines(string path, long limit = SmallLimit) =>
        Regular(path, limit) is { } bytes ? Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];

    /// <summary>The text of a file's bytes: UTF-8, or UTF-16 if a byte order mark says so. The mark is no part of the text.</summary>
    /// <exception cref="FlowSecretException">The id given: it is text in neither.</exception>
    public static string Text(ReadOnlySpan<byte> bytes, string path, string id = ErrorIds.BadInput)
    {
        string? text;
        try
        {
            text = bytes switch
            {
                [0xEF, 0xBB, 0xBF, .. var rest] => Strict.GetString(rest),
                [0xFF, 0xFE, .. var rest] => new UnicodeEncoding(false, false, throwOnInvalidBytes: true).GetString(rest),
                [0xFE, 0xFF, .. var rest] => new UnicodeEncoding(true, false, throwOnInvalidBytes: true).GetString(rest),
                _ => Strict.GetString(bytes),
            };
        }
        catch (ArgumentException)
        {
            text = null;
        }

        return text is null || text.Contains('\0')
            ? throw new FlowSecretException(
                id,
                path,
                $"'{path}' is not UTF-8 text",
                "Save it as UTF-8, then try again; nothing was changed."
            )
            : text;
    }

    /// <summary>
    /// Whether the bytes are text in UTF-8. Those with a zero byte are not: no format has one, and UTF-16 without a byte order mark does.
    /// </summary>
    public static bool IsUtf8(ReadOnlySpan<byte> bytes) => System.Text.Unicode.Utf8.IsValid(bytes) && !bytes.Contains((byte)0);

    /// <summary>Whether the bytes are most likely western text in UTF-16 without a byte order mark.</summary>
    public static bool LooksLikeUtf16(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2 || bytes.Length % 2 != 0)
        {
            return false;
        }

        int zeros = bytes[0] == 0 ? 0 : 1;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == 0 != (i % 2 == zeros))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether this user may open a file; it is not changed.</summary>
    public static bool CanOpen(string path, FileAccess access)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e))
        {
            return false;
        }
    }

    /// <summary>Whether the bytes begin with a byte order mark.</summary>
    public static bool HasMark(ReadOnlySpan<byte> bytes) => bytes is [0xEF, 0xBB, 0xBF, ..] or [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];

    private static UTF8Encoding Strict { get; } = new(false, throwOnInvalidBytes: true);

    private static byte[] Whole(string path, long limit)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length > limit)
        {
            throw FileErrors.TooLarge(path, limit);
        }

        return ReadAll(stream, path, limit);
    }

    /// <summary>A read of a pipe cannot be stopped, so the thread that waits for it is left alone.</summary>
    private static byte[] Within(string path, long limit, TimeSpan patience, string id)
    {
        Task<byte[]> read = Task.Factory.StartNew(
            () =>
            {
                using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                return ReadAll(stream, path, limit);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        try
        {
            if (read.Wait(patience))
            {
                return read.Result;
            }
        }
        catch (AggregateException e)
        {
            throw e.InnerException!;
        }

        throw new FlowSecretException(
            id,
            path,
            $"Nothing, or no end, came from '{path}' within {patience.TotalSeconds:0} seconds; it is no regular file",
            "See that the program that writes to it runs, or name a regular file."
        );
    }

    private static byte[] ReadAll(Stream stream, string path, long limit)
    {
        byte[] buffer = new byte[stream.CanSeek && stream.Length > 0 ? (int)Math.Min(stream.Length, limit) + 1 : Chunk];
        int length = 0;
        while (stream.Read(buffer, length, buffer.Length - length) is > 0 and var read)
        {
            length += read;
            if (length > limit)
            {
                CryptographicOperations.ZeroMemory(buffer);
                throw FileErrors.TooLarge(path, limit);
            }

            if (length == buffer.Length)
            {
                buffer = Resized(buffer, buffer.Length * 2, length);
            }
        }

        return Resized(buffer, length, length);
    }

    /// <summary>A copy of another size; the old buffer is erased, since it may hold a value.</summary>
    private static byte[] Resized(byte[] buffer, int size, int length)
    {
        byte[] copy = new byte[size];
        buffer.AsSpan(0, length).CopyTo(copy);
        CryptographicOperations.ZeroMemory(buffer);
        return copy;
    }
}
