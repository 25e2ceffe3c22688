using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Catalogs;

/// <summary>Approves a catalog's present content.</summary>
internal sealed class ApproveCatalogOperation(OperationContext context) : IOperation<CatalogOptions, CatalogTest>
{
    public async IAsyncEnumerable<CatalogTest> RunAsync(
        CatalogOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Catalog catalog = CatalogLoader.Require(context.Catalogs, options.CatalogPath);
        CatalogTest result = new()
        {
            Path = catalog.Path,
            Status = ItemStatus.Trusted,
            Application = catalog.Application,
            Secrets = catalog.Secrets.Count,
            Environments = [.. catalog.Environments.Keys],
            IsTrusted = true,
        };
        if (CatalogTrust.IsApproved(catalog, context.Variable))
        {
            yield return result with
            {
                Message = "It was approved before.",
            };
            yield break;
        }

        string reach = catalog.HasScripts
            ? "let it run its scripts and name files outside of its repository"
            : "let it name files outside of its repository";
        if (
            !await host.ShouldProcessAsync(catalog.Path, $"Approve this content ({catalog.ContentHash[..12]}…): {reach}", cancellationToken)
        )
        {
            yield return result with
            {
                Status = host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped,
                IsTrusted = false,
            };
            yield break;
        }

        cancellationToken.ThrowIfCancellationRequested();
        CatalogTrust.Approve(catalog, context.Variable);
        yield return result;
    }
}
