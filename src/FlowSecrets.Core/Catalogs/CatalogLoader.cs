using System.Collections.Concurrent;
using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Catalogs;

/// <summary>Finds and reads catalogs; an unchanged file is read once a process.</summary>
internal static class CatalogLoader
{
    private const string PathVariable = "FLOWSECRETS_CATALOG";

    private static readonly ConcurrentDictionary<string, (DateTime Written, long Length, Catalog Catalog)> Cache = new(
        StringComparer.Ordinal
    );

    private static readonly ConcurrentDictionary<string, (DateTime Written, long Length)> Invalids = new(StringComparer.Ordinal);

    /// <summary>The catalog that a command uses; null where none is found and none was named.</summary>
    /// <exception cref="FlowSecretException">NoCatalog: the named one is not there. CatalogInvalid: all its problems.</exception>
    /// <param name="guess">From the file's text: which store will be opened.</param>
    public static Catalog? Find(CatalogSource source, string? catalogPath, Func<string, StoreKind?>? guess = null) =>
        PathOf(source, catalogPath) is { } path ? Load(source, path, catalogPath, guess) : null;

    /// <exception cref="FlowSecretException">NoCatalog, CatalogInvalid.</exception>
    public static Catalog Require(
        CatalogSource source,
        string? catalogPath,
        Remedy? remedy = null,
        Func<string, StoreKind?>? guess = null
    ) =>
        Find(source, catalogPath, guess)
        ?? throw None(source, remedy ?? "Make one with New-FlowSecretCatalog, go to a folder below it, or name it: -CatalogPath FILE");

    /// <summary>
    /// For completion, which nobody waits for: null also for an invalid catalog. An unchanged file is read once, whether it is valid or
    /// not.
    /// </summary>
    public static Catalog? FindValid(CatalogSource source, string? catalogPath)
    {
        if (PathOf(source, catalogPath) is not { } path)
        {
            return null;
        }

        FileInfo file = new(path);
        (DateTime, long) state = (file.LastWriteTimeUtc, file.Length);
        if (Invalids.TryGetValue(path, out (DateTime, long) invalid) && invalid == state)
        {
            return null;
        }

        try
        {
            return Load(source, path, catalogPath, null);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.CatalogInvalid)
        {
            Invalids[path] = state;
            return null;
        }
    }

    /// <summary>Where the catalog is; null where none is found and none was named.</summary>
    public static string? PathOf(CatalogSource source, string? catalogPath)
    {
        string? named = catalogPath ?? source.Variable(PathVariable);
        if (named is null)
        {
            return CatalogLocator.Find(source.WorkingDirectory);
        }

        string path = Path.GetFullPath(named, source.WorkingDirectory);
        return File.Exists(path) ? path : throw Absent(path, catalogPath);
    }

    /// <summary>What the user names may be a link or a pipe; what is found in a repository may not.</summary>
    private static bool IsNamed(CatalogSource source, string? catalogPath) => (catalogPath ?? source.Variable(PathVariable)) is not null;

    private static FlowSecretException Absent(string path, string? catalogPath) =>
        new(
            ErrorIds.NoCatalog,
            path,
            $"There is no catalog '{path}'",
            catalogPath is null ? $"It is named by {PathVariable}: correct or unset that." : "Correct -CatalogPath."
        );

    public static FlowSecretException None(CatalogSource source, Remedy remedy) =>
        new(ErrorIds.NoCatalog, source.WorkingDirectory, $"No flowsecrets.yaml was found from '{source.WorkingDirectory}' upwards", remedy);

    private static Catalog Load(CatalogSource source, string path, string? catalogPath, Func<string, StoreKind?>? guess)
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

        Catalog catalog =
            Read(source, path, catalogPath, guess, out IReadOnlyList<CatalogProblem> problems) ?? throw Invalid(path, problems);
        Cache[path] = (file.LastWriteTimeUtc, file.Length, catalog);
        return catalog;
    }

    /// <param name="path">Where it was found.</param>
    /// <param name="catalogPath">The parameter that names it; null: it was found, or a variable names it.</param>
    /// <exception cref="FlowSecretException">NoCatalog, FileUnsafe, LimitReached.</exception>
    public static Catalog? Read(
        CatalogSource source,
        string path,
        string? catalogPath,
        Func<string, StoreKind?>? guess,
        out IReadOnlyList<CatalogProblem> problems
    )
    {
        byte[] content =
            (
                IsNamed(source, catalogPath)
                    ? FileReader.Named(path, CatalogReader.MaxBytes, ErrorIds.NoCatalog)
                    : FileReader.Regular(path, CatalogReader.MaxBytes, ErrorIds.NoCatalog)
            ) ?? throw Absent(path, catalogPath);
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
            problems.Count > ProblemList.MaxShown
                ? $"The catalog has more than {ProblemList.MaxShown} problems:"
                : $"The catalog has {Words.Count(problems.Count, "problem")}:",
            "Fix them, then check with Test-FlowSecretCatalog.",
            details: [.. problems.Select(static p => p.ToString())]
        );

    /// <summary>The error of one problem, for a command that reports them one by one.</summary>
    public static FlowSecretException Invalid(CatalogProblem problem) =>
        new(ErrorIds.CatalogInvalid, problem.File, problem.ToString(), "Fix it there.");
}
