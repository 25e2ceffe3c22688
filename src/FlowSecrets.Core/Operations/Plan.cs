using System.Runtime.CompilerServices;

namespace FlowSecrets.Operations;

/// <summary>One planned effect, without values.</summary>
/// <param name="Action">What is done, for -WhatIf and -Confirm: <c>Create</c>, <c>Delete for good</c>.</param>
/// <param name="ApplyAsync">Does it; throws <see cref="FlowSecretException"/>.</param>
internal sealed record PlanStep(SecretRef Secret, string Action, Func<CancellationToken, Task<SecretChange>> ApplyAsync);

/// <summary>Carries a plan out: each step asks, each ends as a result, and a failed one does not stop the rest.</summary>
internal static class Plan
{
    public static async IAsyncEnumerable<SecretChange> ApplyAsync(
        string activity,
        Workspace workspace,
        IReadOnlyList<PlanStep> steps,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        host.Verbose($"{activity}: {steps.Count} {(steps.Count == 1 ? "secret" : "secrets")}, {workspace.Place} ({workspace.Place.Identity}).");
        for (int i = 0; i < steps.Count; i++)
        {
            if (steps.Count > 1)
            {
                host.Progress(new ProgressUpdate(activity, steps[i].Secret.StoreName, i, steps.Count));
            }

            yield return await ApplyAsync(workspace, steps[i], host, cancellationToken);
        }
    }

    private static async Task<SecretChange> ApplyAsync(Workspace workspace, PlanStep step, IOperationHost host, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!await host.ShouldProcessAsync($"'{step.Secret.StoreName}' in the {workspace.Place}", step.Action, cancellationToken))
        {
            return workspace.Result(step.Secret, host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped, null, step.Action);
        }

        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await step.ApplyAsync(cancellationToken);
        }
        catch (FlowSecretException e)
        {
            return workspace.Failure(step.Secret, e);
        }
    }
}
