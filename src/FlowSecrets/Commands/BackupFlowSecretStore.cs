using System.Management.Automation;
using System.Security;
using FlowSecrets.Commands.Base;
using FlowSecrets.Hosting;
using FlowSecrets.Operations.Stores;

namespace FlowSecrets.Commands;

/// <summary>Writes a backup of a Local store that only its own passphrase opens.</summary>
/// <remarks>A consistent copy while others work. The key file is not in it.</remarks>
/// <example>
/// <summary>Asks for the backup's passphrase.</summary>
/// <code>Backup-FlowSecretStore ./flowsecrets.backup -Passphrase (Read-Host -AsSecureString)</code>
/// </example>
/// <example>
/// <summary>Makes a passphrase, to be kept elsewhere.</summary>
/// <code>$p = New-FlowSecretValue -Kind Passphrase; Backup-FlowSecretStore ./flowsecrets.backup -Passphrase $p.Value</code>
/// </example>
[Cmdlet(VerbsData.Backup, "FlowSecretStore", SupportsShouldProcess = true)]
[OutputType(typeof(StoreStatus))]
public sealed class BackupFlowSecretStoreCommand : StoreTaskCmdlet
{
    /// <summary>File of the backup.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string BackupPath { get; set; } = "";

    /// <summary>The backup's own passphrase.</summary>
    [Parameter(Mandatory = true)]
    [PlainTextRefused]
    public SecureString Passphrase { get; set; } = null!;

    /// <summary>Replace a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Run() => Execute(Passphrase, BackupPath, Force, StoreTask.Backup);
}
