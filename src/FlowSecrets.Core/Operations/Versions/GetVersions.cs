using System.Runtime.CompilerServices;
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
        foreach (SecretRef secret in workspace.Resolve(context, options, host, wildcards: true))
        {
            foreach (SecretVersionInfo version in await ListAsync(workspace, secret, host, cancellationToken))
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
