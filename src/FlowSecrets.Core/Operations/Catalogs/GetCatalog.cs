using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;

namespace FlowSecrets.Operations;

/// <summary>Reads the catalog as objects.</summary>
public sealed class GetCatalogOperation(OperationContext context) : IOperation<CatalogOptions, Catalog>
{
    public async IAsyncEnumerable<Catalog> RunAsync(
        CatalogOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await Task.CompletedTask;
        yield return CatalogLoader.Require(context, options.CatalogPath);
    }
}
