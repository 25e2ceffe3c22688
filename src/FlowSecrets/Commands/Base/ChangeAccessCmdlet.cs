using System.Management.Automation;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets that change who may use secrets.</summary>
public abstract class ChangeAccessCmdlet : AccessCmdlet
{
    /// <summary>Whoever names no secret would else let somebody in to all.</summary>
    private protected override bool TakesAll => FromCatalog || Workload is not null;
}
