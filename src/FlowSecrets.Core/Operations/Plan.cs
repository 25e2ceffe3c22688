using System.Runtime.CompilerServices;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations;

/// <summary>One planned effect, without values.</summary>
/// <param name="Action">What is done, for -WhatIf and -Confirm: <c>Create</c>, <c>Delete for good</c>.</param>
/// <param name="ApplyAsync">Does it; throws <see cref="FlowSecretException"/>.</param>
/// <param name="Refusal">Why it cannot be done, where that is known already: -WhatIf says so too.</param>
internal sealed record PlanStep(
    SecretRef Secret,
    string Action,
    Func<CancellationToken, Task<SecretChange>> ApplyAsync,
    FlowSecretException? Refusal = null
);

/// <summary>Carries a plan out: each step asks, each ends as a result, and a failed one does not stop the rest.</summary>
internal static class Plan
{
    /// <summary>Plans a step; what <paramref name="check"/> throws becomes its refusal.</summary>
    public static async Task<PlanStep> StepAsync(
        SecretRef secret,
        string action,
        Func<Task> check,
        Func<CancellationToken, Task<SecretChange>> apply
    )
    {
        try
        {
            await check();
            return new PlanStep(secret, action, apply);
        }
        catch (FlowSecretException e)
        {
            return new PlanStep(secret, action, apply, e);
        }
    }

    /// <summary>The secret as the store describes it.</summary>
    /// <exception cref="FlowSecretException">SecretNotFound, PendingDeletion.</exception>
    public static async Task<SecretDescription> RequireAsync(Workspace workspace, SecretRef secret, CancellationToken cancellationToken)
    {
        SecretDescription description =
            await workspace.Store.DescribeAsync(secret.StoreName, cancellationToken)
            ?? throw StoreErrors.SecretNotFound(workspace.Place, secret.StoreName);
        return description.Deleted is null ? description : throw StoreErrors.PendingDeletion(secret.StoreName, description.PurgeAt);
    }

    public static async IAsyncEnumerable<SecretChange> ApplyAsync(
        string activity,
        Workspace workspace,
        IReadOnlyList<PlanStep> steps,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (steps.Any(static s => s.Refusal is null))
        {
            await workspace.RequireWritesAsync(cancellationToken);
        }

        await workspace.Store.IdentifyAsync(cancellationToken);
        host.Verbose($"{activity}: {Words.Count(steps.Count, "secret")}, {workspace.Place} ({workspace.Place.Identity}).");
        for (int i = 0; i < steps.Count; i++)
        {
            if (steps.Count > 1)
            {
                host.Progress(new ProgressUpdate(activity, steps[i].Secret.StoreName, i, steps.Count));
            }

            yield return await ApplyAsync(workspace, steps[i], host, cancellationToken);
        }
    }

    private static async Task<SecretChange> ApplyAsync(
        Workspace workspace,
        PlanStep step,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (step.Refusal is { } refusal)
        {
            return workspace.Failure(step.Secret, refusal);
        }

        if (!await host.ShouldProcessAsync($"'{step.Secret.StoreName}' in the {workspace.Place}", step.Action, cancellationToken))
        {
            return workspace.Result(step.Secret, host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped, null, step.Action);
        }

        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await step.ApplyAsync(cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id != ErrorIds.CannotPrompt)
        {
            // Where nobody can answer, that is about the whole command.
            return workspace.Failure(step.Secret, e);
        }
    }
}
