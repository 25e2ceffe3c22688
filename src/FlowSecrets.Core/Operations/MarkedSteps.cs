using FlowSecrets.Errors;
using FlowSecrets.Files.Marked;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations;

/// <summary>Carries out the plan of a command that makes files.</summary>
internal static class MarkedSteps
{
    /// <summary>Asks, then writes or removes one file.</summary>
    /// <param name="action">What is done with the file, for -WhatIf and the question.</param>
    /// <returns>What became of the file, and the error if that failed.</returns>
    public static async ValueTask<(string Status, FlowSecretException? Error)> ApplyAsync(
        MarkedStep step,
        string action,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        if (step.IsChange && !await host.ShouldProcessAsync(step.Path, action, cancellationToken))
        {
            return (host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped, null);
        }

        try
        {
            MarkedPlan.Apply(step, cancellationToken);
            return (step.Status.ToString(), null);
        }
        catch (FlowSecretException e)
        {
            return (ItemStatus.Failed, e);
        }
    }
}
