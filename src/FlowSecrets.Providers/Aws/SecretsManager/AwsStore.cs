using System.Collections.Concurrent;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <summary>
/// AWS Secrets Manager: where the store is, and how it makes calls. A retry cannot add a version twice: its request token, which becomes
/// the version's id, is made once for all tries.
/// </summary>
internal sealed partial class AwsStore : ISecretStore
{
    public const int MaxValueBytes = 65_536;

    private readonly AwsPlace _at;
    private readonly AwsIdentity _identity;
    private readonly AwsCaller _caller;
    private readonly IAwsAccess _access;
    private readonly Func<AwsStore, IRotationStore> _rotation;
    private readonly AwsStoreOptions _options;
    private readonly ConcurrentDictionary<string, Lazy<Task<ISecretsManager>>> _clients = new(StringComparer.Ordinal);

    /// <param name="access">Makes what explains a denied call, from this store.</param>
    /// <param name="rotation">Makes the store's side of a rotation, from this store.</param>
    public AwsStore(
        AwsPlace at,
        AwsIdentity identity,
        AwsStoreOptions options,
        Func<AwsStore, IAwsAccess> access,
        Func<AwsStore, IRotationStore> rotation
    )
    {
        _at = at;
        _identity = identity;
        _options = options;
        _caller = new AwsCaller(new AwsErrors(PlaceOf, at, identity), options);
        _access = access(this);
        _rotation = rotation;
    }

    public Place Place =>
        _identity.Caller is { } caller
            ? new Place(StoreKind.Aws, $"{caller.Account}/{_at.Region}", caller.Arn)
            {
                Text = $"Aws store of account {caller.Account} in {_at.Region}",
            }
            : new Place(StoreKind.Aws, _at.Region, _identity.Text) { Text = $"Aws store in {_at.Region}" };

    /// <summary>The place of one secret: an ARN may name another region and account.</summary>
    internal Place PlaceOf(string? name) =>
        name is not null
        && AwsName.Parse(name) is { Region: { } region, Account: { } account }
        && (region != _at.Region || account != _identity.Caller?.Account)
            ? new Place(StoreKind.Aws, $"{account}/{region}", Place.Identity) { Text = $"Aws store of account {account} in {region}" }
            : Place;

    public int Concurrency => _options.ThrottleLimit;

    /// <summary>Makes calls as this store does.</summary>
    internal AwsCaller Caller => _caller;

    public IAccessControl Access => _access;

    public IRotationStore Rotation => _rotation(this);

    public StoreCapabilities Capabilities { get; } =
        new(
            Stages: true,
            MovableCurrent: true,
            Annotations: false,
            VersionDisable: false,
            VersionDestroy: false,
            RecoveryWindow: true,
            Labels: true,
            Replication: true,
            MaxValueBytes,
            SecretNames.Rule(StoreKind.Aws)
        );

    public async ValueTask<Place> IdentifyAsync(CancellationToken cancellationToken)
    {
        await _identity.CallerAsync(cancellationToken);
        return Place;
    }

    public async Task<StoreValidation> ValidateAsync(CancellationToken cancellationToken)
    {
        await IdentifyAsync(cancellationToken);
        try
        {
            await CallAsync(new AwsCall("ListSecrets"), (c, ct) => c.ListAsync(new AwsList { MaxResults = 1 }, ct), cancellationToken);
            return new StoreValidation(StoreReadiness.Ready, $"Reached as {Place.Identity}.");
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.AccessDenied)
        {
            return new StoreValidation(
                StoreReadiness.Unknown,
                $"Reached as {Place.Identity}, which may not list the secrets; whether it may read one shows when it does."
            );
        }
        catch (FlowSecretException e)
        {
            return new StoreValidation(StoreReadiness.Error, e.Message, e);
        }
    }

    private Task<T> CallAsync<T>(
        AwsCall call,
        Func<ISecretsManager, CancellationToken, Task<T>> send,
        CancellationToken cancellationToken,
        string? region = null
    ) => CallAsync(call, send, null, cancellationToken, region);

    internal async Task<T> CallAsync<T>(
        AwsCall call,
        Func<ISecretsManager, CancellationToken, Task<T>> send,
        Func<CancellationToken, Task<Settled<T>>>? settle,
        CancellationToken cancellationToken,
        string? region = null
    )
    {
        try
        {
            return await _caller.CallAsync(
                call,
                async ct => await send(await ClientAsync(region ?? _at.Region, ct), ct),
                settle,
                cancellationToken
            );
        }
        catch (FlowSecretException e)
            when (e.AccessCause is not (null or AccessCauses.NotAuthenticated or AccessCauses.ClockSkew or AccessCauses.FederationMismatch))
        {
            // The same words as Test-FlowSecretAccess has for it.
            throw await _access.ExplainAsync(call, e, cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.SecretIsReplica)
        {
            throw await WherePrimaryAsync(call.Target, e, cancellationToken);
        }
    }

    internal async Task<ISecretsManager> ClientAsync(string region, CancellationToken cancellationToken)
    {
        Lazy<Task<ISecretsManager>> made = _clients.GetOrAdd(
            region,
            r => new Lazy<Task<ISecretsManager>>(async () =>
                new SecretsManagerClient(
                    await _identity.CredentialsAsync(CancellationToken.None),
                    new SecretsManagerConfig(r, _at.Address) { UseFIPSEndpoint = _at.Fips, HttpClientFactory = _options.Transport }
                )
            )
        );
        try
        {
            return await made.Value.WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A login that was mended meanwhile is looked for again.
            _clients.TryRemove(KeyValuePair.Create(region, made));
            throw;
        }
    }

    /// <summary>A change of which AWS replies nothing.</summary>
    internal async Task ChangeAsync(
        string action,
        string name,
        Func<ISecretsManager, CancellationToken, Task> send,
        string? region,
        CancellationToken cancellationToken
    ) =>
        await CallAsync(
            new AwsCall(action, name, Changes: true),
            async (c, ct) =>
            {
                await send(c, ct);
                return true;
            },
            cancellationToken,
            region
        );

    /// <summary>Finds out whether a change took effect; where that cannot be done, says so.</summary>
    internal async Task<Settled<T>> SettleAsync<T>(
        string name,
        Func<AwsSecret, Settled<T>> look,
        CancellationToken cancellationToken,
        Settled<T> absent = default
    )
    {
        try
        {
            return await FindAsync(name, cancellationToken) is { } secret ? look(secret) : absent;
        }
        catch (FlowSecretException e)
        {
            throw StoreErrors.WriteUncertain(PlaceOf(name), name, e);
        }
    }
}
