using System.Text;

namespace FlowSecrets.Files;

/// <summary>
/// Which files of their own this user's Sync-FlowLocalEnv wrote: their real paths, a line each, in the configuration folder. Such a file is
/// updated; any other that stands in the way is replaced only with -Force.
/// </summary>
internal static class WrittenFiles
{
    private const string Name = "written-files";

    /// <param name="path">Without links.</param>
    public static bool Contains(string path, Func<string, string?> variable) =>
        FileReader.OwnLines(FileName(variable)).Contains(EscapedField.Encode(path));

    public static void Add(string path, Func<string, string?> variable)
    {
        string[] lines = FileReader.OwnLines(FileName(variable));
        if (!lines.Contains(EscapedField.Encode(path)))
        {
            // What is not there any more is forgotten.
            IEnumerable<string> all = lines.Where(static l => File.Exists(EscapedField.Decode(l))).Append(EscapedField.Encode(path));
            byte[] text = Encoding.UTF8.GetBytes(string.Concat(all.Select(static l => l + "\n")));
            FileWriter.Write(FileName(variable), text, FileAudience.Owner, replace: true);
        }
    }

    private static string FileName(Func<string, string?> variable) => Path.Combine(UserFolders.Configuration(variable), Name);
}
