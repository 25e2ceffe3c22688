using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Catalogs;

internal sealed record ApproveCatalogOptions : CatalogOptions
{
    /// <summary>Servers of rotation targets, as CatalogNotTrusted names them.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>Names of secrets in the default local store that another catalog wrote, or none.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];
}

/// <summary>Approves what a catalog reaches: a record for each source and destination.</summary>
internal sealed class ApproveCatalogOperation(OperationContext context) : IOperation<ApproveCatalogOptions, CatalogTest>
{
    public async IAsyncEnumerable<CatalogTest> RunAsync(
        ApproveCatalogOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Catalog catalog = CatalogLoader.Require(context.Catalogs, options.CatalogPath);
        TrustGate trust = new(catalog, trustsAll: false, host, context.Variable);
        List<TrustRecord> named = [.. options.Servers.Select(static s => new TrustRecord(TrustKind.Connects, s))];
        foreach (string secret in options.Secrets)
        {
            named.Add(await UseAsync(secret, cancellationToken));
        }

        IReadOnlyList<TrustRecord> approved = ApprovalFile.Read(trust.RealPath, context.Variable);
        TrustRecord[] missing = [.. CatalogApprovals.Needed(catalog).Concat(named).Where(r => !approved.Contains(r))];
        if (missing.Length == 0)
        {
            yield return Result(catalog, trust, ItemStatus.Trusted, "Everything that it reaches is approved.");
            yield break;
        }

        host.Say($"The catalog '{catalog.Path}' does this:");
        Array.ForEach(missing, r => host.Say($"  {r}"));
        string action = $"Approve {Words.Count(missing.Length, "source or destination", "sources and destinations")}";
        if (!await host.ShouldProcessAsync(catalog.Path, action, cancellationToken))
        {
            yield return Result(catalog, trust, host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped, action);
            yield break;
        }

        cancellationToken.ThrowIfCancellationRequested();
        ApprovalFile.Add(trust.RealPath, missing, context.Variable);
        yield return Result(catalog, trust, ItemStatus.Trusted, null);
    }

    private async Task<TrustRecord> UseAsync(string secret, CancellationToken cancellationToken)
    {
        ISecretStore store = context.Providers().OpenStore(new StoreSelection(StoreKind.Local), context.Variable);
        SecretDescription found =
            await store.DescribeAsync(secret, cancellationToken) ?? throw StoreErrors.SecretNotFound(store.Place, secret);
        return new TrustRecord(TrustKind.Uses, secret, found.Labels.GetValueOrDefault(SecretOwner.Label) ?? "");
    }

    private CatalogTest Result(Catalog catalog, TrustGate trust, string status, string? message)
    {
        CatalogApproval[] approvals = CatalogApprovals.Describe(catalog, trust, context.Variable);
        return new CatalogTest
        {
            Path = catalog.Path,
            Status = status,
            Message = message,
            Application = catalog.Application,
            Secrets = catalog.Secrets.Count,
            Environments = [.. catalog.Environments.Keys],
            IsTrusted = approvals.All(static a => a.Status != "Missing"),
            Approvals = approvals,
        };
    }
}
