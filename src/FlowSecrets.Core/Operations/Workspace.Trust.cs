using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Model;

namespace FlowSecrets.Operations;

/// <summary>What the location of a command needs the user's approval for.</summary>
internal sealed partial class Workspace
{
    /// <summary>Whether the store is the default local one, which all of the user's applications share.</summary>
    public bool IsShared => Selection is { Store: StoreKind.Local, Path: null };

    /// <summary>What delivering values of this store needs.</summary>
    public IEnumerable<TrustRecord> ReadRecords => IsOfCatalog ? CatalogReach.Reads(Environment!) : [];

    /// <summary>What a change in this store needs.</summary>
    public IEnumerable<TrustRecord> WriteRecords =>
        Environment is null ? [] : CatalogReach.Writes(Environment).Where(r => IsOfCatalog || r.Kind == TrustKind.Keeps);

    /// <summary>What a change of a workload needs: it is made in the location of the environment, with what opens that.</summary>
    public IEnumerable<TrustRecord> ChangeRecords(CatalogWorkload workload) =>
        CatalogReach
            .Changes(workload, Environment?.Selection)
            .Concat(workload.Kind == "kubernetes" ? [] : WriteRecords.Where(static r => r.Kind == TrustKind.Writes));

    /// <summary>Asks for what a change in this store needs, before its first effect.</summary>
    /// <exception cref="FlowSecretException">CatalogNotTrusted.</exception>
    public Task RequireWritesAsync(CancellationToken cancellationToken) =>
        Trust is null ? Task.CompletedTask : Trust.RequireAsync([.. WriteRecords], cancellationToken);

    /// <summary>
    /// What delivering a secret of the default local store needs, which all of the user's applications share; null: it is this catalog's.
    /// </summary>
    /// <param name="owner">Real path of the catalog that wrote it; null: it is not known.</param>
    public TrustRecord? UseRecord(string storeName, string? owner) =>
        Trust is null || !IsShared || owner == Trust.RealPath ? null : new TrustRecord(TrustKind.Uses, storeName, owner ?? "");

    /// <summary>
    /// What using secrets of the default local store needs that other catalogs wrote. The store is not asked in any other.
    /// </summary>
    public async Task<IReadOnlyList<TrustRecord>> UseRecordsAsync(
        IEnumerable<SecretRef> secrets,
        Func<SecretRef, bool> alsoUnknown,
        CancellationToken cancellationToken
    )
    {
        if (Trust is null || Trust.IsTrusted || !IsShared)
        {
            return [];
        }

        List<TrustRecord> records = [];
        SecretRef[] all = [.. secrets.DistinctBy(static s => s.StoreName, StringComparer.Ordinal)];
        await foreach ((SecretRef secret, SecretDescription? description, _) in DescribeAsync(all, cancellationToken))
        {
            string? owner = description?.Labels.GetValueOrDefault(SecretOwner.Label);
            if (description is not null && (owner is not null || alsoUnknown(secret)) && UseRecord(secret.StoreName, owner) is { } use)
            {
                records.Add(use);
            }
        }

        return records;
    }

    /// <summary>A secret of the default local store becomes the catalog's that writes it for the user.</summary>
    public async Task ClaimWrittenAsync(string storeName, CancellationToken cancellationToken)
    {
        if (
            Trust is not null
            && IsShared
            && await Store.DescribeAsync(storeName, cancellationToken) is { } there
            && UseRecord(storeName, there.Labels.GetValueOrDefault(SecretOwner.Label)) is not null
        )
        {
            await ClaimAsync(storeName, cancellationToken);
        }
    }

    /// <summary>Records that a secret of the default local store is this catalog's.</summary>
    public Task ClaimAsync(string storeName, CancellationToken cancellationToken) =>
        Store.SetLabelsAsync(storeName, LabelsOfNew(new Dictionary<string, string>(StringComparer.Ordinal)), cancellationToken);

    /// <summary>The labels of a new secret: in the default local store also which catalog wrote it.</summary>
    public IReadOnlyDictionary<string, string> LabelsOfNew(IReadOnlyDictionary<string, string> labels) =>
        Trust is null || !IsShared
            ? labels
            : new Dictionary<string, string>(labels, StringComparer.Ordinal) { [SecretOwner.Label] = Trust.RealPath };
}
