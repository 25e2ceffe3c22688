using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Local;

/// <summary>The encrypted store in one SQLite file. docs/security.md says what it protects from whom.</summary>
internal sealed partial class LocalStore(LocalStoreLocation location, SecretValue? passphrase, TimeProvider clock)
    : ISecretStore,
        IStoreMaintenance
{
    /// <summary>As the clouds have it, so that what works here works there.</summary>
    public const int MaxValueBytes = 65_536;

    private readonly LocalVault _vault = new(location, passphrase);
    private volatile bool _purged;

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
                    tables.ForEach(t => s.RequireReadable(t, cancellationToken));
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
                        : Remedy.Of($"{count} secrets, all authentic. {exposure} Run: {Shell($"chmod 600 {location.File}")}").ToString()
                )
            );
        }
        catch (FlowSecretException e)
        {
            return Task.FromResult(new StoreValidation(StoreReadiness.Error, e.Message, e));
        }
    }

    /// <summary>Reads one secret's table.</summary>
    internal T Look<T>(string name, Func<SecretTable, T> look, CancellationToken cancellationToken)
        where T : class =>
        _vault.Read(
            null,
            s =>
            {
                SecretTable table = s.Find(name) ?? throw NotFound(name);
                RequireNotDeleted(s, table);
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
                RequireNotDeleted(session, table);
                T result = change(session, table);
                session.Save(table);
                return result;
            },
            cancellationToken
        );
    }

    private FlowSecretException NotFound(string name) => StoreErrors.SecretNotFound(Place, name);

    private void RequireNotDeleted(LocalSession session, SecretTable table)
    {
        if (table.Deleted != 0)
        {
            throw IsPurged(session, table)
                ? NotFound(table.Name)
                : StoreErrors.PendingDeletion(table.Name, DateTimeOffset.FromUnixTimeMilliseconds(table.PurgeAt));
        }
    }

    /// <summary>
    /// Whether its time to be restored is over, by this machine's clock and by what the store saw. A clock that is far ahead ends nothing.
    /// </summary>
    private bool IsPurged(LocalSession session, SecretTable table) =>
        table.Deleted != 0 && table.PurgeAt <= Now() && session.SawPass(table.Deleted, table.PurgeAt);

    internal long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
