using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using FlowSecrets.Providers.Aws.Access;
using FlowSecrets.Transport;

namespace FlowSecrets.Providers.Aws;

/// <summary>How a store may behave otherwise than usual; tests use it.</summary>
internal sealed record AwsStoreOptions
{
    public RetryLimits Limits { get; init; } = new();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public int ThrottleLimit { get; init; } = StoreSelection.DefaultThrottleLimit;

    public string? KmsKey { get; init; }

    public AwsTransport Transport { get; init; } = AwsTransport.Shared;
}

/// <summary>
/// AWS Secrets Manager. Stages are staging labels, where current, previous and pending are AWSCURRENT, AWSPREVIOUS and AWSPENDING. A retry
/// cannot
/// add a version twice: its request token, which becomes the version's id, is made once for all tries.
/// </summary>
internal sealed partial class AwsStore : ISecretStore
{
    public const int MaxValueBytes = 65_536;

    internal const string CurrentLabel = "AWSCURRENT";
    internal const string PreviousLabel = "AWSPREVIOUS";
    internal const string PendingLabel = "AWSPENDING";
    private const int BatchSize = 20;
    private const int BatchWidth = 4;

    private readonly AwsPlace _at;
    private readonly AwsIdentity _identity;
    private readonly AwsCaller _caller;
    private readonly AwsAccessControl _access;
    private readonly AwsStoreOptions _options;
    private readonly ConcurrentDictionary<string, Lazy<Task<ISecretsManager>>> _clients = new(StringComparer.Ordinal);

    // Documented quotas of a region: BatchGetSecretValue 100 a second, changes of versions 50 together.
    private readonly QuotaWindow _batches;
    private readonly QuotaWindow _writes;

    /// <summary>Set once the batch call was refused: then single reads are asked for at once.</summary>
    private volatile bool _batchRefused;

    public AwsStore(AwsPlace at, AwsIdentity identity, AwsStoreOptions options)
    {
        (_at, _identity, _options) = (at, identity, options);
        _caller = new AwsCaller(new AwsErrors(PlaceOf, at, identity), options);
        _access = new AwsAccessControl(this, at, identity, _caller, options, ClientAsync);
        TimeSpan second = TimeSpan.FromSeconds(1);
        (_batches, _writes) = (new QuotaWindow(100, second, options.Clock), new QuotaWindow(50, second, options.Clock));
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

    public IAccessControl Access => _access;

    public IRotationStore Rotation => new AwsRotation(this, _options.Clock);

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

    public async Task<ReadSecret> ReadAsync(string name, VersionSelector selector, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);

        // The stage is always said: some emulators return something else without it.
        string? label = selector.Version is not null ? null : LabelOf(selector.Stage ?? Stages.Current);
        AwsGet request = new()
        {
            SecretId = id.Id,
            VersionId = selector.Version,
            VersionStage = label,
        };
        bool isCurrent = label == CurrentLabel;
        try
        {
            AwsValue value = await CallAsync(
                new AwsCall("GetSecretValue", name, isCurrent ? null : selector.Version ?? selector.Stage),
                (c, ct) => c.GetAsync(request, ct),
                cancellationToken,
                id.Region
            );
            return ToRead(name, value);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.SecretNotFound or ErrorIds.BadArgument)
        {
            throw await WhyNotAsync(name, isCurrent ? null : selector, e, cancellationToken);
        }
    }

    public async IAsyncEnumerable<ReadOutcome> ReadManyAsync(
        IReadOnlyCollection<string> names,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (names.Count == 1 || _batchRefused)
        {
            await foreach (ReadOutcome outcome in Bounded.RunAsync(names, Concurrency, ReadOutcomeAsync, cancellationToken))
            {
                yield return outcome;
            }

            yield break;
        }

        // A batch goes to one region, and an invalid name would refuse it whole.
        string[] single = [.. names.Where(static n => !SecretNames.IsValid(StoreKind.Aws, n))];
        IEnumerable<string[]> batches = names
            .Except(single, StringComparer.Ordinal)
            .Chunk(BatchSize)
            .Concat(single.Select(static n => new[] { n }));
        await foreach (
            ReadOutcome[] outcomes in Bounded.RunAsync(batches, Math.Min(BatchWidth, Concurrency), ReadBatchAsync, cancellationToken)
        )
        {
            int taken = 0;
            try
            {
                foreach (ReadOutcome outcome in outcomes)
                {
                    taken++;
                    yield return outcome;
                }
            }
            finally
            {
                Array.ForEach(outcomes[taken..], static o => o.Dispose());
            }
        }
    }

