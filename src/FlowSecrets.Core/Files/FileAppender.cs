using FlowSecrets.Errors;

namespace FlowSecrets.Files;

/// <summary>Adds lines to a file that other programs write to as well: all of them, or none.</summary>
internal static class FileAppender
{
    /// <summary>Throws what an addition would throw before it does anything.</summary>
    /// <exception cref="FlowSecretException">FileUnsafe: no regular file. BadArgument: its folder is not there.</exception>
    public static void Check(string path) => FileWriter.CheckNamed(path, replace: true);

    /// <summary>
    /// Adds text at the end, on a line of its own. If that fails half-way, what was written is taken back, unless somebody has added
    /// something after it.
    /// </summary>
    /// <param name="wrap">What the bytes go through on their way; for tests.</param>
    /// <exception cref="FlowSecretException">FileUnsafe, FileNotWritable.</exception>
    public static void Append(
        string path,
        ReadOnlyMemory<byte> text,
        CancellationToken cancellationToken,
        Func<Stream, Stream>? wrap = null
    )
    {
        FileEntry entry = FileWriter.CheckKind(path);
        try
        {
            if (!entry.Exists)
            {
                PrivateFile.CreateNew(path).Dispose();
            }

            using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            long start = file.Length;
            byte[] all = [.. NeedsLineEnd(file) ? "\n"u8 : [], .. text.Span];
            cancellationToken.ThrowIfCancellationRequested();
            file.Position = start;
            try
            {
                Stream to = wrap?.Invoke(file) ?? file;
                to.Write(all);
                to.Flush();
                file.Flush(flushToDisk: true);
            }
            catch
            {
                TakeBack(path, file, start, all);
                throw;
            }
            finally
            {
                Array.Clear(all);
            }
        }
        catch (Exception e) when (FileErrors.IsOfFiles(e))
        {
            throw FileErrors.Write(path, e);
        }
    }

    private static bool NeedsLineEnd(FileStream file)
    {
        if (file.Length == 0)
        {
            return false;
        }

        file.Position = file.Length - 1;
        return file.ReadByte() != '\n';
    }

    /// <summary>What stands after the old end must be the beginning of our text and nothing else.</summary>
    private static void TakeBack(string path, FileStream file, long start, byte[] all)
    {
        long added = file.Length - start;
        if (added <= 0)
        {
            return;
        }

        bool isOurs = added <= all.Length;
        if (isOurs)
        {
            byte[] there = new byte[added];
            file.Position = start;
            file.ReadExactly(there);
            isOurs = there.AsSpan().SequenceEqual(all.AsSpan(0, there.Length));
            Array.Clear(there);
        }

        if (!isOurs)
        {
            throw new FlowSecretException(
                ErrorIds.FileNotWritable,
                path,
                $"'{path}' could not be written to its end, and another program has added lines since",
                "Remove the file, or end the job: a part of the variables stands in it."
            );
        }

        file.SetLength(start);
    }
}
