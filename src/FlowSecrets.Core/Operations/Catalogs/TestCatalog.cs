using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;

namespace FlowSecrets.Operations;

public sealed record CatalogOptions
{
    public string? CatalogPath { get; init; }
}

/// <summary>What a check of a catalog found.</summary>
public sealed record CatalogTest : ItemResult
{
    public required string Path { get; init; }

    public bool IsValid => Problems.Count == 0;

    /// <summary>Whether its content was approved, which scripts and outside paths need.</summary>
    public bool IsTrusted { get; init; }

    public string? Application { get; init; }

    public int Secrets { get; init; }

    public IReadOnlyList<string> Environments { get; init; } = [];

    public IReadOnlyList<CatalogProblem> Problems { get; init; } = [];
}

/// <summary>Checks a catalog and reports all its problems.</summary>
public sealed class TestCatalogOperation(OperationContext context) : IOperation<CatalogOptions, CatalogTest>
{
    public async IAsyncEnumerable<CatalogTest> RunAsync(
        CatalogOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await Task.CompletedTask;
        string path =
            CatalogLoader.PathOf(context, options.CatalogPath)
            ?? throw CatalogLoader.None(context, "Make one with New-FlowSecretCatalog, or name it: -CatalogPath FILE");
        Catalog? catalog = CatalogLoader.Read(context, path, null, out IReadOnlyList<CatalogProblem> problems);
        yield return new CatalogTest
        {
            Path = path,
            Status = catalog is null ? ItemStatus.Invalid : ItemStatus.Valid,
            Problems = problems,
            Error = catalog is null ? CatalogLoader.Invalid(path, problems) : null,
            Application = catalog?.Application,
            Secrets = catalog?.Secrets.Count ?? 0,
            Environments = [.. catalog?.Environments.Keys ?? []],
            IsTrusted = catalog is not null && CatalogTrust.IsApproved(catalog, context.Variable),
        };
    }
}
