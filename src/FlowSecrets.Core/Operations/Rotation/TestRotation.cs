using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Rotation.Run;
using FlowSecrets.Operations.Workloads;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation;

/// <summary>Rehearses rotations: everything is asked, nothing is touched.</summary>
internal sealed class TestRotationOperation(OperationContext context) : IOperation<RotationOptions, RotationCheck>
{
    public async IAsyncEnumerable<RotationCheck> RunAsync(
        RotationOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenWithCatalogAsync(context, options, host, cancellationToken);
        await workspace.Store.IdentifyAsync(cancellationToken);
        using RotationTargetFactory targets = new(context);
        IReadOnlyList<SecretRef> secrets = RotationSelection.Secrets(context, workspace, options, host);
        Dictionary<string, RotationItem> found = new(StringComparer.Ordinal);
        await foreach (RotationItem item in RotationItem.FindAsync(context, workspace, secrets, withAge: false, cancellationToken))
        {
            found[item.Secret.StoreName] = item;
            host.Progress(new ProgressUpdate("Looking at rotations", item.Secret.StoreName, found.Count, secrets.Count));
        }

        // In the catalog's order, whichever answered first. A rehearsal logs in as well.
        IReadOnlyList<RotationItem> items = await RotationTrust.AskAsync(
            context,
            workspace,
            [.. secrets.Select(s => found[s.StoreName])],
            cancellationToken
        );
        int done = 0;
        await foreach (
            (RotationItem item, List<RotationFinding> findings) in Ordered.RunAsync(
                items,
                workspace.Store.Concurrency,
                async (i, ct) => (i, await AllAsync(workspace, i, targets, ct)),
                cancellationToken
            )
        )
        {
            host.Progress(new ProgressUpdate("Rehearsing rotations", item.Secret.StoreName, ++done, items.Count));
            foreach (RotationFinding finding in findings)
            {
                yield return new RotationCheck
                {
                    Name = item.Secret.Definition?.Key ?? item.Secret.StoreName,
                    Check = finding.Check,
                    Passed = finding.IsFine,
                    Message = PlainText.Line(finding.Message),
                    Remedy = workspace.Text(finding.Remedy, item.Secret),
                    Environment = workspace.Environment?.Name,
                };
            }
        }
    }

    private async Task<List<RotationFinding>> AllAsync(
        Workspace workspace,
        RotationItem item,
        RotationTargetFactory targets,
        CancellationToken cancellationToken
    )
    {
        List<RotationFinding> findings = [];
        await foreach (RotationFinding finding in FindAsync(workspace, item, targets, cancellationToken))
        {
            findings.Add(finding);
        }

        return findings;
    }

    private async IAsyncEnumerable<RotationFinding> FindAsync(
        Workspace workspace,
        RotationItem item,
        RotationTargetFactory targets,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (item.Error is { } error)
        {
            yield return Failed("store", error);
            yield break;
        }

        RotationUnit unit = item.Unit!;
        yield return StateOf(workspace, item.View!, unit);
        foreach (RotationFinding finding in await PermissionsAsync(workspace, item, cancellationToken))
        {
            yield return finding;
        }

        yield return workspace.Store.Rotation.RoomIn(item.View!);
        foreach (RotationFinding finding in await TryAsync("new value", () => ValuesAsync(workspace, unit, item.View!, cancellationToken)))
        {
            yield return finding;
        }

        foreach (
            RotationFinding finding in await TryAsync("target", () => TargetAsync(workspace, unit, item.View!, targets, cancellationToken))
        )
        {
            yield return finding;
        }

        foreach (CatalogWorkload workload in unit.Workloads)
        {
            foreach (
                RotationFinding finding in await TryAsync(
                    "workload " + workload.Name,
                    () => WorkloadAsync(workspace, unit, item.View!, workload, cancellationToken)
                )
            )
            {
                yield return finding;
            }
        }
    }

    private RotationFinding StateOf(Workspace workspace, RotationView view, RotationUnit unit)
    {
        DateTimeOffset now = context.Clock.GetUtcNow();
        return view switch
        {
            { Foreign: { } foreign } => new RotationFinding("state", false, foreign + ".", "Let it end, or end it where it was begun."),
            { Record: { State: RotationState.NeedsAttention } record } => new RotationFinding(
                "state",
                false,
                $"The step '{record.FailedStep}' failed {record.Failures} times, the last time as {record.ErrorId}.",
                $"Mend what is told below, then: " + $"{Shell($"Invoke-FlowSecretRotation {workspace.Argument(unit.Secret)} -Force")}"
            ),
            { Pending: { IsSuperseded: true } } => new RotationFinding(
                "state",
                false,
                $"Version {view.Current} was set by somebody else while a rotation was under way.",
                $"Discard the rotation: {Shell($"Undo-FlowSecretRotation {workspace.Argument(unit.Secret)}")}"
            ),
            { Pending: not null } => new RotationFinding("state", true, "A rotation was broken off; the next run finishes it."),
            { Record: { State: RotationState.Overlap, RetireAt: { } end } overlap } when overlap.To == view.Current && end > now =>
                new RotationFinding(
                    "state",
                    false,
                    $"The value before stays valid until {end:yyyy-MM-dd HH:mm} UTC.",
                    "Wait until then; -Force does not wait."
                ),
            _ => new RotationFinding("state", true, $"Version {view.Current} is current, and no rotation is open."),
        };
    }

