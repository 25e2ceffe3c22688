using System.Management.Automation;
using System.Security;
using FlowSecrets.Operations.Rotation;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets that rotate or rehearse.</summary>
public abstract class RotationCmdlet : WildcardCmdlet
{
    /// <summary>
    /// Run the scripts that a catalog names though it was not approved on this machine; for CI, where the repository is its own.
    /// </summary>
    [Parameter]
    public SwitchParameter TrustCatalog { get; set; }

    private protected TOptions Fill<TOptions>(TOptions options, Targets targets)
        where TOptions : RotationOptions =>
        options with
        {
            CatalogPath = FullCatalogPath,
            Environment = targets.Environment,
            Store = targets.Store,
            Names = targets.Names,
            StoreNames = targets.StoreNames,
            TrustCatalog = TrustCatalog,
        };
}
