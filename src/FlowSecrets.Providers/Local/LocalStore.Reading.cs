using System.Runtime.CompilerServices;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Providers.Local;

/// <content>Reads values, one and many.</content>
internal sealed partial class LocalStore
{
    public Task<ReadSecret> ReadAsync(string name, VersionSelector selector, CancellationToken cancellationToken) =>
        Task.FromResult(_vault.Read(null, s => ReadOne(s, name, selector), cancellationToken) ?? throw NotFound(name));

    public async IAsyncEnumerable<ReadOutcome> ReadManyAsync(
        IReadOnlyCollection<string> names,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // One connection and one state for all of them.
        List<ReadOutcome> outcomes =
            _vault.Read(null, s => names.Select(n => ReadOutcomeOf(s, n, cancellationToken)).ToList(), cancellationToken)
            ?? [.. names.Select(n => new ReadOutcome(n, null, NotFound(n)))];
        foreach (ReadOutcome outcome in outcomes)
        {
            yield return outcome;
        }

        await Task.CompletedTask;
    }

    private ReadOutcome ReadOutcomeOf(LocalSession session, string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new ReadOutcome(name, ReadOne(session, name, VersionSelector.Current), null);
        }
        catch (FlowSecretException e)
        {
            return new ReadOutcome(name, null, e);
        }
    }

    private ReadSecret ReadOne(LocalSession session, string name, VersionSelector selector)
    {
        SecretTable table = session.Find(name) ?? throw NotFound(name);
        RequireNotDeleted(session, table);
        VersionRow row = selector.Version is { } version
            ? Numbered(table, version)
            : table.Staged(selector.Stage ?? Stages.Current)
                ?? throw (
                    selector.Stage is null
                        ? StoreErrors.HasNoVersion(Place, name)
                        : StoreErrors.VersionNotFound(name, $"No version of '{name}' has the stage '{selector.Stage}'")
                );
        return row.State switch
        {
            VersionState.Destroyed => throw Destroyed(name, row),
            VersionState.Disabled => throw StoreErrors.VersionDisabled(name, row.Number.ToString()),
            _ => new ReadSecret(name, row.Number.ToString(), session.Open(table, row))
            {
                Owner = SecretTable.ReadLabels(table.Labels).GetValueOrDefault(SecretOwner.Label),
            },
        };
    }
}
