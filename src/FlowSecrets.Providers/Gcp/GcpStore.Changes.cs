using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FlowSecrets.Transport;

namespace FlowSecrets.Providers.Gcp;

// What changes something. No call that adds is repeated before it was found out whether the one before took effect.
internal sealed partial class GcpStore
{
    internal const int EtagTries = 6;

    public async Task<SecretDescription> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> labels,
        SecretValue? value,
        CancellationToken cancellationToken
    )
    {
        SecretNames.Require(StoreKind.Gcp, name);
        RequireLabels(name, labels);
        StoreErrors.RequireSize(name, value, MaxValueBytes);
        GcpSecret wanted = NewSecret(labels);
        GcpSecret made = await CallAsync(
            new GcpCall("secretmanager.secrets.create", name, Changes: true) { Explains = false },
            (c, ct) => c.CreateSecretAsync(name, wanted, ct),
            ct =>
                SettleAsync(
                    name,
                    async () =>
                    {
                        GcpSecret there = await GetAsync(name, ct);
                        // Whoever made it: a secret without a version is given its first.
                        return await NewestAsync(name, ct) is null ? Settled<GcpSecret>.Yes(there) : Settled<GcpSecret>.No;
                    }
                ),
            cancellationToken
        );
        _written.TryRemove(name, out _);
        SecretDescription description = new(name) { Created = made.CreateTime ?? default, Labels = labels };
        if (value is null)
        {
            return description;
        }

        try
        {
            GcpVersion version = await AddAsync(name, value, 0, cancellationToken);
            return description with { Updated = version.CreateTime, CurrentVersion = version.Number, CurrentState = VersionState.Enabled };
        }
        catch (FlowSecretException e) when (e.Id != ErrorIds.WriteUncertain)
        {
            throw new FlowSecretException(
                e.Id,
                e.Category,
                name,
                $"The secret '{name}' was created, but its first version was not added. {e.Cause}",
                $"{e.Remedy.TrimEnd('.')}. Then run the same command again: a secret without a version gets its first.",
                e
            );
        }
    }

    public async Task<SecretVersionInfo> AddVersionAsync(
        string name,
        SecretValue value,
        string? stage,
        string? expectedCurrent,
        CancellationToken cancellationToken
    )
    {
        SecretNames.Require(StoreKind.Gcp, name);
        StoreErrors.RequireSize(name, value, MaxValueBytes);
        if (stage is not (null or Stages.Current))
        {
            throw NoStaging(name);
        }

        if (expectedCurrent is not null && !IsByAlias(name))
        {
            string now = (await NewestAsync(name, cancellationToken))?.Number ?? "";
            if (now != expectedCurrent)
            {
                throw StoreErrors.Conflict(name, $"The current version of '{name}' is {Word(now)}, not {Word(expectedCurrent)}");
            }
        }

        GcpVersion added = await AddAsync(
            name,
            value,
            expectedCurrent is null || IsByAlias(name) ? await BaselineAsync(name, cancellationToken) : Number(expectedCurrent),
            cancellationToken
        );
        if (expectedCurrent is not null && !IsByAlias(name) && long.Parse(added.Number) > Number(expectedCurrent) + 1)
        {
            // Google has no precondition for adding, so this shows afterwards; versions are numbered without gaps.
            throw new FlowSecretException(
                ErrorIds.Conflict,
                FlowErrorCategory.ResourceBusy,
                name,
                $"Somebody else added a version of '{name}' in the {Place} at the same time; yours is version {added.Number}, the "
                    + $"newest, and nothing is lost",
                $"See whose value shall hold: Get-FlowSecretVersion -StoreName '{name}'"
            );
        }

        await FollowAsync(name, added.Number, cancellationToken);
        return new SecretVersionInfo(added.Number, added.CreateTime ?? default, VersionState.Enabled, [Stages.Current]);
    }

    public async Task SetVersionStateAsync(string name, string version, VersionState state, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        RequireNumber(name, version);
        (string permission, string verb) = state switch
        {
            VersionState.Enabled => ("secretmanager.versions.enable", "enable"),
            VersionState.Disabled => ("secretmanager.versions.disable", "disable"),
            _ => ("secretmanager.versions.destroy", "destroy"),
        };
        await CallAsync(
            new GcpCall(permission, name, version, Changes: true),
            (c, ct) => c.ChangeVersionAsync(name, version, verb, ct),
            ct =>
                SettleAsync(
                    name,
                    async () =>
                    {
                        GcpVersion there = await VersionAsync(name, version, ct);
                        return StateOf(there) == state ? Settled<GcpVersion>.Yes(there) : Settled<GcpVersion>.No;
                    }
                ),
            cancellationToken
        );
    }

    public async Task MoveStageAsync(
        string name,
        string stage,
        string? version,
        string? expectedVersion,
        CancellationToken cancellationToken
    )
    {
        SecretNames.Require(StoreKind.Gcp, name);
        if (version is not null)
        {
            RequireNumber(name, version);
        }

        if (stage == Stages.Current)
        {
            await MoveCurrentAsync(name, version, expectedVersion, cancellationToken);
            return;
        }

        if (!AliasWord().IsMatch(stage))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                FlowErrorCategory.InvalidArgument,
                stage,
                $"'{stage}' is no name of a stage",
                "Use 1 to 63 letters, digits, '-' and '_', a letter first; not 'latest' nor 'NEW'."
            );
        }

        if (version is not null && StateOf(await VersionAsync(name, version, cancellationToken)) == VersionState.Destroyed)
        {
            throw StoreErrors.VersionDestroyed(name, version);
        }

        await ChangeAsync(
            name,
            "versionAliases",
            secret =>
            {
                Dictionary<string, long> aliases = new(secret.VersionAliases ?? [], StringComparer.Ordinal);
                string? now = aliases.TryGetValue(stage, out long number) ? number.ToString() : null;
                if (expectedVersion is not null && now != expectedVersion && now != version)
                {
                    throw StoreErrors.Conflict(name, $"The stage '{stage}' of '{name}' is on version {Word(now)}, not {expectedVersion}");
                }

                if (version is null)
                {
                    aliases.Remove(stage);
                }
                else
                {
                    aliases[stage] = long.Parse(version);
                }

                return now == version ? null : new GcpSecret { VersionAliases = aliases };
            },
            cancellationToken
        );
    }

    public Task SetLabelsAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        RequireLabels(name, labels);
        return ChangeAsync(
            name,
            "labels",
            secret => LabelChanges.Merge(secret.Labels, labels) is { } all ? new GcpSecret { Labels = Checked(name, all) } : null,
            cancellationToken
        );
    }

    public Task SetAnnotationsAsync(string name, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        return ChangeAsync(
            name,
            "annotations",
            secret =>
                LabelChanges.Merge(secret.Annotations, annotations) is { } all
                    ? new GcpSecret { Annotations = CheckedAnnotations(name, all) }
                    : null,
            cancellationToken
        );
    }

    public Task DeleteAsync(string name, TimeSpan? recoveryWindow, CancellationToken cancellationToken) =>
        DeleteAsync(name, recoveryWindow, etag: null, cancellationToken);

    /// <param name="etag">That of the secret which is meant: Conflict where another one has its name meanwhile; null: whichever is
    /// there.</param>
    internal async Task DeleteAsync(string name, TimeSpan? recoveryWindow, string? etag, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        if (recoveryWindow is not null)
        {
            throw StoreErrors.NoRecoveryWindow(Place, name);
        }

        await CallAsync(
            new GcpCall("secretmanager.secrets.delete", name, Changes: true),
            async (c, ct) =>
            {
                await c.DeleteSecretAsync(name, etag, ct);
                return true;
            },
            ct =>
                SettleAsync(
                    name,
                    async () =>
                    {
                        GcpSecret there = await GetAsync(name, ct);
                        return etag is null || there.Etag == etag ? Settled<bool>.No : Settled<bool>.Yes(true);
                    },
                    absent: Settled<bool>.Yes(true)
                ),
            cancellationToken
        );
        _written.TryRemove(name, out _);
    }

    public async Task RestoreAsync(string name, CancellationToken cancellationToken)
    {
        await GetAsync(name, cancellationToken);
        throw StoreErrors.NotSupported(
            Place,
            name,
            "Google Secret Manager has no recovery window, so there is nothing to restore",
            $"'{name}' is there. To read a disabled version again: Set-FlowSecretVersion -StoreName '{name}' -Version VERSION -State "
                + $"Enabled"
        );
    }

    /// <param name="baseline">The newest version before; null where that may not be known.</param>
    internal async Task<GcpVersion> AddAsync(string name, SecretValue value, long? baseline, CancellationToken cancellationToken)
    {
        byte[] bytes = value.AsSpan().ToArray();
        try
        {
            GcpVersion added = await CallAsync(
                new GcpCall("secretmanager.versions.add", name, Changes: true),
                (c, ct) => c.AddVersionAsync(name, new GcpPayload { Data = bytes, DataCrc32c = Crc32C.Of(bytes) }, ct),
                ct => SettleAsync(name, () => FindAddedAsync(name, value, baseline, ct)),
                cancellationToken
            );
            _written.AddOrUpdate(name, static (_, n) => n, static (_, old, n) => Math.Max(old, n), long.Parse(added.Number));
            return added;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>The newest version, so that after a lost answer an older one with the same value is not taken for the new one.</summary>
    private async Task<long?> BaselineAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return Number((await NewestAsync(name, cancellationToken, explains: false))?.Number);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.AccessDenied or ErrorIds.SecretNotFoundOrForbidden)
        {
            // Who may only add need not be able to look.
            return null;
        }
    }

    /// <summary>
    /// Whether a version with this value was added after the baseline. The numbers are asked for one by one, which is consistent where
    /// lists are not.
    /// </summary>
    private async Task<Settled<GcpVersion>> FindAddedAsync(
        string name,
        SecretValue value,
        long? baseline,
        CancellationToken cancellationToken
    )
    {
        if (baseline is not { } newest)
        {
            throw _errors.Forbidden(new GcpCall("secretmanager.versions.get", name));
        }

        for (long next = newest + 1; await HasValueAsync(name, next.ToString(), value, cancellationToken) is { } same; next++)
        {
            if (same)
            {
                return Settled<GcpVersion>.Yes(
                    new GcpVersion
                    {
                        Name = next.ToString(),
                        CreateTime = _options.Clock.GetUtcNow(),
                        State = "ENABLED",
                    }
                );
            }
        }

        return Settled<GcpVersion>.No;
    }

    /// <returns>Null where there is no such version.</returns>
    internal async Task<bool?> HasValueAsync(string name, string number, SecretValue value, CancellationToken cancellationToken)
    {
        try
        {
            using ReadSecret read = await AccessAsync(name, number, cancellationToken, explains: false);
            return read.Value.Equals(value);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.VersionDisabled or ErrorIds.VersionDestroyed)
        {
            return false;
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.VersionNotFound)
        {
            return null;
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

    /// <summary>'latest' is the newest version and cannot be moved; to stay where it is, is no move.</summary>
    private async Task MoveCurrentAsync(string name, string? version, string? expectedVersion, CancellationToken cancellationToken)
    {
        string? now = (await NewestAsync(name, cancellationToken))?.Number;
        if (expectedVersion is not null && now != expectedVersion)
        {
            throw StoreErrors.Conflict(name, $"The current version of '{name}' is {Word(now)}, not {expectedVersion}");
        }

        if (now != version)
        {
            throw StoreErrors.NotSupported(
                Place,
                name,
                "On Google the newest version is the current one, and that cannot be moved",
                $"Add the older value again as a new version: Set-FlowSecretVersion -StoreName '{name}' -Version {version} -Stage current"
            );
        }
    }

    private GcpSecret NewSecret(IReadOnlyDictionary<string, string> labels)
    {
        GcpEncryption? key = _options.KmsKey is { } name ? new GcpEncryption { KmsKeyName = name } : null;
        string[] locations = _options.Replication is null or "automatic"
            ? []
            : _options.Replication.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new GcpSecret
        {
            Labels = labels.Count == 0 ? null : new Dictionary<string, string>(labels, StringComparer.Ordinal),
            CustomerManagedEncryption = _at.Location is null ? null : key,
            Replication =
                _at.Location is not null ? null
                : locations.Length == 0 ? new GcpReplication { Automatic = new GcpAutomatic { CustomerManagedEncryption = key } }
                : new GcpReplication
                {
                    UserManaged = new GcpUserManaged
                    {
                        Replicas = [.. locations.Select(l => new GcpReplica { Location = l, CustomerManagedEncryption = key })],
                    },
                },
        };
    }

    private FlowSecretException NoStaging(string name) =>
        StoreErrors.NotSupported(
            Place,
            name,
            "On Google a new version is the current one at once: none can be added aside",
            "Add it as the current version, or keep it in a secret of its own until it is tested."
        );

    private static long Number(string? version) => string.IsNullOrEmpty(version) ? 0 : long.Parse(version);

    private static string Word(string? version) => string.IsNullOrEmpty(version) ? "none" : version;

    private static void RequireNumber(string name, string version)
    {
        if (!long.TryParse(version, System.Globalization.NumberStyles.None, null, out _))
        {
            throw StoreErrors.VersionNotFound(
                name,
                $"'{version}' is no version of '{name}': versions of Google Secret Manager are numbers"
            );
        }
    }

    private static void RequireLabels(string name, IReadOnlyDictionary<string, string> labels) =>
        StoreErrors.RequireLabels(
            name,
            labels,
            64,
            static (key, value) => LabelKey().IsMatch(key) && LabelValue().IsMatch(value),
            "keys and values of lower-case letters, digits, '-' and '_', at most 63 characters, a key beginning with a letter"
        );

    private static Dictionary<string, string> Checked(string name, Dictionary<string, string> labels)
    {
        RequireLabels(name, labels);
        return labels;
    }

    private static Dictionary<string, string> CheckedAnnotations(string name, Dictionary<string, string> annotations)
    {
        int size = annotations.Sum(static a =>
            System.Text.Encoding.UTF8.GetByteCount(a.Key) + System.Text.Encoding.UTF8.GetByteCount(a.Value)
        );
        return size <= MaxAnnotationBytes && annotations.Keys.All(static k => AnnotationKey().IsMatch(k))
            ? annotations
            : throw new FlowSecretException(
                ErrorIds.BadArgument,
                FlowErrorCategory.InvalidArgument,
                name,
                $"Google does not take these annotations of '{name}'",
                "Use keys of 1 to 63 letters, digits, '-', '_' and '.', and less than 16 KiB in all."
            );
    }

    [GeneratedRegex(@"\A(?!(latest|NEW)\z)[A-Za-z][A-Za-z0-9_-]{0,62}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex AliasWord();

    [GeneratedRegex(@"\A[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}0-9_-]{0,62}\z")]
    private static partial Regex LabelKey();

    [GeneratedRegex(@"\A[\p{Ll}\p{Lo}0-9_-]{0,63}\z")]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex AnnotationKey();
}
