using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Catalogs;

/// <summary>Reads the catalog as objects.</summary>
internal sealed class GetCatalogOperation(OperationContext context) : IOperation<CatalogOptions, CatalogInfo>
{
    public async IAsyncEnumerable<CatalogInfo> RunAsync(
        CatalogOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await Task.CompletedTask;
        Catalog catalog = CatalogLoader.Require(context.Catalogs, options.CatalogPath);
        TrustGate trust = new(catalog, trustsAll: false, host, context.Variable);
        yield return CatalogDescription.Of(catalog) with
        {
            Approvals = CatalogApprovals.Describe(catalog, trust, context.Variable),
        };
    }
}
