using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using FlowSecrets.Files;

namespace FlowSecrets.Providers.Local;

/// <summary>The encrypted store in one SQLite file. docs/security.md says what it protects from whom.</summary>
internal sealed partial class LocalStore(LocalStoreLocation location, SecretValue? passphrase, TimeProvider clock)
    : ISecretStore,
        IStoreMaintenance
{
    /// <summary>As the clouds have it, so that what works here works there.</summary>
    public const int MaxValueBytes = 65_536;

    private readonly LocalVault _vault = new(location, passphrase);

    public Place Place => new(StoreKind.Local, location.File, _vault.Identity);

    /// <summary>One: its writers wait for each other.</summary>
    public int Concurrency => 1;

    public bool Exists => _vault.Exists;

    public IAccessControl Access => new LocalAccess(this, location);

    public IRotationStore Rotation => new LocalRotation(this);

    public StoreCapabilities Capabilities { get; } =
        new(
            Stages: true,
            MovableCurrent: true,
            Annotations: false,
            VersionDisable: true,
            VersionDestroy: true,
            RecoveryWindow: true,
            Labels: true,
            Replication: false,
            MaxValueBytes,
            SecretNames.Rule(StoreKind.Local)
        );

    public ValueTask<Place> IdentifyAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Place);

    public Task CreateAsync(CancellationToken cancellationToken)
    {
        _vault.Guard(() =>
        {
            _vault.Create(cancellationToken);
            return true;
        });
        return Task.CompletedTask;
    }

    public Task<StoreValidation> ValidateAsync(CancellationToken cancellationToken)
    {
        if (!Exists)
        {
            return Task.FromResult(new StoreValidation(StoreReadiness.Ready, "There is no file yet; the first write makes it."));
        }

        try
        {
            int count = _vault.Read(
                0,
                s =>
                {
                    s.Database.CheckStructure();
                    List<SecretTable> tables = [.. s.All("")];
                    tables.ForEach(t => RequireReadable(s, t, cancellationToken));
                    return tables.Count;
                },
                cancellationToken
            );
            string? exposure = PrivateFile.Exposure(location.File);
            return Task.FromResult(
                new StoreValidation(
                    StoreReadiness.Ready,
                    exposure is null
                        ? $"{count} secrets, all authentic."
                        : $"{count} secrets, all authentic. {exposure} Run: chmod 600 '{location.File}'"
                )
            );
        }
        catch (FlowSecretException e)
        {
            return Task.FromResult(new StoreValidation(StoreReadiness.Error, e.Message, e));
        }
    }

    public Task<SecretDescription> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> labels,
        SecretValue? value,
        CancellationToken cancellationToken
    )
    {
        SecretNames.Require(StoreKind.Local, name);
        RequireLabels(name, labels);
        StoreErrors.RequireSize(name, value, MaxValueBytes);
        return Task.FromResult(
            _vault.Write(
                session =>
                {
                    PurgeExpired(session);
                    if (session.FindRow(name) is { } existing)
                    {
                        RequireNotDeleted(existing);
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

    public async IAsyncEnumerable<SecretDescription> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (
            SecretDescription description in _vault.Read(
                [],
                s => s.All(prefix).Where(t => !IsPurged(t)).Select(static t => t.ToDescription()).ToList(),
                cancellationToken
            )
        )
        {
            yield return description;
        }

        await Task.CompletedTask;
    }

    public Task<SecretDescription?> DescribeAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(_vault.Read(null, s => Describe(s, name), cancellationToken));

    public async IAsyncEnumerable<DescribeOutcome> DescribeManyAsync(
        IReadOnlyCollection<string> names,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (
            DescribeOutcome outcome in _vault.Read(
                [.. names.Select(static n => new DescribeOutcome(n, null, null))],
                s => names.Select(n => Describe(s, n, cancellationToken)).ToList(),
                cancellationToken
            )
        )
        {
            yield return outcome;
        }

        await Task.CompletedTask;
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

    public Task SetLabelsAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        return Task.FromResult(
            Change(
                name,
                (_, table) =>
                {
                    if (LabelChanges.Merge(table.ToDescription().Labels, labels) is { } all)
                    {
                        RequireLabels(
                            name,
                            all.Where(static l => !l.Key.StartsWith(RotationNotes.Prefix, StringComparison.Ordinal))
                                .ToDictionary(StringComparer.Ordinal)
                        );
                        table.Labels = SecretTable.WriteLabels(all);
                    }

                    return true;
                },
                cancellationToken
            )
        );
    }

    public Task SetAnnotationsAsync(string name, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken) =>
        throw StoreErrors.NotSupported(Place, name, "A Local store has no annotations", "Use labels: Set-FlowSecret -Label");

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

                    RequireNotDeleted(table);
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
                    if (table is null || IsPurged(table))
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

    /// <summary>Reads one secret's table.</summary>
    internal T Look<T>(string name, Func<SecretTable, T> look, CancellationToken cancellationToken)
        where T : class =>
        _vault.Read(
            null,
            s =>
            {
                SecretTable table = s.Find(name) ?? throw NotFound(name);
                RequireNotDeleted(table);
                return look(table);
            },
            cancellationToken
        ) ?? throw NotFound(name);

    /// <summary>Changes one secret in one transaction.</summary>
    internal T Change<T>(string name, Func<LocalSession, SecretTable, T> change, CancellationToken cancellationToken)
    {
        if (!Exists)
        {
            throw NotFound(name);
        }

        return _vault.Write(
            session =>
            {
                SecretTable table = session.Find(name) ?? throw NotFound(name);
                RequireNotDeleted(table);
                T result = change(session, table);
                session.Save(table);
                return result;
            },
            cancellationToken
        );
    }

    /// <summary>Decrypts every version, which throws where a value is not as it was written.</summary>
    private static void RequireReadable(LocalSession session, SecretTable table, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (VersionRow version in table.Versions.Where(static v => v.State != VersionState.Destroyed))
        {
            session.Open(table, version).Dispose();
        }
    }

    private SecretDescription? Describe(LocalSession session, string name) =>
        session.Find(name) is { } table && !IsPurged(table) ? table.ToDescription() : null;

    private DescribeOutcome Describe(LocalSession session, string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new DescribeOutcome(name, Describe(session, name), null);
        }
        catch (FlowSecretException e)
        {
            return new DescribeOutcome(name, null, e);
        }
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
        RequireNotDeleted(table);
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
            _ => new ReadSecret(name, row.Number.ToString(), session.Open(table, row)),
        };
    }

    internal static VersionRow Numbered(SecretTable table, string version) =>
        table.Numbered(version) ?? throw StoreErrors.VersionNotFound(table.Name, $"'{table.Name}' has no version {version}");

    private static FlowSecretException Destroyed(string name, VersionRow row) => StoreErrors.VersionDestroyed(name, row.Number.ToString());

    private FlowSecretException NotFound(string name) => StoreErrors.SecretNotFound(Place, name);

    private void RequireNotDeleted(SecretTable table)
    {
        if (table.Deleted != 0)
        {
            throw IsPurged(table)
                ? NotFound(table.Name)
                : StoreErrors.PendingDeletion(table.Name, DateTimeOffset.FromUnixTimeMilliseconds(table.PurgeAt));
        }
    }

    private bool IsPurged(SecretTable table) => table.Deleted != 0 && table.PurgeAt <= Now();

    private void PurgeExpired(LocalSession session)
    {
        foreach (string name in session.Database.ReadExpiredNames(Now()).ToList())
        {
            // The row's word is not enough to delete by: it may have been changed.
            if (session.FindRow(name) is { } table && IsPurged(table))
            {
                session.Purge(table);
            }
        }
    }

    private static void RequireLabels(string name, IReadOnlyDictionary<string, string> labels) =>
        StoreErrors.RequireLabels(
            name,
            labels,
            64,
            static (key, value) => key.Length is > 0 and <= 63 && value.Length <= 63,
            "keys of 1 to 63 and values of at most 63 characters"
        );

    private static void RequireStage(string? stage)
    {
        if (stage is not null && !StageName().IsMatch(stage))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                FlowErrorCategory.InvalidArgument,
                stage,
                $"'{stage}' is no name of a stage",
                "Use 1 to 63 letters, digits, '-' and '_', a letter first; not 'latest'."
            );
        }
    }

    internal long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    [GeneratedRegex(@"\A(?!latest\z)[A-Za-z][A-Za-z0-9_-]{0,62}\z")]
    private static partial Regex StageName();
}
