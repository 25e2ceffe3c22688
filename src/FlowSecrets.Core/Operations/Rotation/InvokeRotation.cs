using System.Runtime.CompilerServices;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Rotation.Run;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation;

internal sealed record InvokeRotationOptions : RotationOptions
{
    /// <summary>Only what is due: an age, an unfinished rotation, a value before whose overlap is over.</summary>
    public bool Due { get; init; }

    /// <summary>The old value is out of use at once; also what an overlap or earlier failures forbid.</summary>
    public bool Force { get; init; }

    public bool AllowInterruption { get; init; }

    /// <summary>Let the store's own rotation do it.</summary>
    public bool Native { get; init; }

    /// <summary>A person's own new value; the operation does not dispose of it.</summary>
    public SecretValue? Value { get; init; }

    public TimeSpan? Timeout { get; init; }
}

/// <summary>Rotates secrets through to what runs with them, and takes the values before out of use when their time has come.</summary>
internal sealed class InvokeRotationOperation(OperationContext context) : IOperation<InvokeRotationOptions, RotationResult>
{
    public async IAsyncEnumerable<RotationResult> RunAsync(
        InvokeRotationOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenWithCatalogAsync(context, options, host, cancellationToken);
        IReadOnlyList<SecretRef> secrets = RotationSelection.Secrets(context, workspace, options, host);
        RequireOne(options, secrets);
        await workspace.Store.IdentifyAsync(cancellationToken);
        using RotationTargetFactory targets = new(context);
        RotationSettings settings = new()
        {
            Force = options.Force,
            AllowInterruption = options.AllowInterruption,
            Value = options.Value,
            Timeout = options.Timeout ?? new RotationSettings().Timeout,
        };
        int done = 0;
        List<RotationItem> wanted = [];
        IReadOnlyList<RotationItem> found = await DueAsync(workspace, secrets, options, host, cancellationToken);
        foreach (RotationItem item in await RotationTrust.AskAsync(context, workspace, found, cancellationToken))
        {
            if (item.Error is not null)
            {
                yield return Result(workspace, item, item.Error, null, default);
            }
            else if (await AgreesAsync(host, workspace, item, options, cancellationToken))
            {
                wanted.Add(item);
            }
            else
            {
                yield return Result(workspace, item, null, null, default) with
                {
                    Status = host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped,
                    Message = Plan(item, options, context.Clock.GetUtcNow()),
                };
            }
        }

        int width = context.ThrottleLimit ?? Math.Max(workspace.Store.Concurrency, 4);
        host.Verbose($"Rotating: {Words.Count(wanted.Count, "secret")}, {workspace.Place} ({workspace.Place.Identity}).");
        await foreach (
            RotationResult[] results in Bounded.RunAsync(
                RotationItem.Apart(wanted),
                width,
                (group, ct) => RunGroupAsync(workspace, group, options, settings, host, targets, ct),
                cancellationToken
            )
        )
        {
            foreach (RotationResult result in results)
            {
                host.Progress(new ProgressUpdate("Rotating", result.StoreName, ++done, wanted.Count));
                yield return result;
            }
        }
    }

    /// <summary>What is to be rotated, and what cannot be looked at.</summary>
    private async Task<IReadOnlyList<RotationItem>> DueAsync(
        Workspace workspace,
        IReadOnlyList<SecretRef> secrets,
        InvokeRotationOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        List<RotationItem> found = [];
        await foreach (RotationItem item in RotationItem.FindAsync(context, workspace, secrets, options.Due, cancellationToken))
        {
            if (item.Error is null && options.Due && !item.IsDue(context.Clock.GetUtcNow()))
            {
                host.Verbose($"'{item.Secret.StoreName}' is not due.");
            }
            else
            {
                found.Add(item);
            }
        }

        return found;
    }

