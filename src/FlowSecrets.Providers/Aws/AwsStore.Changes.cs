using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FlowSecrets.Transport;

namespace FlowSecrets.Providers.Aws;

// What changes something.
internal sealed partial class AwsStore
{
    /// <summary>
    /// On a value that is put but not current yet. One for all, so that a write that was broken off leaves no more than this one behind.
    /// </summary>
    private const string AsideLabel = "flowsecrets-new";

    /// <summary>How long a name may stay taken after its secret was deleted for good.</summary>
    private static readonly TimeSpan NameLinger = TimeSpan.FromSeconds(30);

    public async Task<SecretDescription> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> labels,
        SecretValue? value,
        CancellationToken cancellationToken
    )
    {
        SecretNames.Require(StoreKind.Aws, name);
        RequireLabels(name, labels);
        StoreErrors.RequireSize(name, value, MaxValueBytes);
        (SecretValue? text, byte[]? binary) = Forms(value);
        AwsCreate request = new()
        {
            Name = name,
            ClientRequestToken = NewToken(),
            KmsKeyId = _options.KmsKey,
            SecretString = text,
            SecretBinary = binary,
            Tags = labels.Count == 0 ? null : [.. labels.Select(static l => new AwsTag { Key = l.Key, Value = l.Value })],
        };
        try
        {
            return await CreateAsync(request, labels, cancellationToken);
        }
        finally
        {
            Clear(binary);
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
        AwsName id = AwsName.Parse(name);
        StoreErrors.RequireSize(name, value, MaxValueBytes);
        RequireStage(stage);
        string token = NewToken();
        bool current = stage is null or Stages.Current;

        // To compare before it becomes current, it is first put under a label of its own.
        string? aside = current && expectedCurrent is not null ? AsideLabel : null;
        if (expectedCurrent is not null && !current)
        {
            await RequireCurrentAsync(name, expectedCurrent, cancellationToken);
        }

        (SecretValue? text, byte[]? binary) = Forms(value);
        AwsPut request = new()
        {
            SecretId = id.Id,
            ClientRequestToken = token,
            SecretString = text,
            SecretBinary = binary,
            VersionStages =
                aside is not null ? [aside]
                : current ? null
                : [LabelOf(stage!)],
        };
        try
        {
            await CallAsync(
                new AwsCall("PutSecretValue", name, Changes: true),
                (c, ct) => c.PutAsync(request, ct),
                ct =>
                    SettleAsync(
                        name,
                        s =>
                            s.Stages.ContainsKey(token)
                                ? Settled<AwsChanged>.Yes(new AwsChanged { VersionId = token })
                                : Settled<AwsChanged>.No,
                        ct
                    ),
                cancellationToken,
                id.Region
            );
        }
        finally
        {
            Clear(binary);
        }

        if (aside is not null)
        {
            await PromoteAsync(name, token, aside, expectedCurrent!, cancellationToken);
        }

        return new SecretVersionInfo(token, _options.Clock.GetUtcNow(), VersionState.Enabled, [stage ?? Stages.Current]);
    }

    public Task SetVersionStateAsync(string name, string version, VersionState state, CancellationToken cancellationToken) =>
        throw StoreErrors.NotSupported(
            Place,
            name,
            "AWS Secrets Manager neither disables nor destroys single versions",
            state == VersionState.Enabled
                ? "Every version can be read as it is."
                : $"Make another version current (Set-FlowSecretVersion -StoreName '{name}' -Version VERSION -Stage current); versions "
                    + $"without a stage are removed by AWS in time. Or delete the secret: Remove-FlowSecret -StoreName '{name}'"
        );

    public async Task MoveStageAsync(
        string name,
        string stage,
        string? version,
        string? expectedVersion,
        CancellationToken cancellationToken
    )
    {
        AwsName.Parse(name);
        RequireStage(stage);
        AwsSecret secret = await RequireAsync(name, cancellationToken);
        string label = LabelOf(stage);
        string? from = secret.VersionOf(label);
        if (expectedVersion is not null && from != expectedVersion)
        {
            throw StoreErrors.Conflict(name, $"The stage '{stage}' of '{name}' is on version {from ?? "none"}, not {expectedVersion}");
        }

        if (from != version)
        {
            if (version is not null && !await HasVersionAsync(name, secret, version, cancellationToken))
            {
                throw StoreErrors.VersionNotFound(name, $"'{name}' in the {PlaceOf(name)} has no version {version}");
            }

            await MoveAsync(name, label, version, from, cancellationToken);
        }
    }

    public async Task SetLabelsAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        AwsSecret secret = await RequireAsync(name, cancellationToken);
        Dictionary<string, string> there = (secret.Tags ?? []).ToDictionary(
            static t => t.Key!,
            static t => t.Value ?? "",
            StringComparer.Ordinal
        );
        RequireLabels(name, labels);
        RequireLabels(
            name,
            (LabelChanges.Merge(there, labels) ?? there).Where(static l => !IsOfAws(l.Key)).ToDictionary(StringComparer.Ordinal)
        );
        AwsTag[] set =
        [
            .. labels
                .Where(l => l.Value.Length > 0 && there.GetValueOrDefault(l.Key) != l.Value)
                .Select(static l => new AwsTag { Key = l.Key, Value = l.Value }),
        ];
        string[] gone = [.. labels.Where(l => l.Value.Length == 0 && there.ContainsKey(l.Key)).Select(static l => l.Key)];
        if (set.Length > 0)
        {
            await ChangeAsync(
                "TagResource",
                name,
                (c, ct) => c.TagAsync(new AwsTagging { SecretId = id.Id, Tags = [.. set] }, ct),
                id.Region,
                cancellationToken
            );
        }

        if (gone.Length > 0)
        {
            await ChangeAsync(
                "UntagResource",
                name,
                (c, ct) => c.UntagAsync(new AwsTagging { SecretId = id.Id, TagKeys = [.. gone] }, ct),
                id.Region,
                cancellationToken
            );
        }
    }

    /// <summary>Sets tags of ours, whose form is known.</summary>
    internal Task SetTagsAsync(string name, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        AwsTagging request = new() { SecretId = id.Id, Tags = [.. tags.Select(static t => new AwsTag { Key = t.Key, Value = t.Value })] };
        return ChangeAsync("TagResource", name, (c, ct) => c.TagAsync(request, ct), id.Region, cancellationToken);
    }

    public Task SetAnnotationsAsync(string name, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken) =>
        throw StoreErrors.NotSupported(
            Place,
            name,
            "AWS Secrets Manager has no annotations",
            "Use labels, which are tags there: Set-FlowSecret -Label"
        );

    public async Task DeleteAsync(string name, TimeSpan? recoveryWindow, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        AwsSecret secret = await RequireAsync(name, cancellationToken, deleted: recoveryWindow is null);
        AwsDelete request = new()
        {
            SecretId = secret.Arn ?? id.Id,
            RecoveryWindowInDays = recoveryWindow is { } window ? (int)Math.Round(window.TotalDays) : null,
            ForceDeleteWithoutRecovery = recoveryWindow is null ? true : null,
        };
        await CallAsync(
            new AwsCall("DeleteSecret", name, Changes: true),
            async (c, ct) =>
            {
                await c.DeleteAsync(request, ct);
                return true;
            },
            ct =>
                SettleAsync(
                    name,
                    s => s.DeletedDate is null || recoveryWindow is null ? Settled<bool>.No : Settled<bool>.Yes(true),
                    ct,
                    absent: Settled<bool>.Yes(true)
                ),
            cancellationToken,
            id.Region
        );
    }

    public async Task RestoreAsync(string name, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        await ChangeAsync(
            "RestoreSecret",
            name,
            (c, ct) => c.RestoreAsync(new AwsSecretId { SecretId = id.Id }, ct),
            id.Region,
            cancellationToken
        );
    }

    private async Task<SecretDescription> CreateAsync(
        AwsCreate request,
        IReadOnlyDictionary<string, string> labels,
        CancellationToken cancellationToken
    )
    {
        string name = request.Name;
        long start = _options.Clock.GetTimestamp();
        while (true)
        {
            try
            {
                await CallAsync(
                    new AwsCall("CreateSecret", name, Changes: true),
                    (c, ct) => c.CreateAsync(request, ct),
                    ct =>
                        SettleAsync(name, s => IsOurs(s, request) ? Settled<AwsChanged>.Yes(new AwsChanged()) : Settled<AwsChanged>.No, ct),
                    cancellationToken
                );
                SecretDescription made = new(name) { Created = _options.Clock.GetUtcNow(), Labels = labels };
                return request.HasValue
                    ? made with
                    {
                        Updated = made.Created,
                        CurrentVersion = request.ClientRequestToken,
                        CurrentState = VersionState.Enabled,
                    }
                    : made;
            }
            catch (FlowSecretException e) when (e.Id is ErrorIds.PendingDeletion or ErrorIds.SecretExists)
            {
                AwsSecret? there = await FindAsync(name, cancellationToken);
                if (there is null && _options.Clock.GetElapsedTime(start) < NameLinger)
                {
                    // Deleted for good a moment ago: the name is free soon.
                    await Task.Delay(TimeSpan.FromSeconds(1), _options.Clock, cancellationToken);
                    continue;
                }

                throw there is { DeletedDate: not null } ? PendingDeletion(name, there) : e;
            }
        }
    }

    private static bool IsOurs(AwsSecret secret, AwsCreate request) =>
        request.HasValue ? secret.Stages.ContainsKey(request.ClientRequestToken) : secret.Stages.Count == 0;

    /// <summary>
    /// Makes a version current if the expected one still is; otherwise takes its label off, so that AWS removes it in time.
    /// </summary>
    private async Task PromoteAsync(string name, string token, string aside, string expected, CancellationToken cancellationToken)
    {
        try
        {
            AwsSecret secret = await RequireAsync(name, cancellationToken);
            string now = secret.VersionOf(CurrentLabel) ?? "";

            // The first version of a secret is given the label by AWS itself.
            if (now != token)
            {
                if (now != expected)
                {
                    throw StoreErrors.Conflict(
                        name,
                        $"The current version of '{name}' is {(now.Length == 0 ? "none" : now)}, not "
                            + $"{(expected.Length == 0 ? "none" : expected)}"
                    );
                }

                await MoveAsync(name, CurrentLabel, token, expected.Length == 0 ? null : expected, cancellationToken);
            }
        }
        catch (FlowSecretException e) when (e.Id is not (ErrorIds.Conflict or ErrorIds.WriteUncertain))
        {
            throw new FlowSecretException(
                e.Id,
                e.Category,
                name,
                $"The new value of '{name}' is stored as version {token}, but could not be made current. {e.Cause}",
                e.Remedy,
                e
            );
        }
        finally
        {
            await TakeOffAsync(name, aside, token, cancellationToken);
        }
    }

    /// <summary>Takes our own label off; where that fails, the next write takes it along.</summary>
    private async Task TakeOffAsync(string name, string label, string version, CancellationToken cancellationToken)
    {
        try
        {
            await MoveAsync(name, label, null, version, cancellationToken);
        }
        catch (Exception e) when (e is FlowSecretException or OperationCanceledException)
        {
            // It stays on a version that nobody asks for.
        }
    }

    /// <summary>Compare-and-swap: AWS refuses when the label is not where it is said to be.</summary>
    internal async Task MoveAsync(string name, string label, string? to, string? from, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        AwsMoveStage request = new()
        {
            SecretId = id.Id,
            VersionStage = label,
            MoveToVersionId = to,
            RemoveFromVersionId = from,
        };
        try
        {
            await CallAsync(
                new AwsCall("UpdateSecretVersionStage", name, to, Changes: true),
                async (c, ct) =>
                {
                    await c.MoveStageAsync(request, ct);
                    return true;
                },
                ct => SettleAsync(name, s => s.VersionOf(label) == to ? Settled<bool>.Yes(true) : Settled<bool>.No, ct),
                cancellationToken,
                id.Region
            );
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.BadArgument)
        {
            string? now = (await FindAsync(name, cancellationToken))?.VersionOf(label);
            throw now == from
                ? e
                : StoreErrors.Conflict(
                    name,
                    $"The stage '{StageOf(label)}' of '{name}' is on version {now ?? "none"}, not {from ?? "none"}"
                );
        }
    }

    private async Task RequireCurrentAsync(string name, string expected, CancellationToken cancellationToken)
    {
        string now = (await RequireAsync(name, cancellationToken)).VersionOf(CurrentLabel) ?? "";
        if (now != expected)
        {
            throw StoreErrors.Conflict(
                name,
                $"The current version of '{name}' is {(now.Length == 0 ? "none" : now)}, not {(expected.Length == 0 ? "none" : expected)}"
            );
        }
    }

    private async Task<bool> HasVersionAsync(string name, AwsSecret secret, string version, CancellationToken cancellationToken) =>
        secret.Stages.ContainsKey(version) || (await ListVersionsAsync(name, cancellationToken)).Any(v => v.Version == version);

    /// <exception cref="FlowSecretException">SecretNotFound, PendingDeletion.</exception>
    internal async Task<AwsSecret> RequireAsync(string name, CancellationToken cancellationToken, bool deleted = false)
    {
        AwsSecret secret = await FindAsync(name, cancellationToken) ?? throw StoreErrors.SecretNotFound(PlaceOf(name), name);
        return secret.DeletedDate is null || deleted ? secret : throw PendingDeletion(name, secret);
    }

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

    /// <summary>Text as SecretString, which consoles show and other tools read; all else as SecretBinary.</summary>
    internal static (SecretValue? Text, byte[]? Binary) Forms(SecretValue? value) =>
        value is null ? (null, null)
        : value.IsText() && !value.AsSpan().Contains((byte)0) ? (value, null)
        : (null, value.AsSpan().ToArray());

    internal static void Clear(byte[]? bytes)
    {
        if (bytes is not null)
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static string NewToken() => Guid.NewGuid().ToString();

    private static bool IsOfAws(string key) => key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase);

    private static void RequireStage(string? stage)
    {
        if (stage is not null && !StageWord().IsMatch(stage))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                FlowErrorCategory.InvalidArgument,
                stage,
                $"'{stage}' is no name of a stage",
                "Use 1 to 256 letters, digits and /_+=.@-"
            );
        }
    }

    private static void RequireLabels(string name, IReadOnlyDictionary<string, string> labels) =>
        StoreErrors.RequireLabels(
            name,
            labels,
            50,
            static (key, value) =>
                key.Length is > 0 and <= 128 && value.Length <= 256 && !IsOfAws(key) && Tag().IsMatch(key) && Tag().IsMatch(value),
            "tags with keys of 1 to 128 and values of at most 256 letters, digits, spaces and _.:/=+-@, none beginning with aws:"
        );

    [GeneratedRegex(@"\A[A-Za-z0-9/_+=.@-]{1,256}\z")]
    private static partial Regex StageWord();

    [GeneratedRegex(@"\A[\p{L}\p{Z}\p{N}_.:/=+\-@]*\z")]
    private static partial Regex Tag();
}
