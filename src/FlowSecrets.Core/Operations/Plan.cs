using System.Runtime.CompilerServices;
using FlowSecrets.Concurrency;
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

    /// <summary>Plans a step for each secret, as many at a time as the store likes; in the secrets' order.</summary>
    public static async Task<IReadOnlyList<PlanStep>> StepsAsync(
        Workspace workspace,
        IReadOnlyList<SecretRef> secrets,
        IOperationHost host,
        Func<SecretRef, CancellationToken, Task<PlanStep>> plan,
        CancellationToken cancellationToken
    )
    {
        List<PlanStep> steps = [];
        await foreach (PlanStep step in Ordered.RunAsync(secrets, workspace.Store.Concurrency, plan, cancellationToken))
        {
            steps.Add(step);
            if (secrets.Count > 1)
            {
                host.Progress(new ProgressUpdate("Looking secrets up", step.Secret.StoreName, steps.Count, secrets.Count));
            }
        }

        return steps;
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

    /// <summary>Asks for each step in order, and applies as many at a time as the store likes; results keep the order.</summary>
    /// <param name="isAsked">Whether applying a step asks for its value: then one comes after the other, so that nobody is asked for two
    /// values at a time.</param>
    public static async IAsyncEnumerable<SecretChange> ApplyAsync(
        string activity,
        Workspace workspace,
        IReadOnlyList<PlanStep> steps,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        bool isAsked = false
    )
    {
        if (steps.Any(static s => s.Refusal is null))
        {
            await workspace.RequireWritesAsync(cancellationToken);
        }

        await workspace.Store.IdentifyAsync(cancellationToken);
        host.Verbose($"{activity}: {Words.Count(steps.Count, "secret")}, {workspace.Place} ({workspace.Place.Identity}).");
        int done = 0;
        IAsyncEnumerable<SecretChange> changes = Ordered.RunAsync(
            steps,
            isAsked ? 1 : workspace.Store.Concurrency,
            (step, ct) => ApplyAsync(workspace, step, host, ct),
            cancellationToken
        );
        await foreach (SecretChange change in changes)
        {
            if (steps.Count > 1)
            {
                host.Progress(new ProgressUpdate(activity, change.StoreName, ++done, steps.Count));
            }

            yield return change;
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
