using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Versions;

namespace FlowSecrets.Commands;

/// <summary>Lists the versions of a secret, newest first.</summary>
/// <remarks>State and stages, and when each was made; no value is read.</remarks>
/// <example>
/// <summary>The history of one secret.</summary>
/// <code>Get-FlowSecretVersion jwt-secret</code>
/// </example>
/// <example>
/// <summary>Every version that is still enabled.</summary>
/// <code>Get-FlowSecret | Where-Object Version | Get-FlowSecretVersion | Where-Object State -eq Enabled</code>
/// </example>
[Cmdlet(VerbsCommon.Get, "FlowSecretVersion")]
[OutputType(typeof(SecretVersionItem))]
public sealed class GetFlowSecretVersionCommand : WildcardCmdlet
{
    private protected override void RunPlace(Targets targets) =>
        Execute(new GetVersionsOperation(Context), Fill(new VersionOptions(), targets));
}
