using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Copying;

/// <summary>Carries out the plan of one secret: asks, writes, reads back, and removes the source if that was asked for.</summary>
internal sealed class CopyApplication(CopySides sides, CopySecretsOptions options, IOperationHost host)
{
    private readonly CopyWriter _writer = new(sides.Target);
    private readonly CopySourceRemoval _removal = new(sides.Source, options.RecoveryDays);

    public async Task<CopyResult> ApplyAsync(CopyItem item, CancellationToken cancellationToken)
    {
        CopyResult result = Result(item);
        bool isRemovedOnly = item is { Action: CopyItem.Same, IsRemoved: true };
        if (!item.IsWritten && !isRemovedOnly)
        {
            return result;
        }

        cancellationToken.ThrowIfCancellationRequested();
        FlowSecretException? kept = item.IsRemoved ? Objection(item) : null;
        bool isRemoved = item.IsRemoved && kept is null;
        if (!item.IsWritten && !isRemoved)
        {
            return Failed(result, kept!);
        }

        string where = $"'{item.Target.StoreName}' in the {sides.Target.Place} ({sides.Target.Place.Identity})";
        if (!await host.ShouldProcessAsync(where, ActionOf(item, isRemoved), cancellationToken, isHighImpact: isRemoved))
        {
            return host.IsWhatIf && kept is not null
                ? Failed(result, kept)
                : result with
                {
                    Status = host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped,
                };
        }

        try
        {
            if (item.IsWritten)
            {
                string? version = await _writer.WriteAsync(item, cancellationToken);
                string status = item.Action == CopyItem.Create ? ItemStatus.Created : ItemStatus.Updated;
                result = result with { Status = status, Version = version };
            }
        }
        catch (FlowSecretException e)
        {
            return Failed(result, sides.Target.Here(e, item.Target)) with { Copied = [] };
        }

        return kept is not null ? Failed(result, kept)
            : isRemoved ? await RemoveAsync(item, result, cancellationToken)
            : result;
    }

    private async Task<CopyResult> RemoveAsync(CopyItem item, CopyResult result, CancellationToken cancellationToken)
    {
        try
        {
            await _removal.RunAsync(item, cancellationToken);
            return result with { SourceRemoved = true, Status = item.IsWritten ? result.Status : ItemStatus.Removed };
        }
        catch (FlowSecretException e)
        {
            return Failed(result, sides.Source.Here(e, item.Source));
        }
    }

    private FlowSecretException? Objection(CopyItem item)
    {
        try
        {
            _removal.Require(item);
            return null;
        }
        catch (FlowSecretException e)
        {
            return e;
        }
    }

    private string ActionOf(CopyItem item, bool isRemoved)
    {
        string from = $"'{item.Source.StoreName}' in the {sides.Source.Place} ({sides.Source.Place.Identity})";
        string copy = item.IsWritten ? $"{item.Effect} from {from}" : $"Keep what equals {from}";
        return isRemoved ? $"{copy}, {_removal.Effect}" : copy;
    }

    private static CopyResult Failed(CopyResult result, FlowSecretException error) =>
        result with
        {
            Status = ItemStatus.Failed,
            Message = error.Message,
            Error = error,
        };

    private CopyResult Result(CopyItem item)
    {
        Place place = sides.Target.Place;
        return new CopyResult
        {
            Name = item.Source.Definition?.Key,
            StoreName = item.Target.StoreName,
            SourceName = item.Source.StoreName,
            Action = item.Action,
            Status = item.Status,
            Version = item.To.Current,
            Copied = item.IsWritten ? item.Copied : [],
            NotCopied = item.From.Unreadable,
            NotMapped = [.. item.NotMapped],
            From = sides.Source.Environment?.Name,
            SourcePlace = sides.Source.Place.ToString(),
            SourceIdentity = sides.Source.Place.Identity,
            Environment = sides.Target.Environment?.Name,
            Store = place.Store.ToString(),
            Place = place.ToString(),
            Identity = place.Identity,
            Message = item.Message,
            Error = item.Error,
        };
    }
}
