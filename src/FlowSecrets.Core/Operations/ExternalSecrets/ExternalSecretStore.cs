using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.ExternalSecrets;

/// <summary>The cloud's store that an operator's store stands for, opened as whoever runs the command.</summary>
internal sealed class ExternalSecretStore
{
    private readonly Workspace _workspace;
    private readonly bool _isOfWorkspace;

    private ExternalSecretStore(Workspace workspace, ISecretStore store, string prefix, bool isOfWorkspace) =>
        (_workspace, Store, Prefix, _isOfWorkspace) = (workspace, store, prefix, isOfWorkspace);

    public ISecretStore Store { get; }

    /// <summary>What stands before each remote key.</summary>
    public string Prefix { get; }

    /// <returns>Null: a store that this module does not know.</returns>
    public static ExternalSecretStore? Open(OperationContext context, Workspace workspace, ExternalStoreInfo store)
    {
        if (store.Store is not { } kind)
        {
            return null;
        }

        StoreSelection mine = workspace.Selection;
        bool isMine =
            mine.Store == kind
            && (store.Project is null || mine.Project is null || store.Project == mine.Project)
            && (store.Region == mine.Region || (kind == StoreKind.Aws && (store.Region is null || mine.Region is null)));
        return new ExternalSecretStore(
            workspace,
            isMine
                ? workspace.Store
                : context
                    .Providers()
                    .OpenStore(new StoreSelection(kind) { Project = store.Project, Region = store.Region }, context.Variable),
            store.Prefix,
            isMine
        );
    }

    public string NameOf(ExternalEntry entry) => Prefix + entry.RemoteKey;

    /// <summary>Which version an entry means. Each operator's store has its own words for stages.</summary>
    public static VersionSelector SelectorOf(string? version) =>
        version switch
        {
            null or "latest" or "AWSCURRENT" => VersionSelector.Current,
            "AWSPREVIOUS" => new VersionSelector(null, Stages.Previous),
            "AWSPENDING" => new VersionSelector(null, Stages.Pending),
            _ when version.StartsWith("uuid/", StringComparison.Ordinal) => new VersionSelector(version["uuid/".Length..], null),
            _ when version.All(char.IsAsciiDigit) => new VersionSelector(version, null),
            _ => new VersionSelector(null, version),
        };

    /// <summary>With commands that name the secret as the catalog does, if it is the environment's store.</summary>
    public FlowSecretException Here(FlowSecretException error, string name) => _isOfWorkspace ? _workspace.Here(error, RefOf(name)) : error;

    public Remedy Here(Remedy remedy, string name) => _isOfWorkspace ? remedy.For(_workspace.Argument(RefOf(name))) : remedy;

    private SecretRef RefOf(string name) =>
        new(_workspace.Catalog?.Secrets.FirstOrDefault(s => _workspace.Catalog.StoreName(s, _workspace.Environment) == name), name);
}
