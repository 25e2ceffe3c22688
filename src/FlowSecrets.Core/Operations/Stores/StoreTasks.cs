using System.Runtime.CompilerServices;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Stores;

/// <summary>What to do to a store that keeps its own key.</summary>
internal enum StoreTask
{
    UsePassphrase,
    UseKeyFile,
    RotateKey,
    Backup,
    RestoreBackup,
}

internal sealed record StoreTaskOptions : TargetOptions
{
    /// <summary>In this order.</summary>
    public IReadOnlyList<StoreTask> Tasks { get; init; } = [];

    /// <summary>The new passphrase, or the backup's.</summary>
    public SecretValue? Passphrase { get; init; }

    /// <summary>The backup's file.</summary>
    public string? BackupPath { get; init; }

    /// <summary>Replace a file or a store that is there.</summary>
    public bool Force { get; init; }
}

/// <summary>Changes what protects a Local store, backs it up, or restores it.</summary>
internal sealed class StoreTaskOperation(OperationContext context) : IOperation<StoreTaskOptions, StoreStatus>
{
    /// <summary>How the store is opened whose key changed; null before the first change.</summary>
    internal StoreSelection? Changed { get; private set; }

    /// <summary>Real path of the catalog in use; null without one.</summary>
    internal string? Catalog { get; private set; }

    public async IAsyncEnumerable<StoreStatus> RunAsync(
        StoreTaskOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        Catalog = workspace.Trust?.RealPath;
        IStoreMaintenance store =
            workspace.Store as IStoreMaintenance
            ?? throw new FlowSecretException(
                ErrorIds.BadArgument,
                workspace.Place.ToString(),
                $"The {workspace.Place} keeps no key of its own",
                "Only a Local store has a passphrase, a key and backups: name it with -Environment or -Store Local."
            );
        foreach (StoreTask task in options.Tasks)
        {
            (string action, Func<Task<string>> apply) = Describe(store, task, options, cancellationToken);
            StoreStatus status = new()
            {
                Store = workspace.Place.Store.ToString(),
                Environment = workspace.Environment?.Name,
                Location = workspace.Place.Location,
                Identity = workspace.Place.Identity,
                Status = ItemStatus.Updated,
            };
            if (!await host.ShouldProcessAsync(workspace.Place.ToString(), action, cancellationToken))
            {
                yield return status with
                {
                    Status = host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped,
                    Message = action,
                };
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            string message = await apply();
            Changed = workspace.Selection;
            string identity = task switch
            {
                StoreTask.UsePassphrase => "passphrase",
                StoreTask.UseKeyFile => "key file",
                _ => status.Identity,
            };
            yield return status with
            {
                Message = message,
                Identity = identity,
            };
        }
    }

    private (string Action, Func<Task<string>> Apply) Describe(
        IStoreMaintenance store,
        StoreTask task,
        StoreTaskOptions options,
        CancellationToken cancellationToken
    )
    {
        string? backup = options.BackupPath is null ? null : Path.GetFullPath(options.BackupPath, context.WorkingDirectory);
        return task switch
        {
            StoreTask.UsePassphrase => (
                "Protect it by a new passphrase",
                async () =>
                {
                    await store.ChangeProtectionAsync(options.Passphrase, cancellationToken);
                    return "It is protected by the new passphrase. Other sessions must connect with it.";
                }
            ),
            StoreTask.UseKeyFile => (
                "Protect it by a new key file",
                async () =>
                {
                    await store.ChangeProtectionAsync(null, cancellationToken);
                    return "It is protected by a new key file.";
                }
            ),
            StoreTask.RotateKey => (
                "Encrypt every value with a new key",
                async () => $"{await store.RotateKeyAsync(cancellationToken)} values were encrypted with a new key."
            ),
            StoreTask.Backup => (
                $"Write a backup to '{backup}', opened by its own passphrase",
                async () =>
                {
                    await store.BackupAsync(backup!, options.Passphrase!, options.Force, cancellationToken);
                    return $"Wrote '{backup}'. Only its passphrase opens it.";
                }
            ),
            _ => (
                $"Put the backup '{backup}' in its place",
                async () =>
                {
                    await store.RestoreBackupAsync(backup!, options.Passphrase!, options.Force, cancellationToken);
                    return $"Restored from '{backup}'.";
                }
            ),
        };
    }
}
