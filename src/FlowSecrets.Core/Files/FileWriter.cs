using System.Text.RegularExpressions;
using FlowSecrets.Errors;

namespace FlowSecrets.Files;

/// <summary>Who may read a file that is written.</summary>
internal enum FileAudience
{
    /// <summary>The owner alone: 0600, an access control list on Windows. Folders that are made for it are 0700.</summary>
    Owner,

    /// <summary>Whoever the user's mask lets read it, or could read the file that is replaced.</summary>
    Everyone,
}

/// <summary>
/// The door through which all files are written: beside their target, flushed to the disk, and renamed over it. A reader sees the old file
/// or the new one, never half of one. The target is a regular file or absent.
/// </summary>
internal static partial class FileWriter
{
    /// <summary>Throws what a write to this path would throw before it does anything.</summary>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    /// <returns>What stands there now.</returns>
    /// <exception cref="FlowSecretException">FileUnsafe: no regular file. FileExists. FileNotWritable.</exception>
    public static FileEntry Check(string path, bool replace)
    {
        FileEntry entry = CheckKind(path);
        return entry.Exists && !replace
            ? throw new FlowSecretException(
                ErrorIds.FileExists,
                path,
                $"There is a file '{path}' already",
                "Name another file, or replace it with -Force."
            )
            : entry;
    }

    /// <summary>The same for a file that the user names: a folder is not made of a slip of the pen.</summary>
    /// <exception cref="FlowSecretException">BadArgument: its folder is not there; and what the other throws.</exception>
    public static FileEntry CheckNamed(string path, bool replace)
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

        return Check(path, replace);
    }

    /// <summary>The same for a file whose content is merged or compared before it is replaced.</summary>
    public static FileEntry CheckKind(string path)
    {
        FileEntry entry;
        try
        {
            entry = FileEntry.Look(path);
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e))
        {
            throw FileErrors.Write(path, e);
        }

        return entry.Kind is FileKind.Absent or FileKind.Regular ? entry : throw FileErrors.NotRegular(path, entry);
    }

    /// <summary>Writes the whole file, or leaves the old one as it was.</summary>
    /// <param name="path">An absolute path. Its folder is made if it is not there.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    /// <param name="verify">Called with the finished bytes on the disk before the rename; throws to stop it.</param>
    /// <exception cref="FlowSecretException">FileUnsafe, FileExists, FileNotWritable.</exception>
    public static void Write(
        string path,
        ReadOnlySpan<byte> content,
        FileAudience audience,
        bool replace,
        Action<byte[]>? verify = null,
        CancellationToken cancellationToken = default
    )
    {
        Check(path, replace);
        try
        {
            CreateFolder(Path.GetDirectoryName(path)!, audience);
            string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
            RemoveRemains(path);
            try
            {
                Stage(temporary, path, audience, content);
                verify?.Invoke(File.ReadAllBytes(temporary));
                cancellationToken.ThrowIfCancellationRequested();
                Rename(temporary, path, replace);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e))
        {
            throw FileErrors.Write(path, e);
        }
    }

    /// <summary>
    /// Writes several files, or none: all are on the disk before the first is renamed. After an error the new files and folders are
    /// gone and the old files are back.
    /// </summary>
    /// <param name="files">Absolute paths, each with its content.</param>
    /// <param name="verify">Called when all are on the disk, before the first rename; throws to stop it.</param>
    /// <exception cref="FlowSecretException">FileUnsafe, FileExists, FileNotWritable.</exception>
    public static void WriteAll(
        IReadOnlyList<(string Path, Func<ReadOnlySpan<byte>> Content)> files,
        FileAudience audience,
        bool replace,
        Action? verify = null,
        CancellationToken cancellationToken = default
    )
    {
        using FileBatch batch = new(replace);
        foreach ((string path, Func<ReadOnlySpan<byte>> content) in files)
        {
            Check(path, replace);
            try
            {
                string folder = Path.GetDirectoryName(path)!;
                batch.Note(folder);
                CreateFolder(folder, audience);
                RemoveRemains(path);
                Stage(batch.Temporary(path), path, audience, content());
                if (File.Exists(path))
                {
                    Stage(batch.Old(path), path, audience, FileReader.Regular(path, FileReader.ValueLimit));
                }
            }
            catch (Exception e) when (FileErrors.IsOfFiles(e))
            {
                throw FileErrors.Write(path, e);
            }
        }

        verify?.Invoke();
        cancellationToken.ThrowIfCancellationRequested();
        batch.Publish();
    }

    private static void Stage(string temporary, string path, FileAudience audience, ReadOnlySpan<byte> content)
    {
        using FileStream stream = Create(temporary, path, audience);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Puts a finished file of the same folder in another's place.</summary>
    /// <exception cref="FlowSecretException">FileUnsafe, FileExists, FileNotWritable.</exception>
    public static void Publish(string temporary, string path, bool replace)
    {
        Check(path, replace);
        try
        {
            Rename(temporary, path, replace);
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e))
        {
            throw FileErrors.Write(path, e);
        }
    }

    /// <summary>Removes a file if it is there.</summary>
    public static void Remove(string path) => File.Delete(path);

    /// <summary>Opens the empty file of a lock, which is made if it is not there; the operating system locks it for one process.</summary>
    /// <param name="create">Whether it is made.</param>
    /// <exception cref="IOException">Another process has it, or it cannot be made.</exception>
    public static FileStream OpenLock(string path, bool create = true)
    {
        FileEntry entry = FileEntry.Look(path);
        return entry.Kind is FileKind.Absent or FileKind.Regular
            ? new FileStream(path, create ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.ReadWrite, FileShare.None)
            : throw FileErrors.NotRegular(path, entry);
    }

    private static void CreateFolder(string folder, FileAudience audience)
    {
        if (audience == FileAudience.Owner)
        {
            PrivateFile.CreateFolder(folder);
        }
        else
        {
            Directory.CreateDirectory(folder);
        }
    }

    private static FileStream Create(string temporary, string path, FileAudience audience)
    {
        if (audience == FileAudience.Owner)
        {
            return PrivateFile.CreateNew(temporary);
        }

        FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        if (!OperatingSystem.IsWindows() && File.Exists(path))
        {
            File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(path));
        }

        return stream;
    }

    /// <summary>
    /// What a killed process left behind, by the whole of its name: a user's own .tmp is not ours. A minute is longer than any write takes.
    /// </summary>
    private static void RemoveRemains(string path)
    {
        string name = Path.GetFileName(path);
        foreach (string remains in Directory.EnumerateFiles(Path.GetDirectoryName(path)!))
        {
            string file = Path.GetFileName(remains);
            if (
                file.StartsWith(name, StringComparison.Ordinal)
                && TemporaryEnding().IsMatch(file[name.Length..])
                && File.GetLastWriteTimeUtc(remains) < DateTime.UtcNow.AddMinutes(-1)
            )
            {
                File.Delete(remains);
            }
        }
    }

    private static void Rename(string from, string to, bool replace)
    {
        // On Windows a virus scanner or an editor may hold the target for a moment.
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                File.Move(from, to, replace);
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
}
