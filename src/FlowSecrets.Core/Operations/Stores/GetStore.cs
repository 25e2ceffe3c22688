using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Stores;

internal sealed record StoreOptions : TargetOptions
{
    /// <summary>A place given by parameters; null: what is in use.</summary>
    public StoreSelection? Selection { get; init; }

    /// <summary>Do not open the store.</summary>
    public bool SkipValidation { get; init; }
}

/// <summary>Says which store is in use, and whether it can be opened.</summary>
internal sealed class GetStoreOperation(OperationContext context) : IOperation<StoreOptions, StoreStatus>
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
        Workspace workspace = await Workspace.OpenAsync(at, options, host, cancellationToken);
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
            Store = workspace.Place.Store.ToString(),
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
