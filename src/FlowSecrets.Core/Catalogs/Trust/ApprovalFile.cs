using System.Text;
using FlowSecrets.Files;

namespace FlowSecrets.Catalogs.Trust;

/// <summary>
/// The approvals of this user, in a file of the configuration folder: one record per line, its fields parted by tabs (real path of the
/// catalog, kind, source or destination, content hash). Backslash, tab and line ends in a field are escaped.
/// </summary>
internal static class ApprovalFile
{
    private const string Name = "approvals";

    /// <summary>For the records of catalogs with tens of thousands of workloads.</summary>
    private const long Limit = FileReader.ValueLimit;

    /// <summary>The records of one catalog.</summary>
    /// <param name="catalog">Its real path.</param>
    public static IReadOnlyList<TrustRecord> Read(string catalog, Func<string, string?> variable) =>
        [.. Lines(variable).Where(l => l.Catalog == catalog).Select(static l => l.Record)];

    /// <summary>Adds records of a catalog; a script's record replaces the one of its earlier content.</summary>
    /// <exception cref="FlowSecretException">LimitReached, and what a file's reading or writing says.</exception>
    public static void Add(string catalog, IReadOnlyCollection<TrustRecord> records, Func<string, string?> variable)
    {
        HashSet<(TrustKind, string)> replaced = [.. records.Select(static r => (r.Kind, r.Subject))];
        Write(
            Lines(variable)
                .Where(l => l.Catalog != catalog || !replaced.Contains((l.Record.Kind, l.Record.Subject)))
                .Concat(records.Select(r => (catalog, r))),
            variable
        );
    }

    private static IEnumerable<(string Catalog, TrustRecord Record)> Lines(Func<string, string?> variable)
    {
        foreach (string line in FileReader.OwnLines(FileName(variable), Limit))
        {
            string[] fields = [.. line.Split('\t').Select(EscapedField.Decode)];
            if (fields is [{ } catalog, { } kind, { } subject, { } content] && Enum.TryParse(kind, out TrustKind known))
            {
                yield return (catalog, new TrustRecord(known, subject, content));
            }
        }
    }

    private static void Write(IEnumerable<(string Catalog, TrustRecord Record)> lines, Func<string, string?> variable)
    {
        StringBuilder text = new();
        foreach ((string catalog, TrustRecord record) in lines.ToList())
        {
            string[] fields = [catalog, record.Kind.ToString(), record.Subject, record.Content];
            text.AppendJoin('\t', fields.Select(EscapedField.Encode)).Append('\n');
        }

        byte[] content = Encoding.UTF8.GetBytes(text.ToString());
        if (content.Length > Limit)
        {
            // A larger file could not be read again.
            throw FileErrors.TooLarge(FileName(variable), Limit);
        }

        FileWriter.Write(FileName(variable), content, FileAudience.Owner, replace: true);
    }

    private static string FileName(Func<string, string?> variable) => Path.Combine(UserFolders.Configuration(variable), Name);
}
