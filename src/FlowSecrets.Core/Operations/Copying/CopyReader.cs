using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.Copying;

/// <summary>Reads what a store holds of a secret. It changes nothing.</summary>
internal sealed class CopyReader(Workspace workspace, bool allVersions)
{
    /// <returns>The content, or its error in it; the caller disposes of it.</returns>
    public async Task<CopyContent> ReadAsync(SecretRef secret, CancellationToken cancellationToken)
    {
        SecretDescription? there = null;
        try
        {
            // A name that the store does not take cannot be there, and the plan says so.
            if (!SecretNames.IsReadable(workspace.Place.Store, secret.StoreName))
            {
                return CopyContent.Nothing;
            }

            there = await workspace.Store.DescribeAsync(secret.StoreName, cancellationToken);
            return there is null or { Deleted: not null } || (there.CurrentVersion is null && !allVersions) ? new CopyContent(there)
                : allVersions ? await AllAsync(secret, there, cancellationToken)
                : await CurrentAsync(secret, there, cancellationToken);
        }
        catch (FlowSecretException e)
        {
            return new CopyContent(there) { Error = workspace.Here(e, secret) };
        }
    }

    private async Task<CopyContent> CurrentAsync(SecretRef secret, SecretDescription there, CancellationToken cancellationToken)
    {
        try
        {
            ReadSecret read = await workspace.Store.ReadAsync(secret.StoreName, VersionSelector.Current, cancellationToken);

            // Between the two calls somebody may have added a version: what was read counts.
            return new CopyContent(there with { CurrentVersion = read.Version }) { Versions = [new CopyVersion(read.Version, read.Value)] };
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.VersionDisabled or ErrorIds.VersionDestroyed)
        {
            return new CopyContent(there);
        }
    }

    private async Task<CopyContent> AllAsync(SecretRef secret, SecretDescription there, CancellationToken cancellationToken)
    {
        IReadOnlyList<SecretVersionInfo> infos = await workspace.Store.ListVersionsAsync(secret.StoreName, cancellationToken);
        List<CopyVersion> versions = [];
        try
        {
            foreach (SecretVersionInfo info in infos.Reverse().Where(static i => i.State == VersionState.Enabled))
            {
                if (await TryReadAsync(secret, info.Version, cancellationToken) is { } version)
                {
                    versions.Add(version);
                }
            }

            return new CopyContent(there) { Versions = versions, Infos = infos };
        }
        catch
        {
            versions.ForEach(static v => v.Dispose());
            throw;
        }
    }

    /// <returns>Null: it was disabled or destroyed meanwhile.</returns>
    private async Task<CopyVersion?> TryReadAsync(SecretRef secret, string version, CancellationToken cancellationToken)
    {
        try
        {
            ReadSecret read = await workspace.Store.ReadAsync(secret.StoreName, new(version, null), cancellationToken);
            return new CopyVersion(version, read.Value);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.VersionDisabled or ErrorIds.VersionDestroyed)
        {
            return null;
        }
    }
}
