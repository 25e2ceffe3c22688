using System.Globalization;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Json;
using FlowSecrets.Model;

namespace FlowSecrets.Formats.Data;

/// <summary>
/// Reads the file of <c>dotnet user-secrets</c> as .NET's configuration does: JSON with comments and trailing commas, whose nested members
/// become one name with ':' between the parts.
/// </summary>
internal static class UserSecretsReader
{
    /// <summary>Whether a path is where <c>dotnet user-secrets</c> keeps a file.</summary>
    public static bool IsPath(string path) =>
        path.Split('/', '\\') is [.., var folder, _, var file]
        && folder.Equals("usersecrets", StringComparison.OrdinalIgnoreCase)
        && file.Equals("secrets.json", StringComparison.OrdinalIgnoreCase);

    /// <summary>The file of a project's UserSecretsId, where <c>dotnet user-secrets</c> puts it.</summary>
    /// <exception cref="FlowSecretException">BadArgument: the id is no name of a folder, or there is no home folder.</exception>
    public static string PathOf(string id, Func<string, string?> variable)
    {
        if (
            id is "" or "." or ".."
            || id.AsSpan().IndexOfAny('/', '\\') >= 0
            || id.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0
        )
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                id,
                $"'{id}' is no UserSecretsId",
                "Give the <UserSecretsId> of the project file (.csproj)."
            );
        }

        string? root =
            variable("HOME")
            ?? Folder(Environment.SpecialFolder.ApplicationData)
            ?? Folder(Environment.SpecialFolder.UserProfile)
            ?? variable("DOTNET_USER_SECRETS_FALLBACK_DIR");
        return variable("APPDATA") is { } data ? Path.Combine(data, "Microsoft", "UserSecrets", id, "secrets.json")
            : root is not null ? Path.Combine(root, ".microsoft", "usersecrets", id, "secrets.json")
            : throw new FlowSecretException(
                ErrorIds.BadArgument,
                id,
                "There is no home folder, so it is not known where dotnet keeps user secrets",
                "Set DOTNET_USER_SECRETS_FALLBACK_DIR, or name the file with -Path."
            );
    }

    /// <exception cref="FlowSecretException">BadInput; never with a value.</exception>
    public static ValueFile Read(ValueText file)
    {
        DocNode root = JsonReader.Read(JsonComments.Blank(file.Text), file.Path);
        if (root.Kind != DocKind.Map)
        {
            throw Bad(file.Path, root, "user secrets are a JSON object");
        }

        List<ValueEntry> entries = [];
        Dictionary<string, string> seen = new(StringComparer.OrdinalIgnoreCase);
        Stack<(string Name, string Top, DocNode Node)> open = new(
            root.Entries.Reverse().Select(static e => (e.Key.Text, e.Key.Text, e.Value))
        );
        while (open.TryPop(out (string Name, string Top, DocNode Node) at))
        {
            IEnumerable<(string, DocNode)> members = at.Node.Kind switch
            {
                DocKind.Map => at.Node.Entries.Select(static e => (e.Key.Text, e.Value)),
                DocKind.List => at.Node.Items.Select(static (item, i) => (i.ToString(CultureInfo.InvariantCulture), item)),
                _ => [],
            };
            if (at.Node.Kind is not (DocKind.Map or DocKind.List))
            {
                if (!seen.TryAdd(at.Name, at.Name))
                {
                    throw Bad(file.Path, at.Node, $"'{seen[at.Name]}' and '{at.Name}' are one name for .NET");
                }

                entries.Add(
                    new ValueEntry(at.Name, at.Node.Kind == DocKind.Null ? at.Node : DocNode.String(at.Node.Text)) { Root = at.Top }
                );
            }

            foreach ((string member, DocNode node) in members.Reverse())
            {
                open.Push(($"{at.Name}:{member}", at.Top, node));
            }
        }

        return new(entries);
    }

    private static string? Folder(Environment.SpecialFolder folder) =>
        Environment.GetFolderPath(folder) is { Length: > 0 } path ? path : null;

    private static FlowSecretException Bad(string path, DocNode at, string cause) =>
        new(ErrorIds.BadInput, path, $"{path}:{at.Line}:{at.Column}: {cause}", "Correct the file, then try again; nothing was changed.");
}
