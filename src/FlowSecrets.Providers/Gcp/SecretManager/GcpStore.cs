using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <summary>
/// Google Secret Manager. The newest version is the current one, as Google's 'latest' has it; other stages are version aliases. Only
/// reading by number is consistent right after a write, so a secret that this process wrote is read by that number until 'latest' is as
/// new.
/// </summary>
internal sealed partial class GcpStore : ISecretStore
{
    public const int MaxValueBytes = 65_536;

    /// <summary>Of a secret's annotations, keys and values together.</summary>
    public const int MaxAnnotationBytes = LabelRules.MostAnnotationBytes;

    internal const string Latest = "latest";

    /// <summary>How often a change is tried that meets somebody else's.</summary>
    internal const int EtagTries = 6;

    private readonly GcpPlace _at;
    private readonly GcpStoreOptions _options;
    private readonly GcpErrors _errors;
    private readonly Lazy<ISecretManager> _client;
    private readonly GcpCaller _caller;
    private readonly IGcpAccess _access;
    private readonly Func<GcpStore, IRotationStore> _rotation;
    private readonly GcpWrittenVersions _written = new();

    /// <param name="access">Makes what explains a denied call, from this store.</param>
    /// <param name="rotation">Makes the store's side of a rotation, from this store.</param>
    public GcpStore(
        GcpPlace at,
        GcpCredential credential,
        GcpStoreOptions options,
        Func<GcpStore, IGcpAccess> access,
        Func<GcpStore, IRotationStore> rotation
    )
    {
        _at = at;
        _options = options;
        Place = new Place(StoreKind.Gcp, at.Location is null ? at.Project : $"{at.Project}/{at.Location}", credential.Identity)
        {
            Text = at.Location is null ? $"Gcp store of project {at.Project}" : $"Gcp store of project {at.Project} in {at.Location}",
            Parent = at.Parent,
        };
        _errors = new GcpErrors(Place, at, credential);
        _caller = new GcpCaller(_errors, options);
        _client = new Lazy<ISecretManager>(
            () => new SecretManagerService(at.Address, at.Parent, credential.Open(), options.Transport),
            LazyThreadSafetyMode.PublicationOnly
        );
        _access = access(this);
        _rotation = rotation;
    }

    public Place Place { get; }

    public int Concurrency => _options.ThrottleLimit;

    /// <summary>Makes calls as this store does.</summary>
    internal GcpCaller Caller => _caller;

    internal Lazy<ISecretManager> Client => _client;

    public IAccessControl Access => _access;

    public IRotationStore Rotation => _rotation(this);

    public StoreCapabilities Capabilities { get; } =
        new(
            Stages: true,
            MovableCurrent: false,
            Annotations: true,
            VersionDisable: true,
            VersionDestroy: true,
            RecoveryWindow: false,
            Labels: true,
            Replication: true,
            MaxValueBytes,
            SecretNames.Rule(StoreKind.Gcp)
        );

    public ValueTask<Place> IdentifyAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Place);

    public async Task<StoreValidation> ValidateAsync(CancellationToken cancellationToken)
    {
        try
        {
            // A filter that fits nothing: the answer is small, and it asks for no more than listing.
            await CallAsync(
                new GcpCall("secretmanager.secrets.list"),
                (c, ct) => c.ListSecretsAsync("name:flowsecrets-validation", null, ct),
                cancellationToken
            );
            return new StoreValidation(StoreReadiness.Ready, $"Reached as {Place.Identity}.");
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.AccessDenied)
        {
            return new StoreValidation(
                StoreReadiness.Unknown,
                $"Reached as {Place.Identity}, which may not list the project's secrets; whether it may read one shows when it does."
            );
        }
        catch (FlowSecretException e)
        {
            return new StoreValidation(StoreReadiness.Error, e.Message, e);
        }
    }

    internal Task<GcpSecret> GetAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(new GcpCall("secretmanager.secrets.get", name), (c, ct) => c.GetSecretAsync(name, ct), cancellationToken);

    internal Task<T> CallAsync<T>(
        GcpCall call,
        Func<ISecretManager, CancellationToken, Task<T>> send,
        CancellationToken cancellationToken
    ) => CallAsync(call, send, null, cancellationToken);

    internal async Task<T> CallAsync<T>(
        GcpCall call,
        Func<ISecretManager, CancellationToken, Task<T>> send,
        Func<CancellationToken, Task<Settled<T>>>? settle,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await _caller.CallAsync(call, ct => send(_client.Value, ct), settle, cancellationToken);
        }
        catch (FlowSecretException e) when (e.AccessCause is not null && call is { Secret: not null, Explains: true })
        {
            // The same words as Test-FlowSecretAccess has for it.
            throw await _access.ExplainAsync(call, e, cancellationToken);
        }
    }

    /// <summary>Finds out whether a change took effect; where that cannot be done, says so.</summary>
    internal async Task<Settled<T>> SettleAsync<T>(string name, Func<Task<Settled<T>>> look, Settled<T> absent = default)
    {
        try
        {
            return await look();
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.SecretNotFound or ErrorIds.VersionNotFound)
        {
            return absent;
        }
        catch (FlowSecretException e)
        {
            throw StoreErrors.WriteUncertain(Place, name, e);
        }
    }

    /// <summary>Reads, changes and writes with the etag; when somebody else was faster, again from the start.</summary>
    /// <param name="change">The change; null where it is so already.</param>
    private async Task ChangeAsync(string name, string mask, Func<GcpSecret, GcpSecret?> change, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            GcpSecret secret = await GetAsync(name, cancellationToken);
            if (change(secret) is not { } wanted)
            {
                return;
            }

            wanted.Etag = secret.Etag;
            try
            {
                // Repeated after a lost answer, it meets its own new etag: then the next round sees what there is.
                await CallAsync(
                    new GcpCall("secretmanager.secrets.update", name, Changes: true),
                    (c, ct) => c.UpdateSecretAsync(name, wanted, mask, ct),
                    cancellationToken
                );
                return;
            }
            catch (FlowSecretException e) when (e.Id == ErrorIds.Conflict && attempt < EtagTries)
            {
                await Task.Delay(Random.Shared.Next(20, 200) * attempt, cancellationToken);
            }
        }
    }
}
