using FlowSecrets.Errors;
using FlowSecrets.Files;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Catalogs;

/// <summary>
/// Remembers which catalogs the user approved, by the hash of their content: a line of hash and path each in a file of the user's
/// configuration folder. A changed catalog is a new one.
/// </summary>
internal static class CatalogTrust
{
    public static bool IsApproved(Catalog catalog, Func<string, string?> variable)
    {
        string file = FileName(variable);
        return File.Exists(file) && File.ReadLines(file).Any(l => l.StartsWith(catalog.ContentHash + " ", StringComparison.Ordinal));
    }

    public static void Approve(Catalog catalog, Func<string, string?> variable)
    {
        string file = FileName(variable);
        PrivateFile.CreateFolder(Path.GetDirectoryName(file)!);
        string[] others = File.Exists(file)
            ? [.. File.ReadLines(file).Where(l => !l.EndsWith(" " + catalog.Path, StringComparison.Ordinal))]
            : [];
        PrivateFile.WriteAtomically(
            file,
            System.Text.Encoding.UTF8.GetBytes(string.Join('\n', [.. others, $"{catalog.ContentHash} {catalog.Path}", ""]))
        );
    }

    /// <summary>Refuses a path outside of the repository, or in its .git, unless the catalog is trusted.</summary>
    /// <exception cref="FlowSecretException">CatalogNotTrusted.</exception>
    public static void RequireInside(Catalog catalog, string path, bool trusted, Func<string, string?> variable)
    {
        // By what links lead to; and what git keeps for itself (hooks, configuration) is no part of the repository's content.
        string relative = Path.GetRelativePath(PrivateFile.RealPath(catalog.Root), PrivateFile.RealPath(path));
        string[] parts = relative.Split(Path.DirectorySeparatorChar);
        bool outside = Path.IsPathRooted(relative) || parts[0] == ".." || parts.Contains(".git", StringComparer.OrdinalIgnoreCase);
        if (outside && !trusted && !IsApproved(catalog, variable))
        {
            throw new FlowSecretException(
                ErrorIds.CatalogNotTrusted,
                catalog.Path,
                $"The catalog names '{path}', which is outside of its repository '{catalog.Root}' or git's own, and it was not approved",
                $"Read it, then run: {Shell($"Approve-FlowSecretCatalog -CatalogPath {catalog.Path}")}"
            );
        }
    }

    private static string FileName(Func<string, string?> variable) =>
        Path.Combine(UserFolders.Configuration(variable), "approved-catalogs");
}
