using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Worker;

/// <summary>One rotation command on the catalog of the current folder; says how it ended and how many changing calls there were.</summary>
internal static class RotateOnce
{
    /// <param name="action">rotate, force or undo.</param>
    /// <param name="kill">Where it ends itself.</param>
    public static async Task<int> RunAsync(IProviders providers, string action, string name, string environment, string? kill)
    {
        KillPoint point = KillPoint.Parse(kill);
        KillingProviders killing = new(providers, point);
        using SecretValue? value = Environment.GetEnvironmentVariable("FLOWSECRETS_WORKER_VALUE") is { Length: > 0 } given
            ? SecretValue.FromText(given)
            : null;
        OperationContext context = new(() => killing, Environment.CurrentDirectory);
        IAsyncEnumerable<RotationResult> results =
            action == "undo"
                ? new UndoRotationOperation(context).RunAsync(
                    new UndoRotationOptions
                    {
                        Names = [name],
                        Environment = environment,
                        TrustCatalog = true,
                    },
                    new SilentHost(),
                    CancellationToken.None
                )
                : new InvokeRotationOperation(context).RunAsync(
                    new InvokeRotationOptions
                    {
                        Names = [name],
                        Environment = environment,
                        TrustCatalog = true,
                        Force = action == "force",
                        AllowInterruption = true,
                        Value = value,
                    },
                    new SilentHost(),
                    CancellationToken.None
                );
        int failed = 0;
        await foreach (RotationResult result in results)
        {
            Console.WriteLine(result.Status == ItemStatus.Failed ? $"failed {result.Message}" : $"done {result.State} {result.Version}");
            failed += result.Status == ItemStatus.Failed ? 1 : 0;
        }

        Console.WriteLine($"calls {point.Calls}");
        return failed;
    }
}
