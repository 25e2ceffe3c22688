using System.Management.Automation;
using System.Security;
using FlowSecrets.Commands.Base;
using FlowSecrets.Hosting;
using FlowSecrets.Operations.Stores;

namespace FlowSecrets.Commands;

/// <summary>Puts a backup in a Local store's place.</summary>
/// <remarks>The backup is opened and checked whole before anything is replaced. The restored store is protected as new stores are here: by
/// the session's passphrase, or by a new key file.</remarks>
/// <example>
/// <summary>On a new machine.</summary>
/// <code>Restore-FlowSecretStore ./flowsecrets.backup -Passphrase (Read-Host -AsSecureString)</code>
/// </example>
/// <example>
/// <summary>In the place of a store that is there.</summary>
/// <code>Restore-FlowSecretStore ./flowsecrets.backup -Passphrase $p -Force</code>
/// </example>
[Cmdlet(VerbsData.Restore, "FlowSecretStore", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StoreStatus))]
public sealed class RestoreFlowSecretStoreCommand : StoreTaskCmdlet
{
    /// <summary>File of the backup.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string BackupPath { get; set; } = "";

    /// <summary>The backup's own passphrase.</summary>
    [Parameter(Mandatory = true)]
    [PlainTextRefused]
    public SecureString Passphrase { get; set; } = null!;

    /// <summary>Replace a store that is there, without asking.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    internal override bool IsForced => Force && !MyInvocation.BoundParameters.ContainsKey("Confirm");

    protected override void Run() => Execute(Passphrase, BackupPath, Force, StoreTask.RestoreBackup);
}
