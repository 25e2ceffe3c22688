using System.Text;
using FlowSecrets.Files;

namespace FlowSecrets.Providers.Local;

/// <summary>
/// The record of a change of a store's key, kept while the change lasts: a process that is killed leaves it behind, and the next write to
/// the store reads from it which key file nobody needs. Only what stands in such a record is ever removed, because another store or a copy
/// of this one can have its key file in the same folder. The operating system's lock of the file says whether its process still lives.
/// </summary>
internal sealed class KeyChange : IDisposable
{
    private const string Ending = ".change";

    private readonly FileStream _file;

    private KeyChange(FileStream file) => _file = file;

    /// <summary>Before the new key file is made.</summary>
    /// <param name="salt">Of the new wrap.</param>
    /// <param name="old">The wrap that is replaced; null: there is none.</param>
    /// <param name="temporary">The file that becomes the store; null: the store itself is changed.</param>
    public static KeyChange Begin(LocalStoreLocation location, Guid store, byte[] salt, KeyWrap? old, string? temporary)
    {
        PrivateFile.CreateFolder(location.KeyFolder);
        FileStream file = PrivateFile.CreateNew(Path.ChangeExtension(location.KeyFile(store, salt), Ending));
        try
        {
            string[] fields = [location.File, old is null ? "" : Convert.ToHexStringLower(old.Salt), temporary ?? ""];
            file.Write(Encoding.UTF8.GetBytes(string.Join('\t', fields.Select(EscapedField.Encode)) + "\n"));
            file.Flush(flushToDisk: true);
            return new KeyChange(file);
        }
        catch
        {
            file.Dispose();
            FileWriter.Remove(file.Name);
            throw;
        }
    }

    /// <summary>The change is done, or taken back.</summary>
    public void Dispose()
    {
        _file.Dispose();
        FileWriter.Remove(_file.Name);
    }

    /// <summary>Removes what killed changes of this store left behind. The caller has the store's write lock.</summary>
    /// <param name="meta">What opens the store now.</param>
    public static void Finish(LocalStoreLocation location, LocalMeta meta)
    {
        if (!Directory.Exists(location.KeyFolder))
        {
            return;
        }

        foreach (string record in Directory.EnumerateFiles(location.KeyFolder, "*" + Ending).ToList())
        {
            try
            {
                bool isDone;
                using (FileStream held = FileWriter.OpenLock(record, create: false))
                {
                    isDone = Finish(location, meta, record, FileReader.Bounded(held, record, FileReader.SmallLimit));
                }

                if (isDone)
                {
                    FileWriter.Remove(record);
                }
            }
            catch (Exception e) when (FileErrors.IsOfFiles(e) || e is FlowSecretException)
            {
                // Its process still lives, or another one finishes it just now. A key file too many harms nobody.
            }
        }
    }

    /// <returns>Whether the record is done with; not if it is another store's.</returns>
    private static bool Finish(LocalStoreLocation location, LocalMeta meta, string record, byte[] content)
    {
        string[] fields = [.. Encoding.UTF8.GetString(content).TrimEnd('\n').Split('\t').Select(EscapedField.Decode)];
        if (fields is not [{ } file, { } old, { } temporary])
        {
            // It was not finished, so its key file was not begun. Whose it is, its name says.
            return Path.GetFileName(record).StartsWith(meta.Store.ToString("N"), StringComparison.Ordinal);
        }

        if (file != location.File)
        {
            return false;
        }

        string made = Path.ChangeExtension(record, ".key");
        string current = location.KeyFile(meta.Store, meta.Wrap.Salt);
        if (made == current)
        {
            // It had taken effect.
            Remove(old.Length == 0 ? null : location.KeyFile(meta.Store, Convert.FromHexString(old)), current);
        }
        else if (Path.GetFileName(made).StartsWith(meta.Store.ToString("N"), StringComparison.Ordinal) || IsRest(temporary, file))
        {
            // It had not. Another store's key is needed unless its own file is still the temporary one: it may have been moved since.
            Remove(made, current);
        }

        if (IsRest(temporary, file))
        {
            Array.ForEach(["", "-wal", "-shm"], e => FileWriter.Remove(temporary + e));
        }

        return true;
    }

    private static void Remove(string? key, string current)
    {
        if (key is not null && key != current)
        {
            FileWriter.Remove(key);
        }
    }

    private static bool IsRest(string temporary, string file) =>
        temporary.StartsWith(file + ".", StringComparison.Ordinal)
        && temporary.EndsWith(".new", StringComparison.Ordinal)
        && File.Exists(temporary);
}
