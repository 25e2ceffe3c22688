using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.Secrets;

namespace FlowSecrets.Commands;

/// <summary>Lists the catalog's secrets with their state in the store.</summary>
/// <remarks>No value is read. Without a catalog it lists what the store holds.</remarks>
/// <example>
/// <summary>All secrets of the catalog.</summary>
/// <code>Get-FlowSecret</code>
/// </example>
/// <example>
/// <summary>What production still lacks.</summary>
/// <code>Get-FlowSecret -Environment production | Where-Object State -ne Present</code>
/// </example>
/// <example>
/// <summary>Also what the store holds beyond the catalog.</summary>
/// <code>Get-FlowSecret -All</code>
/// </example>
[Cmdlet(VerbsCommon.Get, "FlowSecret")]
[OutputType(typeof(SecretItem))]
public sealed class GetFlowSecretCommand : WildcardCmdlet
{
    /// <summary>Also what the store holds beyond the catalog.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    private protected override bool TakesAll => true;

    private protected override void RunPlace(Targets targets) =>
        Execute(new GetSecretsOperation(Context), Fill(new GetSecretsOptions { All = All }, targets));
}
