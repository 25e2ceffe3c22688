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
