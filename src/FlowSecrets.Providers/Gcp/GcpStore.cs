using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FlowSecrets.Providers.Gcp.Access;
using FlowSecrets.Transport;

namespace FlowSecrets.Providers.Gcp;

/// <summary>How a store may behave otherwise than usual; tests use it.</summary>
internal sealed record GcpStoreOptions
{
    public RetryLimits Limits { get; init; } = new();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Null: the quotas are not kept here.</summary>
    public GcpQuotas? Quotas { get; init; }

    public int ThrottleLimit { get; init; } = StoreSelection.DefaultThrottleLimit;

    public GcpTransport Transport { get; init; } = GcpTransport.Shared;

    public string? Replication { get; init; }

    public string? KmsKey { get; init; }

    /// <summary>Secrets whose current version is the one under the alias 'current'.</summary>
    public IReadOnlyList<string> CurrentByAlias { get; init; } = [];
}

/// <summary>
/// Google Secret Manager. The newest version is the current one, as Google's 'latest' has it; other stages are version aliases. Only
/// reading by number is consistent right after a write, so a secret that this process wrote is read by that number until 'latest' is as
/// new.
/// </summary>
internal sealed partial class GcpStore : ISecretStore
{
    public const int MaxValueBytes = 65_536;

    /// <summary>Of a secret's annotations, keys and values together.</summary>
    public const int MaxAnnotationBytes = 16_384;

    internal const string Latest = "latest";

    private readonly GcpPlace _at;
    private readonly GcpStoreOptions _options;
    private readonly GcpErrors _errors;
    private readonly Lazy<ISecretManager> _client;
    private readonly GcpCaller _caller;
    private readonly GcpAccessControl _access;
    private readonly ConcurrentDictionary<string, long> _written = new(StringComparer.Ordinal);

    public GcpStore(GcpPlace at, GcpCredential credential, GcpStoreOptions options)
    {
        _at = at;
        _options = options;
        Place = new Place(StoreKind.Gcp, at.Location is null ? at.Project : $"{at.Project}/{at.Location}", credential.Identity)
        {
            Text = at.Location is null ? $"Gcp store of project {at.Project}" : $"Gcp store of project {at.Project} in {at.Location}",
        };
        _errors = new GcpErrors(Place, at, credential);
        _caller = new GcpCaller(_errors, options);
        _client = new Lazy<ISecretManager>(
            () => new SecretManagerService(at.Address, at.Parent, credential.Open(), options.Transport),
            LazyThreadSafetyMode.PublicationOnly
        );
        _access = new GcpAccessControl(this, at, credential, _client, _caller, options);
    }

    public Place Place { get; }

    public int Concurrency => _options.ThrottleLimit;

    public IAccessControl Access => _access;

    public IRotationStore Rotation => new GcpRotation(this);

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

    public async Task<ReadSecret> ReadAsync(string name, VersionSelector selector, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        string version =
            selector.Version
            ?? selector.Stage switch
            {
                null or Stages.Current => IsByAlias(name) ? Stages.Current : Latest,
                Stages.Previous => await PreviousAsync(name, cancellationToken),
                { } alias => alias,
            };
        if (!VersionWord().IsMatch(version))
        {
            throw StoreErrors.VersionNotFound(
                name,
                $"'{version}' is no version of '{name}': versions of Google Secret Manager are numbers or aliases"
            );
        }

        if (version == Stages.Current && selector.Version is null)
        {
            return await ReadByAliasAsync(name, cancellationToken);
        }

        ReadSecret read = await AccessAsync(name, version, cancellationToken);
        return version == Latest && _written.TryGetValue(name, out long written) && long.Parse(read.Version) < written
            ? await WrittenAsync(name, written, read, cancellationToken)
            : read;
    }

