using System.Management.Automation;
using System.Security;
using FlowSecrets.Hosting;
using FlowSecrets.Operations;

namespace FlowSecrets.Commands;

/// <summary>Base of the cmdlets that look after a Local store.</summary>
public abstract class StoreTaskCmdlet : StoreCmdlet
{
    /// <summary>With -WhatIf: emit the plan as an object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected void Execute(SecureString? passphrase, string? backup, bool force, params StoreTask[] tasks)
    {
        using SecretValue? value = passphrase is null ? null : SecureStrings.ToValue(passphrase);
        StoreStatus? changed = null;
        StoreTaskOptions options = new()
        {
            CatalogPath = FullCatalogPath,
            Environment = NamedEnvironment,
            Store = StoreWithoutEnvironment,
            Tasks = tasks,
            Passphrase = value,
            BackupPath = FilePath(backup, "BackupPath"),
            Force = force,
        };
        Execute(
            new StoreTaskOperation(Context),
            options,
            status =>
            {
                changed = status.Status == ItemStatus.Updated && status.Selection is not null ? status : changed;
                return status;
            }
        );
        bool isInUse = (NamedEnvironment is null && Store is null) || SessionStore.Current?.Store == changed?.Selection;
        if (changed is not null && isInUse && tasks.Any(static t => t is StoreTask.UsePassphrase or StoreTask.UseKeyFile))
        {
            // The session goes on with what opens its store now; for another's it stays where it is.
            SessionStore.Current = new SessionSelection(changed.Selection! with { Passphrase = value?.Clone() }, changed.Environment);
        }
    }
}

/// <summary>Changes what protects a Local store: passphrase, key file, or the key itself.</summary>
/// <remarks>-NewPassphrase and -UseKeyFile change what opens the store. -RotateKey makes a new key and encrypts every value anew, in one
/// transaction. A kill at any moment leaves the store as before or as after.</remarks>
/// <example><summary>From now on a passphrase opens the store.</summary><code>Set-FlowSecretStore -NewPassphrase (Read-Host
/// -AsSecureString)</code></example>
/// <example><summary>Somebody may have read the key file: another key file and another key.</summary><code>Set-FlowSecretStore -UseKeyFile
/// -RotateKey</code></example>
[Cmdlet(VerbsCommon.Set, "FlowSecretStore", SupportsShouldProcess = true)]
[OutputType(typeof(StoreStatus))]
public sealed class SetFlowSecretStoreCommand : StoreTaskCmdlet
{
    /// <summary>Protect the store by this passphrase.</summary>
    [Parameter]
    public SecureString? NewPassphrase { get; set; }

    /// <summary>Protect the store by a new key file.</summary>
    [Parameter]
    public SwitchParameter UseKeyFile { get; set; }

    /// <summary>Make a new key and encrypt every value anew.</summary>
    [Parameter]
    public SwitchParameter RotateKey { get; set; }

    protected override void Run()
    {
        if ((NewPassphrase is not null) == UseKeyFile && !(RotateKey && !UseKeyFile))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                FlowErrorCategory.InvalidArgument,
                MyInvocation.MyCommand.Name,
                "Say what is to protect the store",
                "Use one of -NewPassphrase and -UseKeyFile, or -RotateKey."
            );
        }

        List<StoreTask> tasks = [];
        if (RotateKey)
        {
            tasks.Add(StoreTask.RotateKey);
        }

        if (NewPassphrase is not null || UseKeyFile)
        {
            tasks.Add(UseKeyFile ? StoreTask.UseKeyFile : StoreTask.UsePassphrase);
        }

        Execute(NewPassphrase, null, false, [.. tasks]);
    }
}

/// <summary>Writes a backup of a Local store that only its own passphrase opens.</summary>
/// <remarks>A consistent copy while others work. The key file is not in it.</remarks>
/// <example><summary>Asks for the backup's passphrase.</summary><code>Backup-FlowSecretStore ./flowsecrets.backup -Passphrase (Read-Host
/// -AsSecureString)</code></example>
/// <example><summary>Makes a passphrase, to be kept elsewhere.</summary><code>$p = New-FlowSecretValue -Kind Passphrase;
/// Backup-FlowSecretStore ./flowsecrets.backup -Passphrase $p.Value</code></example>
[Cmdlet(VerbsData.Backup, "FlowSecretStore", SupportsShouldProcess = true)]
[OutputType(typeof(StoreStatus))]
public sealed class BackupFlowSecretStoreCommand : StoreTaskCmdlet
{
    /// <summary>File of the backup.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string BackupPath { get; set; } = "";

    /// <summary>The backup's own passphrase.</summary>
    [Parameter(Mandatory = true)]
    public SecureString Passphrase { get; set; } = null!;

    /// <summary>Replace a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Run() => Execute(Passphrase, BackupPath, Force, StoreTask.Backup);
}

/// <summary>Puts a backup in a Local store's place.</summary>
/// <remarks>The backup is opened and checked whole before anything is replaced. The restored store is protected as new stores are here: by
/// the session's passphrase, or by a new key file.</remarks>
/// <example><summary>On a new machine.</summary><code>Restore-FlowSecretStore ./flowsecrets.backup -Passphrase (Read-Host
/// -AsSecureString)</code></example>
/// <example><summary>In the place of a store that is there.</summary><code>Restore-FlowSecretStore ./flowsecrets.backup -Passphrase $p
/// -Force</code></example>
[Cmdlet(VerbsData.Restore, "FlowSecretStore", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StoreStatus))]
public sealed class RestoreFlowSecretStoreCommand : StoreTaskCmdlet
{
    /// <summary>File of the backup.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string BackupPath { get; set; } = "";

    /// <summary>The backup's own passphrase.</summary>
    [Parameter(Mandatory = true)]
    public SecureString Passphrase { get; set; } = null!;

    /// <summary>Replace a store that is there, without asking.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    internal override bool IsForced => Force && !MyInvocation.BoundParameters.ContainsKey("Confirm");

    protected override void Run() => Execute(Passphrase, BackupPath, Force, StoreTask.RestoreBackup);
}