    private static void RequireOne(InvokeRotationOptions options, IReadOnlyList<SecretRef> secrets)
    {
        if (options.Value is not null && !options.IsOne(secrets))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                "-Value",
                $"One value was given for {secrets.Count} secrets",
                "Name the one secret that it is for."
            );
        }
    }

    private async Task<bool> AgreesAsync(
        IOperationHost host,
        Workspace workspace,
        RotationItem item,
        InvokeRotationOptions options,
        CancellationToken cancellationToken
    ) => await host.ShouldProcessAsync(item.ReachAt(workspace), Plan(item, options, context.Clock.GetUtcNow()), cancellationToken);

    /// <summary>Secrets that share a carrier, one after the other.</summary>
    private async Task<RotationResult[]> RunGroupAsync(
        Workspace workspace,
        IReadOnlyList<RotationItem> group,
        InvokeRotationOptions options,
        RotationSettings settings,
        IOperationHost host,
        RotationTargetFactory targets,
        CancellationToken cancellationToken
    )
    {
        List<RotationResult> results = [];
        foreach (RotationItem item in group)
        {
            long start = context.Clock.GetTimestamp();
            using RotationRun run = new(workspace, item.Unit!, settings, context, host, targets, cancellationToken);
            try
            {
                using RotationLock held = RotationLock.Take(workspace.Place, item.Names, context.Variable);
                (RotationView view, string status) = await RunAsync(workspace, run, item, options, host, cancellationToken);
                results.Add(Result(workspace, item, null, view, context.Clock.GetElapsedTime(start)) with { Status = status });
            }
            catch (FlowSecretException e)
            {
                results.Add(Result(workspace, item, e, run.Last, context.Clock.GetElapsedTime(start)));
            }
        }

        return [.. results];
    }

    private async Task<(RotationView View, string Status)> RunAsync(
        Workspace workspace,
        RotationRun run,
        RotationItem item,
        InvokeRotationOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        if (options.Native)
        {
            return (await workspace.Store.Rotation.RunNativeAsync(item.Unit!.Subject, cancellationToken), ItemStatus.Rotated);
        }

        // What was seen before the lock was taken may be another process's past. Where nothing was open, putting a value aside finds that
        // out.
        RotationView view =
            item.View is { Pending: null, Foreign: null } seen && !RotationItem.IsInOverlap(seen)
                ? seen
                : await workspace.Store.Rotation.ViewAsync(item.Unit!.Subject, cancellationToken);
        DateTimeOffset now = context.Clock.GetUtcNow();
        if (RotationRun.IsOver(view))
        {
            view = await run.TidyAsync(view);
            if (!options.Force || RotationItem.IsWithoutOverlap(view))
            {
                return (RotationItem.IsToRetire(view, now) ? await run.RetireAsync(view) : view, ItemStatus.Rotated);
            }
        }

        if (options.Force && view.Pending is { IsPromoted: true } && !await run.IsOutOfUseAsync(view))
        {
            host.Warning(
                $"A rotation of '{view.StoreName}' was under way, and its value is current: it is finished. If that value has leaked "
                    + $"too, run the same command once more."
            );
        }

        if (
            RotationItem.IsToRetire(view, now)
            && (!options.Force || RotationItem.IsWithoutOverlap(view) || (options.Due && !item.IsOld(now)))
        )
        {
            RotationItem.RequireRetirable(workspace, item.Secret, view, options.Force);
            bool isRest = RotationItem.IsWithoutOverlap(view);
            view = await run.RetireAsync(view);
            if (isRest || (options.Due && !item.IsOld(now)))
            {
                // Of a rotation without an overlap it was the last step, which the run before did not come to.
                return (view, isRest ? ItemStatus.Rotated : ItemStatus.Retired);
            }
        }
        else if (options.Force && RotationItem.IsInOverlap(view))
        {
            view = await RetireEarlierAsync(workspace, run, item, view, host, cancellationToken);
        }
        else if (options.Due && view.Pending is null && !item.IsOld(now))
        {
            // Another machine did it meanwhile.
            return (view, ItemStatus.Unchanged);
        }

        view = await run.RotateAsync(view);
        return RotationItem.IsToRetire(view, context.Clock.GetUtcNow())
            ? (await run.RetireAsync(view), ItemStatus.Rotated)
            : (view, ItemStatus.Rotated);
    }

    /// <summary>
    /// The value before the current one goes first: the record of the next rotation knows it no longer. What keeps it does not keep a
    /// leaked value from being replaced.
    /// </summary>
    private static async Task<RotationView> RetireEarlierAsync(
        Workspace workspace,
        RotationRun run,
        RotationItem item,
        RotationView view,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await run.RetireAsync(view);
        }
        catch (FlowSecretException e)
        {
            run.Leave(view.Record!.From!);
            string remedy = workspace.Store.Capabilities.VersionDisable
                ? Remedy
                    .Of(
                        $": "
                            + $"{Shell($"Set-FlowSecretVersion {workspace.Argument(item.Secret)} -Version {view.Record!.From:bare} -State "
                        + $"Disabled")}"
                    )
                    .ToString()
                : " take its labels off";
            host.Warning(
                $"Version {view.Record!.From} of '{view.StoreName}' is still valid: {e.CauseClause}. Once nothing needs "
                    + $"it{(item.Unit!.Rotation.Target is null ? "" : " revoke it where it is checked, and")}{remedy}"
            );
            return await workspace.Store.Rotation.ViewAsync(item.Unit!.Subject, cancellationToken);
        }
    }

    internal static RotationResult Result(
        Workspace workspace,
        RotationItem item,
        FlowSecretException? error,
        RotationView? view,
        TimeSpan duration
    )
    {
        FlowSecretException? here = error is null ? null : workspace.Here(error, item.Secret);
        RotationRecord? record = (view ?? item.View)?.Record;
        return new RotationResult
        {
            Name = item.Secret.Definition?.Key ?? item.Secret.StoreName,
            StoreName = item.Secret.StoreName,
            Status = ItemStatus.Failed,
            State = RotationItem.StateOf(view ?? item.View).ToString(),
            Version = (view ?? item.View)?.Current,
            PreviousVersion = record is { State: RotationState.Overlap } ? record.From : null,
            RetireAt = record is { State: RotationState.Overlap, RetireAt: { } at } ? at.LocalDateTime : null,
            Workloads = (string[])[.. item.Unit?.Workloads.Select(static w => w.Name) ?? []],
            Duration = duration,
            Environment = workspace.Environment?.Name,
            Store = workspace.Place.Store.ToString(),
            Place = workspace.Place.ToString(),
            Message = here?.Message,
            Error = here,
        };
    }

    /// <summary>What would be done, for -WhatIf and -Confirm.</summary>
    private static string Plan(RotationItem item, InvokeRotationOptions options, DateTimeOffset now) =>
        options.Native ? "Run AWS's own rotation"
        : item.View!.Pending is { } ? "Finish the rotation"
        : RotationItem.IsToRetire(item.View, now) && RotationItem.IsWithoutOverlap(item.View)
            ? $"Take version {item.View.Record!.From} out of use"
        : RotationItem.IsToRetire(item.View, now) && !options.Force
            ? (
                options.Due && !item.IsOld(now)
                    ? $"Take version {item.View.Record!.From} out of use"
                    : $"Take version {item.View.Record!.From} out of use, then rotate"
            )
        : options.Force ? "Rotate, and take the old value out of use at once"
        : "Rotate";
}
