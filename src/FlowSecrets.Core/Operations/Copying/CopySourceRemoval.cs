using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Copying;

/// <summary>Deletes a secret in the source, after each version of it was read back from the target.</summary>
internal sealed class CopySourceRemoval(Workspace source, int recoveryDays)
{
    /// <summary>What the question says of it.</summary>
    public string Effect =>
        Window is { } window
            ? $"then delete the source, which can be restored within {window.TotalDays:0} days"
            : "then delete the source for good, with all versions";

    private TimeSpan? Window => source.Store.Capabilities.RecoveryWindow ? TimeSpan.FromDays(recoveryDays) : null;

    /// <exception cref="FlowSecretException">SourceNotRemoved: the target lacks a version, or the source was changed meanwhile.</exception>
    public async Task RunAsync(CopyItem item, CancellationToken cancellationToken)
    {
        Require(item);
        SecretDescription? now = await source.Store.DescribeAsync(item.Source.StoreName, cancellationToken);
        IReadOnlyList<SecretVersionInfo> versions = now is null
            ? []
            : await source.Store.ListVersionsAsync(item.Source.StoreName, cancellationToken);
        if (now?.CurrentVersion != item.From.Current || !StatesOf(versions).SetEquals(StatesOf(item.From.Infos)))
        {
            throw NotRemoved(
                item,
                "it was changed after it was read",
                "Run the same command again: it copies what is new, then removes the source."
            );
        }

        cancellationToken.ThrowIfCancellationRequested();
        await source.Store.DeleteAsync(item.Source.StoreName, Window, cancellationToken);
    }

    /// <summary>What is known before anything is written.</summary>
    /// <exception cref="FlowSecretException">SourceNotRemoved.</exception>
    public void Require(CopyItem item)
    {
        if (item.Source.Definition is { IsExternal: true })
        {
            throw NotRemoved(item, "it has 'owner: external'", "Ask its owner to delete it.");
        }

        if (item.From.HidesAny)
        {
            SecretArgument secret = source.Argument(item.Source);
            string version = item.From.Infos.First(i => i.State == VersionState.Disabled).Version;
            throw NotRemoved(
                item,
                $"version {version} is disabled, so its value could not be copied",
                $"Copy it too: {Shell($"Set-FlowSecretVersion {secret} -Version {version:bare} -State Enabled")}, then "
                    + $"the same command with -UpdateExisting, which adds all versions again. If nobody needs it: {Shell(
                        $"Set-FlowSecretVersion {secret} -Version {version:bare} -State Destroyed")}"
            );
        }

        if (!item.IsProved)
        {
            throw NotRemoved(
                item,
                "versions of the target that cannot be read stand where older versions of it should be",
                "Enable them, and run the same command again; or delete the source yourself."
            );
        }
    }

    private static HashSet<(string, VersionState)> StatesOf(IReadOnlyList<SecretVersionInfo> versions) =>
        [.. versions.Select(static v => (v.Version, v.State))];

    private FlowSecretException NotRemoved(CopyItem item, string why, Remedy remedy) =>
        source.Here(
            new(
                ErrorIds.SourceNotRemoved,
                item.Source.StoreName,
                $"'{item.Source.StoreName}' was not removed from the {source.Place}: {why}",
                remedy
            ),
            item.Source
        );
}
