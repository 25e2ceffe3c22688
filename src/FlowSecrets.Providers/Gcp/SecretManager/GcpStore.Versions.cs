using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <content>Lists versions, finds the newest one, and changes their states.</content>
internal sealed partial class GcpStore
{
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

    /// <summary>One read, by number, which is consistent.</summary>
    public async Task<DateTimeOffset?> CreatedAsync(string name, string version, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        try
        {
            return (await VersionAsync(name, version, cancellationToken)).CreateTime;
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.VersionNotFound)
        {
            return null;
        }
    }

    public async Task SetVersionStateAsync(string name, string version, VersionState state, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        GcpStoreRules.RequireNumber(name, version);
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
        GcpCall call = new("secretmanager.versions.list", name);
        await foreach (
            GcpVersionPage page in _caller.PagesAsync(
                call,
                (token, ct) => CallAsync(call, (c, t) => c.ListVersionsAsync(name, 1_000, token, t), ct),
                static p => p.NextPageToken,
                cancellationToken
            )
        )
        {
            versions.AddRange(page.Versions ?? []);
        }

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
        if (_written.NewerThan(name, newest?.Number) is not { } written)
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

    private static VersionState StateOf(GcpVersion version) =>
        version.State switch
        {
            "ENABLED" => VersionState.Enabled,
            "DISABLED" => VersionState.Disabled,
            _ => VersionState.Destroyed,
        };

    private static long Number(string? version) => string.IsNullOrEmpty(version) ? 0 : long.Parse(version);

    private static string Word(string? version) => string.IsNullOrEmpty(version) ? "none" : version;
}
