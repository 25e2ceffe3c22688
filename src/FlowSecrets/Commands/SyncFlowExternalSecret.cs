using System.Management.Automation;
using FlowSecrets.Commands.Base;
using FlowSecrets.Operations.ExternalSecrets;

namespace FlowSecrets.Commands;

/// <summary>Lets the External Secrets Operator read its store again, and waits until the Kubernetes Secret has the values.</summary>
/// <remarks>With -Wait, the values are read from the store and compared with the Kubernetes Secret in memory, because the operator may have
/// read an older version. What a template makes of a value is compared if the value stands in it as it is, encoded for URLs or in base64.
/// A context that only the catalog names needs your approval (Approve-FlowSecretCatalog).</remarks>
/// <example>
/// <summary>After a secret was set, wait until the cluster has it.</summary>
/// <code>Sync-FlowExternalSecret db-credentials -Environment production -Wait</code>
/// </example>
/// <example>
/// <summary>Wait for one version, then restart what still runs with the old one.</summary>
/// <code>Sync-FlowExternalSecret jwt -Version 7 -Restart</code>
/// </example>
/// <example>
/// <summary>All that are late.</summary>
/// <code>Get-FlowExternalSecret | Where-Object State -eq Stale | Sync-FlowExternalSecret -Wait</code>
/// </example>
[Cmdlet(VerbsData.Sync, "FlowExternalSecret", SupportsShouldProcess = true)]
[OutputType(typeof(ExternalSecretChange))]
public sealed class SyncFlowExternalSecretCommand : ExternalSecretCmdlet
{
    /// <summary>The version that must arrive, or 'current'. Current unless specified. It implies -Wait.</summary>
    [Parameter]
    public string? Version { get; set; }

    /// <summary>Wait until the Kubernetes Secret has the values, and fail if it does not get them.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long that may take, in seconds; 300 unless specified.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 300;

    /// <summary>Then restart the workloads that read the Kubernetes Secret as variables or by subPath. It implies -Wait.</summary>
    [Parameter]
    public SwitchParameter Restart { get; set; }

    private protected override void RunPlace(ExternalSecretOptions options) =>
        Execute(
            new SyncExternalSecretsOperation(Basis),
            new SyncExternalSecretOptions(options)
            {
                Version = string.Equals(Version, "current", StringComparison.OrdinalIgnoreCase) ? null : Version,
                Wait = Wait || Version is not null,
                Restart = Restart,
                Timeout = TimeSpan.FromSeconds(TimeoutSec),
            }
        );
}
