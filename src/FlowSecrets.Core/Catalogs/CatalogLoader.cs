using System.Collections.Concurrent;
using FlowSecrets.Errors;
using FlowSecrets.Ports;

namespace FlowSecrets.Catalogs;

/// <summary>Finds and reads catalogs; an unchanged file is read once a process.</summary>
internal static class CatalogLoader
{
    private static readonly ConcurrentDictionary<string, (DateTime Written, long Length, Catalog Catalog)> Cache = new(
        StringComparer.Ordinal
    );

    /// <summary>The catalog that a command uses; null where none is found and none was named.</summary>
    /// <exception cref="FlowSecretException">NoCatalog: the named one is not there. CatalogInvalid: all its problems.</exception>
    /// <param name="guess">From the file's text: which store will be opened.</param>
    public static Catalog? Find(CatalogSource source, string? catalogPath, Func<string, StoreKind?>? guess = null) =>
        PathOf(source, catalogPath) is { } path ? Load(source, path, guess) : null;

    /// <exception cref="FlowSecretException">NoCatalog, CatalogInvalid.</exception>
    public static Catalog Require(
        CatalogSource source,
        string? catalogPath,
        Remedy? remedy = null,
        Func<string, StoreKind?>? guess = null
    ) =>
        Find(source, catalogPath, guess)
        ?? throw None(source, remedy ?? "Make one with New-FlowSecretCatalog, go to a folder below it, or name it: -CatalogPath FILE");

    /// <summary>Where the catalog is; null where none is found and none was named.</summary>
    public static string? PathOf(CatalogSource source, string? catalogPath)
    {
        string? named = catalogPath ?? source.Variable("FLOWSECRETS_CATALOG");
        if (named is null)
        {
            return CatalogLocator.Find(source.WorkingDirectory);
        }

        string path = Path.GetFullPath(named, source.WorkingDirectory);
        return File.Exists(path)
            ? path
            : throw new FlowSecretException(
                ErrorIds.NoCatalog,
                path,
                $"There is no catalog '{path}'",
                catalogPath is null ? "It is named by FLOWSECRETS_CATALOG: correct or unset that." : "Correct -CatalogPath."
            );
    }

    public static FlowSecretException None(CatalogSource source, Remedy remedy) =>
        new(ErrorIds.NoCatalog, source.WorkingDirectory, $"No flowsecrets.yaml was found from '{source.WorkingDirectory}' upwards", remedy);

    private static Catalog Load(CatalogSource source, string path, Func<string, StoreKind?>? guess)
    {
        FileInfo file = new(path);
        if (
            Cache.TryGetValue(path, out (DateTime Written, long Length, Catalog Catalog) cached)
            && cached.Written == file.LastWriteTimeUtc
            && cached.Length == file.Length
        )
        {
            return cached.Catalog;
        }

        Catalog catalog = Read(source, path, guess, out IReadOnlyList<CatalogProblem> problems) ?? throw Invalid(path, problems);
        Cache[path] = (file.LastWriteTimeUtc, file.Length, catalog);
        return catalog;
    }

    public static Catalog? Read(
        CatalogSource source,
        string path,
        Func<string, StoreKind?>? guess,
        out IReadOnlyList<CatalogProblem> problems
    )
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlowSecretException(
                ErrorIds.NoCatalog,
                path,
                $"The catalog '{path}' cannot be read",
                "Check that this user may read it.",
                e
            );
        }

        IProviders providers = source.Providers();
        if (guess?.Invoke(System.Text.Encoding.UTF8.GetString(content)) is { } store)
        {
            providers.Prepare(store);
        }

        return CatalogReader.Read(path, content, providers.Documents, out problems);
    }

    public static FlowSecretException Invalid(string path, IReadOnlyList<CatalogProblem> problems) =>
        new(
            ErrorIds.CatalogInvalid,
            path,
            $"The catalog has {problems.Count} " + $"{(problems.Count == 1 ? "problem" : "problems")}:",
            "Mend them, then check with Test-FlowSecretCatalog.",
            details: [.. problems.Select(static p => p.ToString())]
        );
}
