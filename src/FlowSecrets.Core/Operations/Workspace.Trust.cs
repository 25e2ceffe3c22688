using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Model;

namespace FlowSecrets.Operations;

/// <summary>What the location of a command needs the user's approval for.</summary>
internal sealed partial class Workspace
{
    /// <summary>What delivering values of this store needs.</summary>
    public IEnumerable<TrustRecord> ReadRecords => IsOfCatalog ? CatalogReach.Reads(Environment!) : [];

    /// <summary>What a change in this store needs.</summary>
    public IEnumerable<TrustRecord> WriteRecords => IsOfCatalog ? CatalogReach.Writes(Environment!) : [];

    /// <summary>Asks for what a change in this store needs, before its first effect.</summary>
    /// <exception cref="FlowSecretException">CatalogNotTrusted.</exception>
    public Task RequireWritesAsync(CancellationToken cancellationToken) =>
        Trust is null ? Task.CompletedTask : Trust.RequireAsync([.. WriteRecords], cancellationToken);

    /// <summary>
    /// What delivering a secret of the default local store needs, which all of the user's applications share; null: it is this catalog's.
    /// </summary>
    /// <param name="owner">Real path of the catalog that wrote it; null: it is not known.</param>
    public TrustRecord? UseRecord(string storeName, string? owner) =>
        Trust is null || Selection is not { Store: StoreKind.Local, Path: null } || owner == Trust.RealPath
            ? null
            : new TrustRecord(TrustKind.Uses, storeName, owner ?? "");

    /// <summary>The labels of a new secret: in the default local store also which catalog wrote it.</summary>
    public IReadOnlyDictionary<string, string> LabelsOfNew(IReadOnlyDictionary<string, string> labels) =>
        Trust is null || Selection is not { Store: StoreKind.Local, Path: null }
            ? labels
            : new Dictionary<string, string>(labels, StringComparer.Ordinal) { [SecretOwner.Label] = Trust.RealPath };
}
