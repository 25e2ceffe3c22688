using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Use;

/// <summary>Waits for new versions of the secrets that a program has. Versions are asked for, not values.</summary>
internal sealed class VersionWatch(
    OperationContext context,
    Workspace workspace,
    UsePlan plan,
    UseLoader loader,
    UseOptions options,
    IOperationHost host
)
{
    /// <summary>Ends if a secret has another version, with all values read again. What fails is told, and tried again.</summary>
    /// <param name="versions">The versions that the program has, by the secrets' names in the store.</param>
    public async Task<UsedSecrets> NextAsync(IReadOnlyDictionary<string, string> versions, CancellationToken cancellationToken)
    {
        string? told = null;
        while (true)
        {
            await Task.Delay(options.Interval, context.Clock, cancellationToken);
            FlowSecretException? failure;
            try
            {
                if (!await HaveChangedAsync(versions, cancellationToken))
                {
                    told = null;
                    continue;
                }

                await Task.Delay(options.Debounce, context.Clock, cancellationToken);
                (UsedSecrets? secrets, IReadOnlyList<FlowSecretException> errors) = await loader.LoadAsync(host, cancellationToken);
                if (secrets is not null)
                {
                    return secrets;
                }

                failure = errors[0];
            }
            catch (FlowSecretException e)
            {
                failure = e;
            }

            if (told != failure.Id)
            {
                host.Warning($"{failure.Id}: the program keeps the values that it has. {failure.Message}");
                told = failure.Id;
            }
        }
    }

    private async Task<bool> HaveChangedAsync(IReadOnlyDictionary<string, string> versions, CancellationToken cancellationToken)
    {
        string[] names = [.. plan.Reads.Select(static r => r.StoreName)];
        await foreach (DescribeOutcome outcome in workspace.Store.DescribeManyAsync(names, cancellationToken))
        {
            if (outcome.Error is { } error)
            {
                throw error;
            }

            if (outcome.Description?.CurrentVersion != versions.GetValueOrDefault(outcome.StoreName))
            {
                return true;
            }
        }

        return false;
    }
}
