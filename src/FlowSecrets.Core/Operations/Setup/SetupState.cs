using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Setup;

/// <summary>
/// What the store holds before a set-up: the secrets' descriptions, and the values of those that have a readable current version.
/// </summary>
internal sealed class SetupState : IDisposable
{
    private readonly Dictionary<string, SecretDescription> _descriptions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReadOutcome> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FlowSecretException> _failures = new(StringComparer.Ordinal);

    public static async Task<SetupState> ReadAsync(
        Workspace workspace,
        IReadOnlyList<SecretRef> secrets,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        SetupState state = new();
        try
        {
            int done = 0;
            await foreach (
                (SecretRef secret, SecretDescription? description, FlowSecretException? error) in workspace.DescribeAsync(
                    secrets,
                    cancellationToken
                )
            )
            {
                host.Progress(new ProgressUpdate("Looking secrets up", secret.StoreName, ++done, secrets.Count));
                if (error is { Id: ErrorIds.NotAuthenticated or ErrorIds.StoreUnavailable or ErrorIds.ApiNotEnabled or ErrorIds.NoProject })
                {
                    // It is the store that cannot be used, whatever the secret.
                    throw error;
                }

                if (error is not null)
                {
                    state._failures.Add(secret.StoreName, error);
                }
                else if (description is not null)
                {
                    state._descriptions.Add(secret.StoreName, description);
                }
            }

            // A disabled or destroyed version is the user's own choice.
            string[] readable =
            [
                .. state
                    ._descriptions.Where(static d =>
                        d.Value is { Deleted: null, CurrentVersion: not null, CurrentState: VersionState.Enabled }
                    )
                    .Select(static d => d.Key),
            ];
            if (readable.Length > 0)
            {
                await foreach (ReadOutcome outcome in workspace.Store.ReadManyAsync(readable, cancellationToken))
                {
                    state._values.Add(outcome.StoreName, outcome);
                }
            }

            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    public SecretDescription? Description(SecretRef secret) => _descriptions.GetValueOrDefault(secret.StoreName);

    /// <summary>The current value; null where there is none that can be read. It stays this object's own.</summary>
    public ReadSecret? Current(SecretRef secret) => _values.GetValueOrDefault(secret.StoreName)?.Secret;

    /// <exception cref="FlowSecretException">What the store said instead of describing or reading it.</exception>
    public void ThrowIfUnknown(SecretRef secret)
    {
        if ((_failures.GetValueOrDefault(secret.StoreName) ?? _values.GetValueOrDefault(secret.StoreName)?.Error) is { } error)
        {
            throw error;
        }
    }

    public void Dispose()
    {
        foreach (ReadOutcome outcome in _values.Values)
        {
            outcome.Dispose();
        }
    }
}
