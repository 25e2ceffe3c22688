using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;

namespace FlowSecrets.Operations;

public sealed record StoreOptions : TargetOptions
{
    /// <summary>A place given by parameters; null: what is in use.</summary>
    public StoreSelection? Selection { get; init; }

    /// <summary>Do not open the store.</summary>
    public bool SkipValidation { get; init; }
}

/// <summary>A store that is in use: which, where, as whom.</summary>
public sealed record StoreStatus : ItemResult
{
    public required StoreKind Store { get; init; }

    public string? Environment { get; init; }

    /// <summary>File of a Local store; project or account and region of a cloud.</summary>
    public required string Location { get; init; }

    /// <summary>Key file or passphrase; an account.</summary>
    public required string Identity { get; init; }

    public string? Catalog { get; init; }

    public StoreCapabilities? Capabilities { get; init; }

    internal StoreSelection? Selection { get; init; }
}

/// <summary>Says which store is in use, and whether it can be opened.</summary>
public sealed class GetStoreOperation(OperationContext context) : IOperation<StoreOptions, StoreStatus>
{
    public async IAsyncEnumerable<StoreStatus> RunAsync(
        StoreOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        OperationContext at = options.Selection is null
            ? context
            : context with
            {
                Session = new SessionSelection(options.Selection, null),
            };
        Workspace workspace = Workspace.Open(at, options);
        StoreValidation validation = options.SkipValidation
            ? new StoreValidation(StoreReadiness.Unknown, "It was not opened.")
            : await workspace.Store.ValidateAsync(cancellationToken);
        if (
            workspace.Selection.Passphrase is not null
            && validation.Readiness == StoreReadiness.Ready
            && workspace.Place.Identity != "passphrase"
        )
        {
            host.Warning($"The {workspace.Place} is opened by its {workspace.Place.Identity}; the passphrase was not used.");
        }

        yield return new StoreStatus
        {
            Store = workspace.Place.Store,
            Environment = workspace.Environment?.Name,
            Location = workspace.Place.Location,
            Identity = workspace.Place.Identity,
            Catalog = workspace.Catalog?.Path,
            Capabilities = workspace.Store.Capabilities,
            Status = validation.Readiness.ToString(),
            Message = validation.Detail,
            Error = validation.Error,
        };
    }
}

/// <summary>What to do to a store that keeps its own key.</summary>
public enum StoreTask
{
    UsePassphrase,
    UseKeyFile,
    RotateKey,
    Backup,
    RestoreBackup,
}

public sealed record StoreTaskOptions : TargetOptions
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
public sealed class StoreTaskOperation(OperationContext context) : IOperation<StoreTaskOptions, StoreStatus>
{
    public async IAsyncEnumerable<StoreStatus> RunAsync(
        StoreTaskOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = Workspace.Open(context, options);
        IStoreMaintenance store =
            workspace.Store as IStoreMaintenance
            ?? throw new FlowSecretException(
                ErrorIds.BadArgument,
                FlowErrorCategory.InvalidOperation,
                workspace.Place.ToString(),
                $"The {workspace.Place} keeps no key of its own",
                "Only a Local store has a passphrase, a key and backups: name it with -Environment or -Store Local."
            );
        foreach (StoreTask task in options.Tasks)
        {
            (string action, Func<Task<string>> apply) = Describe(store, task, options, cancellationToken);
            StoreStatus status = new()
            {
                Store = workspace.Place.Store,
                Environment = workspace.Environment?.Name,
                Location = workspace.Place.Location,
                Identity = workspace.Place.Identity,
                Selection = workspace.Selection,
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

public sealed record GenerateOptions
{
    public GenerateSpec Spec { get; init; } = new(GenerateKind.Password);

    public int Count { get; init; } = 1;
}

/// <summary>Makes values without storing them. The receiver disposes of them.</summary>
public sealed class GenerateValuesOperation : IOperation<GenerateOptions, GeneratedSecret>
{
    public async IAsyncEnumerable<GeneratedSecret> RunAsync(
        GenerateOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await Task.CompletedTask;
        for (int i = 0; i < options.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return SecretGenerator.Generate(options.Spec);
        }
    }
}
