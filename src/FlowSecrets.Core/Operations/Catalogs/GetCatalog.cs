using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
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
        yield return CatalogDescription.Of(CatalogLoader.Require(context.Catalogs, options.CatalogPath));
    }
}
