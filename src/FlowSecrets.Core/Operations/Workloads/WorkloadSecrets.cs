using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Workloads;

/// <summary>Secrets as a workload should run with them. Owns their values.</summary>
internal sealed class WorkloadSecrets : IDisposable
{
    private readonly List<WorkloadSecret> _secrets = [];
    private bool _isDisposed;

    /// <exception cref="ObjectDisposedException">The values are erased, so that the list is of no use any more.</exception>
    public IReadOnlyList<WorkloadSecret> List
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _secrets;
        }
    }

    /// <param name="read">Reads a version of the view; a rotation's own also reads disabled ones.</param>
    /// <param name="since">Since when the current version is current; null: not known.</param>
    /// <param name="withPrevious">Whether the value before is still delivered.</param>
    public async Task AddAsync(
        Func<RotationView, string, CancellationToken, Task<ReadSecret>> read,
        RotationView view,
        CatalogSecret definition,
        DateTimeOffset? since,
        bool withPrevious,
        CancellationToken cancellationToken
    )
    {
        using ReadSecret current = await read(view, view.Current, cancellationToken);
        string? before =
            view.Pending is { IsPromoted: true } pending ? pending.Basis
            : view.Record is { State: RotationState.Overlap } record && record.To == view.Current ? record.From
            : null;
        bool delivers = withPrevious && before is not null && definition.Rotation?.PreviousEnv is not null;
        Dictionary<string, SecretValue> variables = WorkloadVariables.Of(definition, current.Value, view.StoreName);
        if (delivers)
        {
            // Where a Kubernetes Secret carries it, it must be there as well.
            using ReadSecret old = await read(view, before!, cancellationToken);
            variables[definition.Rotation!.PreviousEnv!] = old.Value.Clone();
        }

        _secrets.Add(
            new WorkloadSecret(view.StoreName, view.Current)
            {
                Since = since,
                Variables = variables,
                Outdated =
                    delivers || before is null ? [] : await OutdatedAsync(read, view, definition, current.Value, before, cancellationToken),
                PreviousVariable = definition.Rotation?.PreviousEnv,
                PreviousVersion = delivers ? before : null,
            }
        );
    }

    public void Dispose()
    {
        _isDisposed = true;
        foreach (WorkloadSecret secret in _secrets)
        {
            foreach (SecretValue value in secret.Variables.Values.Concat(secret.Outdated))
            {
                value.Dispose();
            }
        }
    }

    /// <summary>The sensitive texts of the version before that the current one no longer has.</summary>
    private static async Task<IReadOnlyList<SecretValue>> OutdatedAsync(
        Func<RotationView, string, CancellationToken, Task<ReadSecret>> read,
        RotationView view,
        CatalogSecret definition,
        SecretValue current,
        string before,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using ReadSecret old = await read(view, before, cancellationToken);
            if (definition.Fields.Count == 0)
            {
                return old.Value.Equals(current) ? [] : [old.Value.Clone()];
            }

            JsonSecret then = JsonSecret.Parse(old.Value, view.StoreName);
            JsonSecret now = JsonSecret.Parse(current, view.StoreName);
            return
            [
                .. definition
                    .Fields.Where(f => f.Sensitive && then.Text(f.Name) is { Length: > 0 } text && text != now.Text(f.Name))
                    .Select(f => SecretValue.FromText(then.Text(f.Name))),
            ];
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.VersionDisabled or ErrorIds.VersionDestroyed or ErrorIds.VersionNotFound)
        {
            return [];
        }
    }
}
