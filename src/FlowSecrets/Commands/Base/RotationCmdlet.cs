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

    /// <summary>The options with what the parameters and the records of one place say.</summary>
    private protected TOptions FillRotation<TOptions>(TOptions options, Targets targets)
        where TOptions : RotationOptions => Fill(options, targets) with { TrustCatalog = TrustCatalog };
}
