using System.Runtime.CompilerServices;

namespace FlowSecrets.Operations;

public sealed record VersionOptions : TargetOptions
{
    public IReadOnlyList<string> Names { get; init; } = [];

    public IReadOnlyList<string> StoreNames { get; init; } = [];

    public string? Version { get; init; }

    /// <summary>Null: left as it is.</summary>
    public VersionState? State { get; init; }

    /// <summary>Without it, a secret that data depends on does not change its value.</summary>
    public bool OverwriteEncryptionKey { get; init; }

    /// <summary>A stage to move to the version; null: none.</summary>
    public string? Stage { get; init; }
}

/// <summary>One version in a secret's history.</summary>
public sealed record SecretVersionItem
{
    public string? Name { get; init; }

    public required string StoreName { get; init; }

    public required string Version { get; init; }

    public required VersionState State { get; init; }

    public IReadOnlyList<string> Stages { get; init; } = [];

    /// <summary>In local time.</summary>
    public required DateTime Created { get; init; }

    public string? Environment { get; init; }

    public required StoreKind Store { get; init; }
}

/// <summary>Lists the versions of secrets, newest first.</summary>
public sealed class GetVersionsOperation(OperationContext context) : IOperation<VersionOptions, SecretVersionItem>
{
    public async IAsyncEnumerable<SecretVersionItem> RunAsync(
        VersionOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = Workspace.Open(context, options);
        foreach (SecretRef secret in workspace.Resolve(context, options.Names, options.StoreNames, wildcards: true))
        {
            foreach (SecretVersionInfo version in await ListAsync(workspace, secret, host, cancellationToken))
            {
                SeenVersions.Add(secret, version.Version);
                yield return new SecretVersionItem
                {
                    Name = secret.Definition?.Key,
                    StoreName = secret.StoreName,
                    Version = version.Version,
                    State = version.State,
                    Stages = version.Stages,
                    Created = version.Created.LocalDateTime,
                    Environment = workspace.Environment?.Name,
                    Store = workspace.Place.Store,
                };
            }
        }
    }

    private static async Task<IReadOnlyList<SecretVersionInfo>> ListAsync(
        Workspace workspace,
        SecretRef secret,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await workspace.Store.ListVersionsAsync(secret.StoreName, cancellationToken);
        }
        catch (FlowSecretException e)
        {
            host.Fail(workspace.Here(e, secret));
            return [];
        }
    }
}

/// <summary>Enables or disables a version, destroys it, or moves a stage to it.</summary>
public sealed class ChangeVersionOperation(OperationContext context) : IOperation<VersionOptions, SecretChange>
{
    public async IAsyncEnumerable<SecretChange> RunAsync(
        VersionOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = Workspace.Open(context, options);
        string version = options.Version!;
        string action = Describe(options, version, workspace.Store.Capabilities);
        List<PlanStep> steps = [];
        foreach (SecretRef secret in workspace.Resolve(context, options.Names, options.StoreNames, wildcards: false))
        {
            string number = version;
            steps.Add(
                await Plan.StepAsync(
                    secret,
                    action,
                    async () =>
                    {
                        number = await RequireVersionAsync(workspace, secret, version, cancellationToken);
                        if (options.Stage == Stages.Current || options.State == VersionState.Destroyed)
                        {
                            WriteRules.RequireOverwrite(secret, options.OverwriteEncryptionKey);
                        }
                    },
                    ct => ChangeAsync(workspace, secret, options, number, ct)
                )
            );
        }

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

/// <summary>Versions that this process has listed, for tab completion, which must not ask a store.</summary>
internal static class SeenVersions
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<
        string,
        System.Collections.Concurrent.ConcurrentDictionary<string, bool>
    > Seen = new(StringComparer.Ordinal);

    public static void Add(SecretRef secret, string version)
    {
        foreach (string name in new[] { secret.StoreName, secret.Definition?.Key ?? secret.StoreName })
        {
            Seen.GetOrAdd(name, static _ => new(StringComparer.Ordinal))[version] = true;
        }
    }

    public static IEnumerable<string> Of(string name) =>
        Seen.TryGetValue(name, out System.Collections.Concurrent.ConcurrentDictionary<string, bool>? versions) ? versions.Keys : [];
}
