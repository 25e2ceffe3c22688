using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Hosting;

namespace FlowSecrets.Commands;

/// <summary>Forgets what Connect-FlowSecretStore chose in this session.</summary>
/// <remarks>From then on the catalog's default, or FLOWSECRETS_ENVIRONMENT, holds again. Nothing in any store changes.</remarks>
/// <example>
/// <summary>Back to the catalog's default.</summary>
/// <code>Disconnect-FlowSecretStore</code>
/// </example>
/// <example>
/// <summary>In a script's last step.</summary>
/// <code>try { Connect-FlowSecretStore -Environment production; Get-FlowSecret } finally { Disconnect-FlowSecretStore }</code>
/// </example>
[Cmdlet(VerbsCommunications.Disconnect, "FlowSecretStore")]
public sealed class DisconnectFlowSecretStoreCommand : FlowCmdlet
{
    protected override void Run() => SessionStore.Current = null;
}
