using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Workloads;
using FlowSecrets.Ports;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation.Run;

// What runs with the secret.
internal sealed partial class RotationRun
{
    private readonly Dictionary<string, IWorkload> _opened = new(StringComparer.Ordinal);

    /// <summary>Since when the current version is current.</summary>
    private DateTimeOffset Since =>
        _promoted
        ?? (_primary.Record is { Promoted: { } promoted } record && record.To == _primary.Current ? promoted : context.Clock.GetUtcNow());

    private IWorkload Open(CatalogWorkload workload) =>
        _opened.TryGetValue(workload.Name, out IWorkload? open)
            ? open
            : _opened[workload.Name] = context.Providers().OpenWorkload(workload, workspace.Selection, context.Variable);

    /// <summary>
    /// Before anything is changed: each workload is there and can be deployed, and one that would be cut off has that allowed.
    /// </summary>
    /// <exception cref="FlowSecretException">WorkloadFailed, WorkloadNotFound, InterruptionNotAllowed and what its platform
    /// says.</exception>
    private async Task RequireWorkloadsReadyAsync()
    {
        foreach (CatalogWorkload workload in unit.Workloads)
        {
            // Whether it holds a value depends on how it gets it.
            using WorkloadSecrets secrets = unit.KillsOldAtOnce
                ? await SecretsOfAsync(workload, withPrevious: false)
                : new WorkloadSecrets();
            WorkloadState state = await Open(workload).StateAsync(secrets.List, cancellationToken);
            if (state.Health == WorkloadHealth.Paused)
            {
                throw new FlowSecretException(
                    ErrorIds.WorkloadFailed,
                    workload.Name,
                    $"{Open(workload).Description} is paused{(state.Detail.Length == 0 ? "" : $" ({state.Detail})")}, so it would not "
                        + $"get a new value of '{Name}'",
                    "Resume it first, then run the command again; nothing was changed."
                );
            }

            if (unit.KillsOldAtOnce && state.HoldsValues && !settings.AllowInterruption)
            {
                throw new FlowSecretException(
                    ErrorIds.InterruptionNotAllowed,
                    Name,
                    $"'{unit.Definition.Key}' has one user, whose old password stops working at once, and {Open(workload).Description} "
                        + $"holds it in its environment until it is deployed anew",
                    "Let two users alternate: rotate: { target: { users: [a, b], admin: KEY } }; or allow the interruption: "
                        + "-AllowInterruption"
                );
            }
        }
    }

    /// <summary>Every workload is deployed with the current versions, and healthy with them.</summary>
    private async Task RedeployAsync()
    {
        if (unit.Workloads.Count == 0)
        {
            return;
        }

        _step = RotationState.Redeployed;

        // When an earlier run promoted is not known; what is deployed from now on has the value for certain.
        _promoted ??= context.Clock.GetUtcNow();
        List<(IWorkload Workload, string Deployment)> deployments = [];
        foreach (CatalogWorkload workload in unit.Workloads)
        {
            Stop();
            using WorkloadSecrets secrets = await SecretsOfAsync(workload, withPrevious: !settings.Force);
            IWorkload open = Open(workload);
            deployments.Add((open, await open.RedeployAsync(secrets.List, always: false, Say(open), cancellationToken)));
        }

        _step = RotationState.Healthy;
        await Task.WhenAll(
            deployments.Select(d => d.Workload.WaitAsync(d.Deployment, settings.Timeout, Say(d.Workload), cancellationToken))
        );
    }

    /// <summary>Before the value before goes out of use: no workload needs it any more.</summary>
    /// <exception cref="FlowSecretException">WorkloadFailed.</exception>
    private async Task RequireWorkloadsCurrentAsync()
    {
        foreach (CatalogWorkload workload in unit.Workloads)
        {
            IWorkload open = Open(workload);
            using WorkloadSecrets secrets = await SecretsOfAsync(workload, withPrevious: false);
            if (unit.Rotation.PreviousEnv is not null)
            {
                // An instance that starts with a variable for a version that is gone does not start.
                string deployment = await open.RedeployAsync(secrets.List, always: false, Say(open), cancellationToken);
                await open.WaitAsync(deployment, settings.Timeout, Say(open), cancellationToken);
            }

            WorkloadState state = await open.StateAsync(secrets.List, cancellationToken);
            WorkloadVersion? stale = state.Versions.FirstOrDefault(static v => v.IsStale == true);
            if (state.Health != WorkloadHealth.Healthy || stale is not null)
            {
                throw new FlowSecretException(
                    ErrorIds.WorkloadFailed,
                    workload.Name,
                    stale is null
                        ? $"{open.Description} is not healthy ({state.Health}{(state.Detail.Length == 0 ? "" : ": " + state.Detail)}), "
                            + $"so the value before of '{Name}' is kept"
                        : $"{open.Description} still runs with an older version of '{stale.StoreName}' ({stale.Source}), so the value "
                            + $"before is kept",
                    $"Deploy it: {Shell($"Restart-FlowSecretWorkload {workload.Name} -Wait")}; then run the command again."
                );
            }
        }
    }

    private Action<string> Say(IWorkload workload) => text => host.Verbose($"{workload.Description}: {text}");

    /// <summary>The unit's secrets that a workload consumes, as it should run with them.</summary>
    private async Task<WorkloadSecrets> SecretsOfAsync(CatalogWorkload workload, bool withPrevious)
    {
        WorkloadSecrets secrets = new();
        try
        {
            if (unit.Definition.Workloads.Contains(workload.Name, StringComparer.Ordinal))
            {
                await secrets.AddAsync(_reader.ReadAsync, _primary, unit.Definition, Since, withPrevious, cancellationToken);
            }

            for (int i = 0; i < _carriers.Length; i++)
            {
                if (unit.Carriers[i].Secret.Definition!.Workloads.Contains(workload.Name, StringComparer.Ordinal))
                {
                    await secrets.AddAsync(
                        _reader.ReadAsync,
                        _carriers[i],
                        unit.Carriers[i].Secret.Definition!,
                        Since,
                        withPrevious,
                        cancellationToken
                    );
                }
            }

            return secrets;
        }
        catch
        {
            secrets.Dispose();
            throw;
        }
    }

    private async Task<IReadOnlyList<string>> WorkloadTextsAsync()
    {
        List<string> texts = [];
        foreach (CatalogWorkload workload in unit.Workloads)
        {
            try
            {
                IWorkload open = Open(workload);
                using WorkloadSecrets secrets = await SecretsOfAsync(workload, withPrevious: false);
                WorkloadState state = await open.StateAsync(secrets.List, cancellationToken);
                string stale =
                    state.Versions.Any(static v => v.IsStale == true) ? ", with an older version"
                    : state.Versions.Any(static v => v.Version is not null) ? ", with the current version"
                    : "";
                texts.Add($"{open.Description}: {state.Health}{stale}.");
            }
            catch (FlowSecretException e)
            {
                texts.Add($"{workload.Name}: not to be seen ({e.Id}).");
            }
        }

        return texts;
    }
}
