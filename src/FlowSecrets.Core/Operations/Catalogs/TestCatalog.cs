using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Catalogs;

internal record CatalogOptions
{
    public string? CatalogPath { get; init; }
}

/// <summary>Checks a catalog and reports all its problems.</summary>
internal sealed class TestCatalogOperation(OperationContext context) : IOperation<CatalogOptions, CatalogTest>
{
    public async IAsyncEnumerable<CatalogTest> RunAsync(
        CatalogOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await Task.CompletedTask;
        string path =
            CatalogLoader.PathOf(context.Catalogs, options.CatalogPath)
            ?? throw CatalogLoader.None(context.Catalogs, "Make one with New-FlowSecretCatalog, or name it: -CatalogPath FILE");
        Catalog? catalog = CatalogLoader.Read(
            context.Catalogs,
            path,
            options.CatalogPath,
            null,
            out IReadOnlyList<CatalogProblem> problems
        );
        CatalogApproval[] approvals = catalog is null
            ? []
            : CatalogApprovals.Describe(catalog, new TrustGate(catalog, trustsAll: false, host, context.Variable), context.Variable);
        yield return new CatalogTest
        {
            Path = path,
            Status = catalog is null ? ItemStatus.Invalid : ItemStatus.Valid,
            Problems = [.. problems],
            Error = catalog is null ? CatalogLoader.Invalid(path, problems) : null,
            Application = catalog?.Application,
            Secrets = catalog?.Secrets.Count ?? 0,
            Environments = [.. catalog?.Environments.Keys ?? []],
            IsTrusted = catalog is not null && approvals.All(static a => a.Status != "Missing"),
            Approvals = approvals,
        };
    }
}
