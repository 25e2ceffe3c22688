using System.Management.Automation;
using System.Security;
using FlowSecrets.Hosting;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands;

/// <summary>Chooses and checks the store for this session.</summary>
/// <remarks>The choice holds for this runspace until Disconnect-FlowSecretStore; a parameter of another cmdlet goes before it. It says which identity and place are in use. A store that cannot be opened is an error, and the choice before stays.</remarks>
/// <example><summary>An environment of the catalog.</summary><code>Connect-FlowSecretStore -Environment production</code></example>
/// <example><summary>A local store that a passphrase opens.</summary><code>Connect-FlowSecretStore -Store Local -Path ./team.db -Passphrase (Read-Host -AsSecureString)</code></example>
[Cmdlet(VerbsCommunications.Connect, "FlowSecretStore")]
[OutputType(typeof(StoreStatus))]
public sealed class ConnectFlowSecretStoreCommand : StoreCmdlet
{
    /// <summary>File of a Local store.</summary>
    [Parameter]
    public string? Path { get; set; }

    /// <summary>Passphrase of a Local store; a new store is protected by it.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

    protected override void Run()
    {
        OperationContext context = Context with { Session = null };
        StoreSelection? selection = null;
        string? environment = NamedEnvironment;
        if (Path is not null || Passphrase is not null || StoreWithoutEnvironment is not null)
        {
            StoreSelection its = environment is null ? new StoreSelection(StoreWithoutEnvironment ?? StoreKind.Local) : EnvironmentSelection(context, environment);
            if (its.Store != StoreKind.Local && (Path is not null || Passphrase is not null))
            {
                throw new FlowSecretException(ErrorIds.BadArgument, FlowErrorCategory.InvalidArgument, its.Store.ToString(), "-Path and -Passphrase belong to a Local store", "Leave them out, or say -Store Local.");
            }

            selection = its with
            {
                Path = Path is null ? its.Path : FilePath(Path, nameof(Path))!,
                Passphrase = Passphrase is null ? null : SecureStrings.ToValue(Passphrase),
            };
        }

        StoreStatus? status = null;
        OperationContext chosen = selection is null ? context : context with { Session = new SessionSelection(selection, environment) };
        Execute(
            new GetStoreOperation(chosen),
            new StoreOptions { CatalogPath = FullCatalogPath, Environment = selection is null ? environment : null },
            found => status = found);
        if (status is { ErrorId: null })
        {
            SessionStore.Current = new SessionSelection(selection, environment ?? status.Environment);
        }
    }

    private StoreSelection EnvironmentSelection(OperationContext context, string environment) =>
        Catalogs.CatalogLoader.Require(context, FullCatalogPath).Environments.TryGetValue(environment, out Catalogs.CatalogEnvironment? found)
            ? found.Selection
            : throw new FlowSecretException(ErrorIds.EnvironmentNotFound, FlowErrorCategory.ObjectNotFound, environment, $"The catalog has no environment '{environment}'", "See Get-FlowSecretCatalog.");
}

/// <summary>Says which store is in use, where it is, and as whom.</summary>
/// <remarks>It opens the store and checks it; a Local store's every row is held against its authentication code.</remarks>
/// <example><summary>The store that a command without parameters would use.</summary><code>Get-FlowSecretStore</code></example>
/// <example><summary>Another environment's.</summary><code>Get-FlowSecretStore -Environment production | Format-List</code></example>
[Cmdlet(VerbsCommon.Get, "FlowSecretStore")]
[OutputType(typeof(StoreStatus))]
public sealed class GetFlowSecretStoreCommand : StoreCmdlet
{
    protected override void Run() => Execute(
        new GetStoreOperation(Context),
        new StoreOptions { CatalogPath = FullCatalogPath, Environment = NamedEnvironment, Store = StoreWithoutEnvironment });
}

/// <summary>Forgets what Connect-FlowSecretStore chose in this session.</summary>
/// <remarks>From then on the catalog's default, or FLOWSECRETS_ENVIRONMENT, holds again. Nothing in any store changes.</remarks>
/// <example><summary>Back to the catalog's default.</summary><code>Disconnect-FlowSecretStore</code></example>
/// <example><summary>In a script's last step.</summary><code>try { Connect-FlowSecretStore -Environment production; Get-FlowSecret } finally { Disconnect-FlowSecretStore }</code></example>
[Cmdlet(VerbsCommunications.Disconnect, "FlowSecretStore")]
public sealed class DisconnectFlowSecretStoreCommand : FlowCmdlet
{
    protected override void Run() => SessionStore.Current = null;
}
