using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Stores;

namespace FlowSecrets.Commands;

/// <summary>Says which store is in use, where it is, and as whom.</summary>
/// <remarks>It opens the store and checks it; a Local store's every row is held against its authentication code.</remarks>
/// <example>
/// <summary>The store that a command without parameters would use.</summary>
/// <code>Get-FlowSecretStore</code>
/// </example>
/// <example>
/// <summary>Another environment's.</summary>
/// <code>Get-FlowSecretStore -Environment production | Format-List</code>
/// </example>
[Cmdlet(VerbsCommon.Get, "FlowSecretStore")]
[OutputType(typeof(StoreStatus))]
public sealed class GetFlowSecretStoreCommand : StoreCmdlet
{
    protected override void Run() => Execute(new GetStoreOperation(Context), Fill(new StoreOptions()));
}
