using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <content>Versions, and the stages that point at them.</content>
internal sealed partial class AwsStore
{
    public async Task<IReadOnlyList<SecretVersionInfo>> ListVersionsAsync(string name, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        List<AwsVersion> versions = [];
        AwsCall call = new("ListSecretVersionIds", name);
        await foreach (
            AwsVersionPage page in _caller.PagesAsync(
                call,
                (token, ct) => CallAsync(call, (c, t) => c.ListVersionsAsync(Request(token), t), ct, id.Region),
                static p => p.NextToken,
                cancellationToken
            )
        )
        {
            versions.AddRange(page.Versions ?? []);
        }

        AwsListVersions Request(string? token) =>
            new()
            {
                SecretId = id.Id,
                IncludeDeprecated = true,
                MaxResults = 100,
                NextToken = token,
            };

        return
        [
            .. versions
                .Select(v => new SecretVersionInfo(
                    v.VersionId ?? "",
                    Time(v.CreatedDate) ?? default,
                    VersionState.Enabled,
                    [.. (v.VersionStages ?? []).Select(AwsStagingLabels.StageOf).Order(StringComparer.Ordinal)]
                ))
                .OrderByDescending(static v => v.Created)
                .ThenByDescending(static v => v.Stages.Contains(Stages.Current, StringComparer.Ordinal))
                .ThenByDescending(static v => v.Stages.Contains(Stages.Previous, StringComparer.Ordinal)),
        ];
    }

    public async Task<SecretVersionInfo> AddVersionAsync(
        string name,
        SecretValue value,
        string? stage,
        string? expectedCurrent,
        CancellationToken cancellationToken
    )
    {
        AwsName.Parse(name);
        StoreErrors.RequireSize(name, value, MaxValueBytes);
        AwsStagingLabels.RequireStage(stage);
        string token = Guid.NewGuid().ToString();
        if (stage is not (null or Stages.Current))
        {
            if (expectedCurrent is not null)
            {
                await RequireCurrentAsync(name, expectedCurrent, cancellationToken);
            }

            await PutAsync(name, value, token, AwsStagingLabels.Of(stage), cancellationToken);
        }
        else if (expectedCurrent is not null)
        {
            // To compare before it becomes current, it is first put under a label of its own.
            await PutAsync(name, value, token, AwsStagingLabels.Aside, cancellationToken);
            await PromoteAsync(name, token, AwsStagingLabels.Aside, expectedCurrent, cancellationToken);
        }
        else
        {
            await PutAsync(name, value, token, null, cancellationToken);
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
                : Remedy.Of(
                    $"Make another version current ("
                        + $"{Shell($"Set-FlowSecretVersion {Stored(name)} -Version VERSION -Stage current")}); versions without a "
                        + $"stage are removed by AWS in time. Or delete the secret: {Shell($"Remove-FlowSecret {Stored(name)}")}"
                )
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
        AwsStagingLabels.RequireStage(stage);
        AwsSecret secret = await RequireAsync(name, cancellationToken);
        string label = AwsStagingLabels.Of(stage);
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

    /// <param name="token">Becomes the version's id.</param>
    /// <param name="label">Null: AWS makes the version current.</param>
    private async Task PutAsync(string name, SecretValue value, string token, string? label, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        (SecretValue? text, byte[]? binary) = AwsValueForms.Of(value);
        AwsPut request = new()
        {
            SecretId = id.Id,
            ClientRequestToken = token,
            SecretString = text,
            SecretBinary = binary,
            VersionStages = label is null ? null : [label],
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
            AwsValueForms.Clear(binary);
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
                    $"The stage '{AwsStagingLabels.StageOf(label)}' of '{name}' is on version {now ?? "none"}, not {from ?? "none"}"
                );
        }
    }

    /// <summary>
    /// Makes a version current if the expected one still is; otherwise takes its label off, so that AWS removes it in time.
    /// </summary>
    private async Task PromoteAsync(string name, string token, string aside, string expected, CancellationToken cancellationToken)
    {
        try
        {
            AwsSecret secret = await RequireAsync(name, cancellationToken);
            string now = secret.VersionOf(AwsStagingLabels.Current) ?? "";

            // The first version of a secret is given the label by AWS itself.
            if (now != token)
            {
                RequireSame(name, now, expected);
                await MoveAsync(name, AwsStagingLabels.Current, token, expected.Length == 0 ? null : expected, cancellationToken);
            }
        }
        catch (FlowSecretException e) when (e.Id is not (ErrorIds.Conflict or ErrorIds.WriteUncertain))
        {
            throw e.With(
                name,
                $"The new value of '{name}' is stored as version {token}, but could not be made current. {e.Cause}",
                inner: e
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

    private async Task RequireCurrentAsync(string name, string expected, CancellationToken cancellationToken)
    {
        string now = (await RequireAsync(name, cancellationToken)).VersionOf(AwsStagingLabels.Current) ?? "";
        RequireSame(name, now, expected);
    }

    /// <param name="now">The current version; empty: none is.</param>
    private static void RequireSame(string name, string now, string expected)
    {
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
}
