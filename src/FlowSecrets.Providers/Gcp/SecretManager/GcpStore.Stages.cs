using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <content>Moves stages, which are version aliases on Google, and the alias 'current' where consumers read by it.</content>
internal sealed partial class GcpStore
{
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
            GcpStoreRules.RequireNumber(name, version);
        }

        if (stage == Stages.Current)
        {
            await MoveCurrentAsync(name, version, expectedVersion, cancellationToken);
            return;
        }

        GcpStoreRules.RequireAlias(stage);
        if (version is not null && StateOf(await VersionAsync(name, version, cancellationToken)) == VersionState.Destroyed)
        {
            throw StoreErrors.VersionDestroyed(name, version);
        }

        await ChangeAsync(name, "versionAliases", secret => MoveAlias(secret, name, stage, version, expectedVersion), cancellationToken);
    }

    /// <returns>Null: the alias is on that version already.</returns>
    private static GcpSecret? MoveAlias(GcpSecret secret, string name, string stage, string? version, string? expectedVersion)
    {
        Dictionary<string, long> aliases = new(secret.VersionAliases ?? [], StringComparer.Ordinal);
        string? now = aliases.TryGetValue(stage, out long number) ? number.ToString() : null;
        if (expectedVersion is not null && now != expectedVersion && now != version)
        {
            throw StoreErrors.Conflict(name, $"The stage '{stage}' of '{name}' is on version {Word(now)}, not {expectedVersion}");
        }

        if (now == version)
        {
            return null;
        }

        if (version is null)
        {
            aliases.Remove(stage);
        }
        else
        {
            aliases[stage] = long.Parse(version);
        }

        return new GcpSecret { VersionAliases = aliases };
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
                $"Add the older value again as a new version: "
                    + $"{Shell($"Set-FlowSecretVersion {Stored(name)} -Version {version:bare} -Stage current")}"
            );
        }
    }

    private bool IsByAlias(string name) => _options.CurrentByAlias.Contains(name, StringComparer.Ordinal);

    /// <returns>Null where consumers read 'latest', or no alias says otherwise yet.</returns>
    private string? AliasedCurrent(GcpSecret secret) =>
        IsByAlias(GcpName.Last(secret.Name)) && secret.VersionAliases?.TryGetValue(Stages.Current, out long number) == true
            ? number.ToString()
            : null;

    /// <summary>A version that somebody adds by hand is current for those who read by alias as well.</summary>
    private async Task FollowAsync(string name, string number, CancellationToken cancellationToken)
    {
        if (!IsByAlias(name))
        {
            return;
        }

        await ChangeAsync(
            name,
            "versionAliases",
            secret =>
            {
                Dictionary<string, long> aliases = new(secret.VersionAliases ?? [], StringComparer.Ordinal);
                if (aliases.TryGetValue(Stages.Current, out long before) && before.ToString() != number)
                {
                    aliases[Stages.Previous] = before;
                }

                aliases[Stages.Current] = long.Parse(number);
                return new GcpSecret { VersionAliases = aliases };
            },
            cancellationToken
        );
    }
}
