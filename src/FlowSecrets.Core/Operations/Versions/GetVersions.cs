using System.Runtime.CompilerServices;
using FlowSecrets.Concurrency;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Versions;

internal sealed record VersionOptions : SecretTargetOptions
{
    public string? Version { get; init; }

    /// <summary>Null: left as it is.</summary>
    public VersionState? State { get; init; }

    /// <summary>Without it, a secret that data depends on does not change its value.</summary>
    public bool OverwriteEncryptionKey { get; init; }

    /// <summary>Without it, a version that a rotation needs is neither disabled nor destroyed.</summary>
    public bool AllowRotationLoss { get; init; }

    /// <summary>Without it, the current version is not destroyed.</summary>
    public bool AllowCurrent { get; init; }

    /// <summary>A stage to move to the version; null: none.</summary>
    public string? Stage { get; init; }
}

/// <summary>Lists the versions of secrets, newest first.</summary>
internal sealed class GetVersionsOperation(OperationContext context) : IOperation<VersionOptions, SecretVersionItem>
{
    public async IAsyncEnumerable<SecretVersionItem> RunAsync(
        VersionOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        IReadOnlyList<SecretRef> secrets = workspace.Resolve(context, options, host, wildcards: true);
        int done = 0;
        await foreach (
            (SecretRef secret, IReadOnlyList<SecretVersionInfo> versions, FlowSecretException? error) in Ordered.RunAsync(
                secrets,
                workspace.Store.Concurrency,
                (s, ct) => ListAsync(workspace, s, ct),
                cancellationToken
            )
        )
        {
            if (secrets.Count > 1)
            {
                host.Progress(new ProgressUpdate("Listing versions", secret.StoreName, ++done, secrets.Count));
            }

            if (error is not null)
            {
                host.Fail(workspace.Here(error, secret));
            }

            foreach (SecretVersionInfo version in versions)
            {
                SeenVersions.Add(secret, version.Version);
                yield return new SecretVersionItem
                {
                    Name = secret.Definition?.Key,
                    StoreName = secret.StoreName,
                    Version = version.Version,
                    State = version.State.ToString(),
                    Stages = [.. version.Stages],
                    Created = version.Created.LocalDateTime,
                    Environment = workspace.Environment?.Name,
                    Store = workspace.Place.Store.ToString(),
                    Place = workspace.Place.ToString(),
                };
            }
        }
    }

    private static async Task<(SecretRef Secret, IReadOnlyList<SecretVersionInfo> Versions, FlowSecretException? Error)> ListAsync(
        Workspace workspace,
        SecretRef secret,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (secret, await workspace.Store.ListVersionsAsync(secret.StoreName, cancellationToken), null);
        }
        catch (FlowSecretException e)
        {
            return (secret, [], e);
        }
    }
}
