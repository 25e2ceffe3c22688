using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Local;

/// <content>Adds versions, and changes their states and stages.</content>
internal sealed partial class LocalStore
{
    public Task<SecretVersionInfo> AddVersionAsync(
        string name,
        SecretValue value,
        string? stage,
        string? expectedCurrent,
        CancellationToken cancellationToken
    )
    {
        StoreErrors.RequireSize(name, value, MaxValueBytes);
        RequireStage(stage);
        return Task.FromResult(
            Change(
                name,
                (session, table) =>
                {
                    VersionRow? current = table.Staged(Stages.Current);
                    if (
                        expectedCurrent is not null
                        && !string.Equals(current?.Number.ToString() ?? "", expectedCurrent, StringComparison.Ordinal)
                    )
                    {
                        throw StoreErrors.Conflict(
                            name,
                            $"The current version of '{name}' is {current?.Number.ToString() ?? "none"}, not "
                                + $"{(expectedCurrent.Length == 0 ? "none" : expectedCurrent)}"
                        );
                    }

                    VersionRow row = session.Append(table, value, Now());
                    if (stage is null && current is not null)
                    {
                        table.Move(Stages.Previous, current);
                    }

                    table.Move(stage ?? Stages.Current, row);
                    return row.ToInfo();
                },
                cancellationToken
            )
        );
    }

    public Task<IReadOnlyList<SecretVersionInfo>> ListVersionsAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(
            _vault.Read<IReadOnlyList<SecretVersionInfo>?>(
                null,
                s => [.. Enumerable.Reverse((s.Find(name) ?? throw NotFound(name)).Versions).Select(static v => v.ToInfo())],
                cancellationToken
            ) ?? throw NotFound(name)
        );

    public Task SetVersionStateAsync(string name, string version, VersionState state, CancellationToken cancellationToken) =>
        Task.FromResult(
            Change(
                name,
                (session, table) =>
                {
                    VersionRow row = Numbered(table, version);
                    if (row.State == VersionState.Destroyed)
                    {
                        throw Destroyed(name, row);
                    }

                    row.State = state;
                    row.IsChanged = true;
                    if (state == VersionState.Destroyed)
                    {
                        row.Nonce = [];
                        session.Database.WriteSealed(name, row.Number, []);
                    }

                    return true;
                },
                cancellationToken
            )
        );

    public Task MoveStageAsync(string name, string stage, string? version, string? expectedVersion, CancellationToken cancellationToken)
    {
        RequireStage(stage);
        return Task.FromResult(
            Change(
                name,
                (_, table) =>
                {
                    VersionRow? from = table.Staged(stage);
                    if (expectedVersion is not null && !string.Equals(from?.Number.ToString(), expectedVersion, StringComparison.Ordinal))
                    {
                        throw StoreErrors.Conflict(
                            name,
                            $"The stage '{stage}' of '{name}' is on version {from?.Number.ToString() ?? "none"}, not {expectedVersion}"
                        );
                    }

                    VersionRow? to = version is null ? null : Numbered(table, version);
                    if (to?.State == VersionState.Destroyed)
                    {
                        throw Destroyed(name, to);
                    }

                    // Whoever reads the current version would get none.
                    if (string.Equals(stage, Stages.Current, StringComparison.Ordinal) && to?.State == VersionState.Disabled)
                    {
                        throw StoreErrors.VersionDisabled(name, to.Number.ToString());
                    }

                    if (string.Equals(stage, Stages.Current, StringComparison.Ordinal) && from is not null && to is not null && from != to)
                    {
                        table.Move(Stages.Previous, from);
                    }

                    table.Move(stage, to);
                    return true;
                },
                cancellationToken
            )
        );
    }

    internal static VersionRow Numbered(SecretTable table, string version) =>
        table.Numbered(version) ?? throw StoreErrors.VersionNotFound(table.Name, $"'{table.Name}' has no version {version}");

    private static FlowSecretException Destroyed(string name, VersionRow row) => StoreErrors.VersionDestroyed(name, row.Number.ToString());

    private static void RequireStage(string? stage)
    {
        if (stage is not null && !StageName().IsMatch(stage))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                stage,
                $"'{stage}' is no name of a stage",
                "Use 1 to 63 letters, digits, '-' and '_', a letter first; not 'latest'."
            );
        }
    }

    [GeneratedRegex(@"\A(?!latest\z)[A-Za-z][A-Za-z0-9_-]{0,62}\z")]
    private static partial Regex StageName();
}
