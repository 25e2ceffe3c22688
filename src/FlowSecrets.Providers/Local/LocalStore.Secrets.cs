using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Local;

/// <content>Creates, deletes and restores secrets.</content>
internal sealed partial class LocalStore
{
    public Task<SecretDescription> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> labels,
        SecretValue? value,
        CancellationToken cancellationToken
    )
    {
        SecretNames.Require(StoreKind.Local, name);
        RequireLabels(name, OthersOf(labels));
        StoreErrors.RequireSize(name, value, MaxValueBytes);
        return Task.FromResult(
            _vault.Write(
                session =>
                {
                    PurgeExpired(session);
                    if (session.FindRow(name) is { } existing)
                    {
                        RequireNotDeleted(session, existing);
                        throw StoreErrors.SecretExists(Place, name);
                    }

                    SecretTable table = new(name, Now()) { Labels = SecretTable.WriteLabels(labels) };
                    session.AddName(name);
                    if (value is not null)
                    {
                        table.Move(Stages.Current, session.Append(table, value, Now()));
                    }

                    session.Save(table);
                    return table.ToDescription();
                },
                cancellationToken
            )
        );
    }

    public Task DeleteAsync(string name, TimeSpan? recoveryWindow, CancellationToken cancellationToken) =>
        Task.FromResult(
            _vault.Write(
                session =>
                {
                    SecretTable table = session.Find(name) ?? throw NotFound(name);
                    if (recoveryWindow is not { } window)
                    {
                        session.Purge(table);
                        return true;
                    }

                    RequireNotDeleted(session, table);
                    table.Deleted = Now();
                    table.PurgeAt = table.Deleted + (long)window.TotalMilliseconds;
                    session.Save(table);
                    return true;
                },
                cancellationToken
            )
        );

    public Task RestoreAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(
            _vault.Write(
                session =>
                {
                    SecretTable? table = session.Find(name);
                    if (table is null || IsPurged(session, table))
                    {
                        throw NotFound(name);
                    }

                    (table.Deleted, table.PurgeAt) = (0, 0);
                    session.Save(table);
                    return true;
                },
                cancellationToken
            )
        );

    /// <summary>Once in a process: to find out whether time has passed, the whole store is read.</summary>
    private void PurgeExpired(LocalSession session)
    {
        if (_purged)
        {
            return;
        }

        _purged = true;
        foreach (string name in session.Database.ReadExpiredNames(Now()).ToList())
        {
            // The row's word is not enough to delete by: it may have been changed.
            if (session.FindRow(name) is { } table && IsPurged(session, table))
            {
                session.Purge(table);
            }
        }
    }
}
