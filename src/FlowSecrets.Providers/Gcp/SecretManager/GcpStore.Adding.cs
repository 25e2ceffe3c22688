using System.Security.Cryptography;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <content>Adds versions. No call is repeated before it was found out whether the one before took effect.</content>
internal sealed partial class GcpStore
{
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

        // Where consumers read by alias, the newest version need not be the current one.
        bool isExpected = expectedCurrent is not null && !IsByAlias(name);
        if (isExpected)
        {
            await RequireNewestAsync(name, expectedCurrent!, cancellationToken);
        }

        long? baseline = isExpected ? Number(expectedCurrent) : await BaselineAsync(name, cancellationToken);
        GcpVersion added = await AddAsync(name, value, baseline, cancellationToken);
        if (isExpected && long.Parse(added.Number) > baseline + 1)
        {
            // Google has no precondition for adding, so this shows afterwards; versions are numbered without gaps.
            throw new FlowSecretException(
                ErrorIds.Conflict,
                name,
                $"Somebody else added a version of '{name}' in the {Place} at the same time; yours is version {added.Number}, the "
                    + $"newest, and nothing is lost",
                $"See which value must hold: {Shell($"Get-FlowSecretVersion {Stored(name)}")}"
            );
        }

        await FollowAsync(name, added.Number, cancellationToken);
        return new SecretVersionInfo(added.Number, added.CreateTime ?? default, VersionState.Enabled, [Stages.Current]);
    }

    private async Task RequireNewestAsync(string name, string expected, CancellationToken cancellationToken)
    {
        string now = (await NewestAsync(name, cancellationToken))?.Number ?? "";
        if (now != expected)
        {
            throw StoreErrors.Conflict(name, $"The current version of '{name}' is {Word(now)}, not {Word(expected)}");
        }
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
            _written.Note(name, added.Number);
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

        long next = newest + 1;
        while (next <= newest + MostAddedMeanwhile && await HasValueAsync(name, next.ToString(), value, cancellationToken) is { } isSame)
        {
            if (isSame)
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

            next++;
        }

        return Settled<GcpVersion>.No;
    }

    /// <summary>Others do not add more versions than this during one call.</summary>
    private const int MostAddedMeanwhile = 1_000;

    private FlowSecretException NoStaging(string name) =>
        StoreErrors.NotSupported(
            Place,
            name,
            "On Google a new version is the current one at once: none can be added aside",
            "Add it as the current version, or keep it in a secret of its own until it is tested."
        );
}
