using FlowSecrets.Errors;
using FlowSecrets.Files;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Catalogs;

/// <summary>Finds the catalog: from a folder upwards as far as the repository's root, and only in folders that the user owns.</summary>
internal static class CatalogLocator
{
    public static readonly string[] FileNames = ["flowsecrets.yaml", "flowsecrets.yml", "flowsecrets.json"];

    /// <returns>The path; null where there is none.</returns>
    /// <exception cref="FlowSecretException">FileUnsafe: there is one in a folder that belongs to somebody else.</exception>
    public static string? Find(string folder)
    {
        // Without a repository nothing marks an end, so only the folder itself is looked at.
        string last = RepositoryRoot(folder) ?? folder;
        for (string? at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            foreach (string name in FileNames)
            {
                string path = Path.Combine(at, name);
                if (FileEntry.Look(path).Kind is not (FileKind.Absent or FileKind.Folder))
                {
                    return FileOwner.IsMine(at)
                        ? path
                        : throw new FlowSecretException(
                            ErrorIds.FileUnsafe,
                            path,
                            $"There is a catalog at '{path}', but its folder belongs to another user",
                            $"If you trust it, name it: {Shell($"-CatalogPath {path}")}"
                        );
                }
            }

            if (string.Equals(at, last, StringComparison.Ordinal))
            {
                break;
            }
        }

        return null;
    }

    /// <summary>The nearest folder upwards that holds <c>.git</c>; null where there is none.</summary>
    public static string? RepositoryRoot(string folder)
    {
        for (string? at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            if (Path.Exists(Path.Combine(at, ".git")))
            {
                return at;
            }
        }

        return null;
    }
}