    public async IAsyncEnumerable<SecretDescription> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? page = null;
        do
        {
            AwsList request = new()
            {
                MaxResults = 100,
                IncludePlannedDeletion = true,
                NextToken = page,
                Filters = prefix.Length == 0 ? null : [new AwsFilter { Key = "name", Values = [prefix] }],
            };
            AwsSecretPage found = await CallAsync(new AwsCall("ListSecrets"), (c, ct) => c.ListAsync(request, ct), cancellationToken);
            foreach (AwsSecret secret in (found.SecretList ?? []).Where(s => s.Name?.StartsWith(prefix, StringComparison.Ordinal) == true))
            {
                yield return Description(secret.Name!, secret);
            }

            page = found.NextToken;
        } while (!string.IsNullOrEmpty(page));
    }

    public async Task<SecretDescription?> DescribeAsync(string name, CancellationToken cancellationToken) =>
        await FindAsync(name, cancellationToken) is { } secret ? Description(name, secret) : null;

    public IAsyncEnumerable<DescribeOutcome> DescribeManyAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Bounded.RunAsync(names, Concurrency, DescribeOutcomeAsync, cancellationToken);

    public async Task<IReadOnlyList<SecretVersionInfo>> ListVersionsAsync(string name, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        List<AwsVersion> versions = [];
        string? page = null;
        do
        {
            AwsListVersions request = new()
            {
                SecretId = id.Id,
                IncludeDeprecated = true,
                MaxResults = 100,
                NextToken = page,
            };
            AwsVersionPage found = await CallAsync(
                new AwsCall("ListSecretVersionIds", name),
                (c, ct) => c.ListVersionsAsync(request, ct),
                cancellationToken,
                id.Region
            );
            versions.AddRange(found.Versions ?? []);
            page = found.NextToken;
        } while (!string.IsNullOrEmpty(page));

        return
        [
            .. versions
                .Select(v => new SecretVersionInfo(
                    v.VersionId ?? "",
                    Time(v.CreatedDate) ?? default,
                    VersionState.Enabled,
                    [.. (v.VersionStages ?? []).Select(StageOf).Order(StringComparer.Ordinal)]
                ))
                .OrderByDescending(static v => v.Created)
                .ThenByDescending(static v => v.Stages.Contains(Stages.Current, StringComparer.Ordinal))
                .ThenByDescending(static v => v.Stages.Contains(Stages.Previous, StringComparer.Ordinal)),
        ];
    }

    /// <returns>Null where there is none.</returns>
    internal async Task<AwsSecret?> FindAsync(string name, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        try
        {
            return await CallAsync(
                new AwsCall("DescribeSecret", name),
                (c, ct) => c.DescribeAsync(new AwsSecretId { SecretId = id.Id }, ct),
                cancellationToken,
                id.Region
            );
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.SecretNotFound)
        {
            return null;
        }
    }

    private async Task<ReadOutcome[]> ReadBatchAsync(string[] names, CancellationToken cancellationToken)
    {
        if (names.Length > 1 && !_batchRefused)
        {
            try
            {
                AwsBatch batch = await CallAsync(
                    new AwsCall("BatchGetSecretValue"),
                    (c, ct) => c.BatchGetAsync(new AwsBatchGet { SecretIdList = [.. names] }, ct),
                    cancellationToken
                );
                Dictionary<string, AwsValue> found = (batch.SecretValues ?? [])
                    .Where(static v => v.Name is not null)
                    .ToDictionary(static v => v.Name!, StringComparer.Ordinal);

                // Whatever the batch did not bring is asked for by itself, which says why not in the words of a single read.
                ReadOutcome[] others = await ReadEachAsync([.. names.Where(n => !found.ContainsKey(n))], cancellationToken);
                return [.. others, .. names.Where(found.ContainsKey).Select(n => new ReadOutcome(n, ToRead(n, found[n]), null))];
            }
            catch (FlowSecretException e) when (e.Id is ErrorIds.AccessDenied or ErrorIds.BadArgument)
            {
                _batchRefused = true;
            }
            catch (FlowSecretException e)
            {
                return [.. names.Select(n => new ReadOutcome(n, null, new FlowSecretException(e.Id, e.Category, n, e.Cause, e.Remedy, e)))];
            }
        }

        return await ReadEachAsync(names, cancellationToken);
    }

    /// <summary>One by one, the share of one batch at a time.</summary>
    private async Task<ReadOutcome[]> ReadEachAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        List<ReadOutcome> outcomes = [];
        try
        {
            await foreach (
                ReadOutcome outcome in Bounded.RunAsync(names, Math.Max(1, Concurrency / BatchWidth), ReadOutcomeAsync, cancellationToken)
            )
            {
                outcomes.Add(outcome);
            }

            return [.. outcomes];
        }
        catch
        {
            outcomes.ForEach(static o => o.Dispose());
            throw;
        }
    }

    /// <summary>A refusal that the service words vaguely, decided by what it says of the secret.</summary>
    private async Task<FlowSecretException> WhyNotAsync(
        string name,
        VersionSelector? selector,
        FlowSecretException error,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await FindAsync(name, cancellationToken) switch
            {
                null => StoreErrors.SecretNotFound(PlaceOf(name), name),
                { DeletedDate: not null } deleted => PendingDeletion(name, deleted),
                _ when selector is { } version => StoreErrors.VersionNotFound(
                    name,
                    $"'{name}' in the {PlaceOf(name)} has no version {version}"
                ),
                _ => error.Id == ErrorIds.BadArgument ? error : StoreErrors.HasNoVersion(PlaceOf(name), name),
            };
        }
        catch (FlowSecretException)
        {
            return error;
        }
    }

    private static FlowSecretException PendingDeletion(string name, AwsSecret secret) =>
        StoreErrors.PendingDeletion(name, Time(secret.DeletedDate) is { } date && date > DateTimeOffset.UtcNow ? date : null);

    private static ReadSecret ToRead(string name, AwsValue value)
    {
        if (value.SecretString is { } text)
        {
            return new ReadSecret(name, value.VersionId ?? "", text);
        }

        byte[] bytes = value.SecretBinary ?? [];
        try
        {
            return new ReadSecret(name, value.VersionId ?? "", SecretValue.FromBytes(bytes));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static SecretDescription Description(string name, AwsSecret secret)
    {
        string? current = secret.VersionOf(CurrentLabel);
        DateTimeOffset? deleted = Time(secret.DeletedDate);
        return new SecretDescription(name)
        {
            Created = Time(secret.CreatedDate) ?? default,
            Updated = current is null ? null : Time(secret.LastChangedDate) ?? Time(secret.CreatedDate),
            CurrentVersion = current,
            CurrentState = current is null ? null : VersionState.Enabled,
            Labels = (secret.Tags ?? [])
                .Where(static t => t.Key is not null)
                .ToDictionary(static t => t.Key!, static t => t.Value ?? "", StringComparer.Ordinal),
            Replication = secret.ReplicationStatus is { Count: > 0 } replicas
                ? string.Join(", ", replicas.Select(static r => r.Region))
                : null,
            KmsKey = secret.KmsKeyId,
            Deleted = deleted,
            PurgeAt = deleted > DateTimeOffset.UtcNow ? deleted : null,
        };
    }

    private Task<ReadOutcome> ReadOutcomeAsync(string name, CancellationToken cancellationToken) =>
        ReadOutcome.OfAsync(name, () => ReadAsync(name, VersionSelector.Current, cancellationToken));

    private Task<DescribeOutcome> DescribeOutcomeAsync(string name, CancellationToken cancellationToken) =>
        DescribeOutcome.OfAsync(name, () => DescribeAsync(name, cancellationToken));

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
                async ct =>
                {
                    await (
                        call.Changes ? _writes.WaitAsync(ct)
                        : call.Action == "BatchGetSecretValue" ? _batches.WaitAsync(ct)
                        : ValueTask.CompletedTask
                    );
                    return await send(await ClientAsync(region ?? _at.Region, ct), ct);
                },
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
    }

    private async Task<ISecretsManager> ClientAsync(string region, CancellationToken cancellationToken)
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

    private static string LabelOf(string stage) =>
        stage switch
        {
            Stages.Current => CurrentLabel,
            Stages.Previous => PreviousLabel,
            Stages.Pending => PendingLabel,
            _ => stage,
        };

    private static string StageOf(string label) =>
        label switch
        {
            CurrentLabel => Stages.Current,
            PreviousLabel => Stages.Previous,
            PendingLabel => Stages.Pending,
            _ => label,
        };

    private static DateTimeOffset? Time(double? seconds) =>
        seconds is { } s ? DateTimeOffset.FromUnixTimeMilliseconds((long)(s * 1000)) : null;
}