    /// <summary>
    /// What this process wrote, where 'latest' lags behind; what 'latest' says, where the secret was deleted and made anew meanwhile.
    /// </summary>
    private async Task<ReadSecret> WrittenAsync(string name, long written, ReadSecret latest, CancellationToken cancellationToken)
    {
        try
        {
            ReadSecret newer = await AccessAsync(name, written.ToString(), cancellationToken);
            latest.Dispose();
            return newer;
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.VersionNotFound)
        {
            _written.TryRemove(KeyValuePair.Create(name, written));
            return latest;
        }
        catch
        {
            latest.Dispose();
            throw;
        }
    }

    public IAsyncEnumerable<ReadOutcome> ReadManyAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Bounded.RunAsync(names, Concurrency, ReadOutcomeAsync, cancellationToken);

    public async IAsyncEnumerable<SecretDescription> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        GcpSecret[] secrets = [.. (await ListAllAsync(prefix, cancellationToken)).Where(static s => !GcpAside.IsOne(s))];
        await foreach (SecretDescription description in Bounded.RunAsync(secrets, Concurrency, DescribeAsync, cancellationToken))
        {
            yield return description;
        }
    }

    /// <summary>With the secrets in which rotations keep what is pending.</summary>
    internal async Task<IReadOnlyList<GcpSecret>> ListAllAsync(string prefix, CancellationToken cancellationToken)
    {
        List<GcpSecret> secrets = [];
        string? page = null;
        do
        {
            GcpSecretPage found = await CallAsync(
                new GcpCall("secretmanager.secrets.list"),
                (c, ct) => c.ListSecretsAsync(prefix.Length == 0 ? null : $"name:{prefix}", page, ct),
                cancellationToken
            );
            secrets.AddRange((found.Secrets ?? []).Where(s => GcpName.Last(s.Name).StartsWith(prefix, StringComparison.Ordinal)));
            page = found.NextPageToken is { Length: > 0 } next ? next : null;
        } while (page is not null);

        return secrets;
    }

    public async Task<SecretDescription?> DescribeAsync(string name, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        try
        {
            return await DescribeAsync(await GetAsync(name, cancellationToken), cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.SecretNotFound)
        {
            return null;
        }
    }

    public IAsyncEnumerable<DescribeOutcome> DescribeManyAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Bounded.RunAsync(names, Concurrency, DescribeOutcomeAsync, cancellationToken);

    public async Task<IReadOnlyList<SecretVersionInfo>> ListVersionsAsync(string name, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        GcpSecret secret = await GetAsync(name, cancellationToken);
        List<GcpVersion> versions = await AllVersionsAsync(name, cancellationToken);
        string? previous = PreviousOf(secret, versions);
        string? current = AliasedCurrent(secret) ?? versions.FirstOrDefault()?.Number;
        return
        [
            .. versions.Select(v => new SecretVersionInfo(
                v.Number,
                v.CreateTime ?? default,
                StateOf(v),
                [.. StagesOf(secret, v.Number, isCurrent: v.Number == current, isPrevious: v.Number == previous)]
            )),
        ];
    }

    private static IEnumerable<string> StagesOf(GcpSecret secret, string number, bool isCurrent, bool isPrevious)
    {
        IEnumerable<string> own = (secret.VersionAliases ?? [])
            .Where(a => a.Value.ToString() == number && a.Key is not (Stages.Current or Stages.Previous))
            .Select(static a => a.Key)
            .Order(StringComparer.Ordinal);
        return [.. isCurrent ? [Stages.Current] : Array.Empty<string>(), .. isPrevious ? [Stages.Previous] : Array.Empty<string>(), .. own];
    }

    /// <summary>The version under the alias 'previous', else the newest enabled one before the newest of all.</summary>
    private static string? PreviousOf(GcpSecret secret, List<GcpVersion> versions) =>
        secret.VersionAliases?.TryGetValue(Stages.Previous, out long aliased) == true
            ? aliased.ToString()
            : versions.Skip(1).FirstOrDefault(static v => StateOf(v) == VersionState.Enabled)?.Number;

    private async Task<string> PreviousAsync(string name, CancellationToken cancellationToken) =>
        PreviousOf(await GetAsync(name, cancellationToken), await AllVersionsAsync(name, cancellationToken))
        ?? throw StoreErrors.VersionNotFound(name, $"'{name}' in the {Place} has no version before its current one");

    private async Task<List<GcpVersion>> AllVersionsAsync(string name, CancellationToken cancellationToken)
    {
        List<GcpVersion> versions = [];
        string? page = null;
        do
        {
            GcpVersionPage found = await CallAsync(
                new GcpCall("secretmanager.versions.list", name),
                (c, ct) => c.ListVersionsAsync(name, 1_000, page, ct),
                cancellationToken
            );
            versions.AddRange(found.Versions ?? []);
            page = found.NextPageToken is { Length: > 0 } next ? next : null;
        } while (page is not null);

        // Lists lag behind; what we wrote is there all the same, and so is what came before it.
        if (await NewerAsync(name, versions.FirstOrDefault(), cancellationToken) is { } newer)
        {
            long listed = versions.Count == 0 ? 0 : long.Parse(versions[0].Number);
            for (long number = listed + 1; number < long.Parse(newer.Number); number++)
            {
                versions.Insert(0, await VersionAsync(name, number.ToString(), cancellationToken));
            }

            versions.Insert(0, newer);
        }

        return versions;
    }

    /// <returns>The version that this process wrote, when it is newer than the newest that was told; else null.</returns>
    private async Task<GcpVersion?> NewerAsync(string name, GcpVersion? newest, CancellationToken cancellationToken)
    {
        if (!_written.TryGetValue(name, out long written) || written <= (newest is null ? 0 : long.Parse(newest.Number)))
        {
            return null;
        }

        try
        {
            return await VersionAsync(name, written.ToString(), cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.VersionNotFound)
        {
            return null;
        }
    }

    internal Task<GcpSecret> GetAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(new GcpCall("secretmanager.secrets.get", name), (c, ct) => c.GetSecretAsync(name, ct), cancellationToken);

    private Task<GcpVersion> VersionAsync(string name, string version, CancellationToken cancellationToken, bool explains = true) =>
        CallAsync(
            new GcpCall("secretmanager.versions.get", name, version) { Explains = explains },
            (c, ct) => c.GetVersionAsync(name, version, ct),
            cancellationToken
        );

    /// <returns>Null where there is none yet.</returns>
    /// <param name="explains">Whether a denial matters, and so its cause.</param>
    private async Task<GcpVersion?> NewestAsync(string name, CancellationToken cancellationToken, bool explains = true)
    {
        GcpVersion? latest = null;
        try
        {
            latest = await VersionAsync(name, Latest, cancellationToken, explains);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.SecretNotFound)
        {
            // The secret is there, so it has no versions.
        }

        return await NewerAsync(name, latest, cancellationToken) ?? latest;
    }

    private async Task<SecretDescription> DescribeAsync(GcpSecret secret, CancellationToken cancellationToken)
    {
        string name = GcpName.Last(secret.Name);
        GcpVersion? newest = AliasedCurrent(secret) is { } aliased
            ? await VersionAsync(name, aliased, cancellationToken)
            : await NewestAsync(name, cancellationToken);
        return new SecretDescription(name)
        {
            Created = secret.CreateTime ?? default,
            Updated = newest?.CreateTime,
            CurrentVersion = newest?.Number,
            CurrentState = newest is null ? null : StateOf(newest),
            Labels = secret.Labels ?? [],
            Annotations = secret.Annotations ?? [],
            Expires = secret.ExpireTime,
            Replication =
                _at.Location
                ?? (
                    secret.Replication?.UserManaged is { } managed
                        ? string.Join(", ", (managed.Replicas ?? []).Select(static r => r.Location))
                        : "automatic"
                ),
            KmsKey =
                secret.CustomerManagedEncryption?.KmsKeyName
                ?? secret.Replication?.Automatic?.CustomerManagedEncryption?.KmsKeyName
                ?? secret
                    .Replication?.UserManaged?.Replicas?.Select(static r => r.CustomerManagedEncryption?.KmsKeyName)
                    .FirstOrDefault(static k => k is not null),
        };
    }

    /// <param name="explains">Whether a failure is said of the secret, which takes calls of its own; else as the API says it of the
    /// version.</param>
    internal async Task<ReadSecret> AccessAsync(string name, string version, CancellationToken cancellationToken, bool explains = true)
    {
        GcpCall call = new("secretmanager.versions.access", name, version) { Explains = explains };
        GcpAccess reply;
        try
        {
            reply = await CallAsync(call, (c, ct) => c.AccessVersionAsync(name, version, ct), cancellationToken);
        }
        catch (FlowSecretException e)
            when (explains
                && e.Id
                    is (
                        ErrorIds.SecretNotFound
                        or ErrorIds.VersionNotFound
                        or ErrorIds.VersionDisabled
                        or ErrorIds.VersionDestroyed
                        or ErrorIds.BadArgument
                    )
            )
        {
            throw await WhyNotAsync(name, version, e, cancellationToken);
        }

        byte[] bytes = reply.Payload!.Data!;
        try
        {
            return new ReadSecret(name, GcpName.Last(reply.Name), SecretValue.FromBytes(bytes));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>
    /// What the API says of a version alone, said of the secret: no secret, no version, no such version, disabled and what can be read
    /// instead.
    /// </summary>
    internal async Task<FlowSecretException> WhyNotAsync(
        string name,
        string version,
        FlowSecretException error,
        CancellationToken cancellationToken
    )
    {
        try
        {
            GcpSecret secret = await GetAsync(name, cancellationToken);
            switch (error.Id)
            {
                case ErrorIds.VersionNotFound or ErrorIds.BadArgument:
                    return StoreErrors.VersionNotFound(name, $"'{name}' in the {Place} has no version {version}");
                case ErrorIds.SecretNotFound:
                    return StoreErrors.HasNoVersion(Place, name);
            }

            GcpVersionPage page = await CallAsync(
                new GcpCall("secretmanager.versions.list", name),
                (c, ct) => c.ListVersionsAsync(name, 100, null, ct),
                cancellationToken
            );
            List<GcpVersion> versions = page.Versions ?? [];
            string number =
                version == Latest && versions.Count > 0 ? versions[0].Number
                : secret.VersionAliases?.TryGetValue(version, out long aliased) == true ? aliased.ToString()
                : version;
            string? readable = versions.FirstOrDefault(static v => StateOf(v) == VersionState.Enabled)?.Number;
            return error.Id == ErrorIds.VersionDisabled
                ? StoreErrors.VersionDisabled(name, number, readable)
                : StoreErrors.VersionDestroyed(name, number, version == Latest ? readable : null);
        }
        catch (FlowSecretException why)
        {
            // Whoever may only read values cannot be told more than the first answer said.
            return why.Id == ErrorIds.SecretNotFound || error.Id != ErrorIds.SecretNotFound
                ? (why.Id == ErrorIds.SecretNotFound ? why : error)
                : new FlowSecretException(
                    error.Id,
                    error.Category,
                    name,
                    $"There is no secret '{name}' in the {Place}, or it has no version yet; {Place.Identity} may not ask which",
                    error.Remedy
                );
        }
    }

    private Task<ReadOutcome> ReadOutcomeAsync(string name, CancellationToken cancellationToken) =>
        ReadOutcome.OfAsync(name, () => ReadAsync(name, VersionSelector.Current, cancellationToken));

    private Task<DescribeOutcome> DescribeOutcomeAsync(string name, CancellationToken cancellationToken) =>
        DescribeOutcome.OfAsync(name, () => DescribeAsync(name, cancellationToken));

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

    private static VersionState StateOf(GcpVersion version) =>
        version.State switch
        {
            "ENABLED" => VersionState.Enabled,
            "DISABLED" => VersionState.Disabled,
            _ => VersionState.Destroyed,
        };

    [GeneratedRegex(@"\A([0-9]{1,18}|latest|[A-Za-z][A-Za-z0-9_-]{0,62})\z")]
    private static partial Regex VersionWord();
}