    private static async Task<IReadOnlyList<RotationFinding>> PermissionsAsync(
        Workspace workspace,
        RotationItem item,
        CancellationToken cancellationToken
    )
    {
        List<(SecretPermission Permission, AccessAnswer Answer)> answers = [];
        await foreach (
            (SecretPermission, AccessAnswer) answer in workspace.Store.Access.TestAllAsync(
                [.. item.Names],
                [SecretPermission.Read, SecretPermission.Write, SecretPermission.Manage],
                cancellationToken
            )
        )
        {
            answers.Add(answer);
        }

        // What cannot be known stops nothing: the rotation itself finds out, before it changes anything that matters.
        return
        [
            .. answers
                .OrderBy(static a => a.Permission)
                .Select(static a => new RotationFinding(
                    $"{a.Permission.ToString().ToLowerInvariant()} {a.Answer.StoreName}",
                    a.Answer.Result != AccessResult.Denied,
                    a.Answer.Evidence,
                    a.Answer.Result == AccessResult.Allowed ? null : a.Answer.Remedy
                )),
        ];
    }

    private static async Task<IReadOnlyList<RotationFinding>> ValuesAsync(
        Workspace workspace,
        RotationUnit unit,
        RotationView view,
        CancellationToken cancellationToken
    )
    {
        if (unit.IsAsked)
        {
            return [new RotationFinding("new value", true, "It is asked for, or given with -Value.")];
        }

        using ReadSecret current = await workspace.Store.Rotation.ReadAsync(view, view.Current, cancellationToken);
        using SecretValue made = RotationValues.New(unit, current.Value, null);
        foreach (RotationCarrier carrier in unit.Carriers)
        {
            RotationView carried = await workspace.Store.Rotation.ViewAsync(carrier.Subject, cancellationToken);
            using ReadSecret value = await workspace.Store.Rotation.ReadAsync(carried, carried.Current, cancellationToken);
            RotationValues.ForCarrier(unit, carrier.Carrier, value.Value, made, carried.StoreName).Dispose();
        }

        return
        [
            new RotationFinding(
                "new value",
                true,
                unit.Carriers.Count == 0
                    ? "It can be made."
                    : $"It can be made, and put into {string.Join(", ", unit.Carriers.Select(static c => c.Secret.StoreName))}."
            ),
        ];
    }

    private static async Task<IReadOnlyList<RotationFinding>> TargetAsync(
        Workspace workspace,
        RotationUnit unit,
        RotationView view,
        RotationTargetFactory targets,
        CancellationToken cancellationToken
    )
    {
        if (await targets.OpenAsync(workspace, unit, cancellationToken) is not { } target)
        {
            return [];
        }

        using ReadSecret current = await workspace.Store.Rotation.ReadAsync(view, view.Current, cancellationToken);
        return await target.RehearseAsync(current.Value, cancellationToken);
    }

    private async Task<IReadOnlyList<RotationFinding>> WorkloadAsync(
        Workspace workspace,
        RotationUnit unit,
        RotationView view,
        CatalogWorkload workload,
        CancellationToken cancellationToken
    )
    {
        IWorkload open = context.Providers().OpenWorkload(workload, workspace.Selection, context.Variable);
        using WorkloadSecrets secrets = new();
        IRotationStore store = workspace.Store.Rotation;
        foreach (
            (RotationSubject subject, CatalogSecret definition) in new[] { (unit.Subject, unit.Definition) }.Concat(
                unit.Carriers.Select(static c => (c.Subject, c.Secret.Definition!))
            )
        )
        {
            if (definition.Workloads.Contains(workload.Name, StringComparer.Ordinal))
            {
                await secrets.AddAsync(
                    store.ReadAsync,
                    subject == unit.Subject ? view : await store.ViewAsync(subject, cancellationToken),
                    definition,
                    since: null,
                    withPrevious: false,
                    cancellationToken
                );
            }
        }

        WorkloadState state = await open.StateAsync(secrets.List, cancellationToken);
        string detail = state.Detail.Length == 0 ? "" : ": " + state.Detail;
        List<RotationFinding> findings =
        [
            new RotationFinding(
                "workload " + workload.Name,
                state.Health is WorkloadHealth.Healthy or WorkloadHealth.Deploying,
                $"{open.Description} is {state.Health}{detail}.",
                state.Health == WorkloadHealth.Healthy ? "" : "Mend it first: a rotation ends only when it is healthy."
            ),
        ];
        if (unit.KillsOldAtOnce && state.HoldsValues)
        {
            findings.Add(
                new RotationFinding(
                    "interruption",
                    false,
                    $"One user's old password stops working at once, and {open.Description} holds it until it is deployed anew.",
                    "Let two users alternate, or add -AllowInterruption."
                )
            );
        }

        return findings;
    }

    private static async Task<IReadOnlyList<RotationFinding>> TryAsync(string check, Func<Task<IReadOnlyList<RotationFinding>>> look)
    {
        try
        {
            return await look();
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.VersionDisabled)
        {
            // Nothing is changed here. A rotation enables it for a read.
            return [new RotationFinding(check, true, $"{e.Cause} A rotation reads it, and replaces it if it is current.")];
        }
        catch (FlowSecretException e)
        {
            return [Failed(check, e)];
        }
    }

    private static RotationFinding Failed(string check, FlowSecretException error) => new(check, false, error.Cause, error.Advice);
}
