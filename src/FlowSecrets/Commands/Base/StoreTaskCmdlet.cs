using System.Management.Automation;
using System.Security;
using FlowSecrets.Hosting;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Stores;
using FlowSecrets.Values;

namespace FlowSecrets.Commands.Base;

/// <summary>Base of the cmdlets that look after a Local store.</summary>
public abstract class StoreTaskCmdlet : StoreCmdlet
{
    private protected void Execute(SecureString? passphrase, string? backup, bool force, params StoreTask[] tasks)
    {
        using SecretValue? value = passphrase is null ? null : SecureStrings.ToValue(passphrase);
        string? environment = null;
        StoreTaskOptions options = Fill(new StoreTaskOptions()) with
        {
            Tasks = tasks,
            Passphrase = value,
            BackupPath = FilePath(backup, "BackupPath"),
            Force = force,
        };
        StoreTaskOperation operation = new(Context);
        Execute(
            operation,
            options,
            status =>
            {
                environment = status.Environment;
                return status;
            }
        );
        bool isInUse = (NamedEnvironment is null && Store is null) || SessionStore.Current?.Store == operation.Changed;
        if (operation.Changed is { } changed && isInUse && tasks.Any(static t => t is StoreTask.UsePassphrase or StoreTask.UseKeyFile))
        {
            // The session goes on with what opens its store now; for another's it stays where it is.
            SessionStore.Current = new SessionSelection(
                changed with
                {
                    Passphrase = value?.Clone(),
                },
                environment,
                environment is null ? null : operation.Catalog
            );
        }
    }
}
