using System.Runtime.CompilerServices;
using FlowSecrets.Model;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Versions;

/// <summary>Enables or disables a version, destroys it, or moves a stage to it.</summary>
internal sealed class ChangeVersionOperation(OperationContext context) : IOperation<VersionOptions, SecretChange>
{
    public async IAsyncEnumerable<SecretChange> RunAsync(
        VersionOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        string version = options.Version!;
        string action = Describe(options, version, workspace.Store.Capabilities);
        IReadOnlyList<PlanStep> steps = await Plan.StepsAsync(
            workspace,
            workspace.Resolve(context, options, host, wildcards: false),
            host,
            (secret, token) =>
            {
                string number = version;
                return Plan.StepAsync(
                    secret,
                    action,
                    async () =>
                    {
                        number = await RequireVersionAsync(workspace, secret, version, token);
                        if (options.Stage == Stages.Current || options.State == VersionState.Destroyed)
                        {
                            WriteRules.RequireOverwrite(secret, options.OverwriteEncryptionKey);
                        }

                        VersionChange change = new(options.State, options.AllowCurrent, options.AllowRotationLoss);
                        await VersionRules.RequireUnusedAsync(workspace, secret, change, number, token);
                    },
                    ct => ChangeAsync(workspace, secret, options, number, ct)
                );
            },
            cancellationToken
        );
        await foreach (SecretChange change in Plan.ApplyAsync("Changing versions", workspace, steps, host, cancellationToken))
        {
            yield return change;
        }
    }

    private static string Describe(VersionOptions options, string version, StoreCapabilities store)
    {
        string? state = options.State switch
        {
            VersionState.Enabled => $"Enable version {version}",
            VersionState.Disabled => $"Disable version {version}",
            VersionState.Destroyed => $"Destroy version {version} for good",
            _ => null,
        };
        string? stage =
            options.Stage is null ? null
            : options.Stage == Stages.Current && !store.MovableCurrent ? $"Add the value of version {version} again, as a new version"
            : $"Move the stage '{options.Stage}' to version {version}";
        return string.Join(" and ", new[] { state, stage }.Where(static a => a is not null));
    }

    private static async Task<SecretChange> ChangeAsync(
        Workspace workspace,
        SecretRef secret,
        VersionOptions options,
        string number,
        CancellationToken cancellationToken
    )
    {
        if (options.State is { } state)
        {
            await workspace.Store.SetVersionStateAsync(secret.StoreName, number, state, cancellationToken);
        }

        if (options.Stage == Stages.Current && !workspace.Store.Capabilities.MovableCurrent)
        {
            return await AddAgainAsync(workspace, secret, number, cancellationToken);
        }

        if (options.Stage is { } stage)
        {
            await workspace.Store.MoveStageAsync(secret.StoreName, stage, number, null, cancellationToken);
        }

        return workspace.Result(
            secret,
            options.State == VersionState.Destroyed ? ItemStatus.Removed : ItemStatus.Updated,
            number,
            options.Stage is null ? null : $"It has the stage '{options.Stage}' now."
        );
    }

    /// <summary>Where the newest version is the current one, an older value comes back as a new version.</summary>
    private static async Task<SecretChange> AddAgainAsync(
        Workspace workspace,
        SecretRef secret,
        string number,
        CancellationToken cancellationToken
    )
    {
        string? current = (await Plan.RequireAsync(workspace, secret, cancellationToken)).CurrentVersion;
        if (current == number)
        {
            return workspace.Result(secret, ItemStatus.Unchanged, number, "It is the current version.");
        }

        using ReadSecret older = await workspace.Store.ReadAsync(secret.StoreName, new VersionSelector(number, null), cancellationToken);
        SecretVersionInfo added = await workspace.Store.AddVersionAsync(
            secret.StoreName,
            older.Value,
            null,
            current ?? "",
            cancellationToken
        );
        return workspace.Result(
            secret,
            ItemStatus.Updated,
            added.Version,
            $"Version {added.Version} has the value of version {number}: here the newest version is the current one."
        );
    }

    /// <returns>The version's own number, also where a stage was given for it.</returns>
    private static async Task<string> RequireVersionAsync(
        Workspace workspace,
        SecretRef secret,
        string version,
        CancellationToken cancellationToken
    )
    {
        await Plan.RequireAsync(workspace, secret, cancellationToken);
        IReadOnlyList<SecretVersionInfo> versions = await workspace.Store.ListVersionsAsync(secret.StoreName, cancellationToken);
        SecretVersionInfo found =
            versions.FirstOrDefault(v => string.Equals(v.Version, version, StringComparison.Ordinal))
            ?? versions.FirstOrDefault(v => v.Stages.Contains(version, StringComparer.Ordinal))
            ?? throw StoreErrors.VersionNotFound(secret.StoreName, $"'{secret.StoreName}' has no version {version}");
        if (found.State == VersionState.Destroyed)
        {
            throw StoreErrors.VersionDestroyed(secret.StoreName, version);
        }

        return found.Version;
    }
}
