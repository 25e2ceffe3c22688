using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Terraform;

/// <summary>What the store has of the catalog's secrets.</summary>
internal static class TerraformState
{
    /// <summary>In the catalog's order. A secret that cannot be described is the error of that item.</summary>
    /// <returns>Null: at least one could not be described.</returns>
    public static async Task<IReadOnlyList<TerraformSecret>?> ReadAsync(
        Workspace workspace,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        SecretRef[] all = [.. workspace.Catalog!.Secrets.Select(workspace.Ref)];
        Dictionary<string, SecretDescription?> there = new(StringComparer.Ordinal);
        Dictionary<string, FlowSecretException> failed = new(StringComparer.Ordinal);
        int done = 0;
        await foreach (
            (SecretRef secret, SecretDescription? description, FlowSecretException? error) in workspace.DescribeAsync(
                [.. all.DistinctBy(static s => s.StoreName, StringComparer.Ordinal)],
                cancellationToken
            )
        )
        {
            host.Progress(new ProgressUpdate("Looking at secrets", secret.StoreName, ++done, all.Length));
            there[secret.StoreName] = description;
            if (error is not null)
            {
                failed[secret.StoreName] = error;
            }
            else if (description is { Deleted: not null })
            {
                failed[secret.StoreName] = workspace.Here(StoreErrors.PendingDeletion(secret.StoreName, description.PurgeAt), secret);
            }
        }

        foreach (SecretRef secret in all.Where(s => failed.ContainsKey(s.StoreName)))
        {
            host.Fail(failed[secret.StoreName]);
        }

        if (failed.Count > 0)
        {
            return null;
        }

        TerraformSecret[] secrets = [.. all.Select(s => new TerraformSecret(s, there[s.StoreName]))];
        string[] absent = [.. secrets.Where(static s => s is { There: null, IsOwned: true }).Select(static s => s.StoreName)];
        if (absent.Length > 0)
        {
            host.Warning(
                $"Not in the {workspace.Place} yet, so Terraform will create the container without a value: {string.Join(", ", absent)}. "
                    + "Initialize-FlowSecret creates them with their values."
            );
        }

        return secrets;
    }
}
