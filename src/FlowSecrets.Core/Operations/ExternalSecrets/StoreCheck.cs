using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.ExternalSecrets;

/// <summary>Finds secrets that the operator will look for in vain, before the manifests are applied.</summary>
internal sealed class StoreCheck(OperationContext context, TargetOptions options, IOperationHost host)
{
    /// <param name="readers">By key: the Kubernetes Secrets that need the secret.</param>
    public async Task RunAsync(
        CatalogEnvironment environment,
        IReadOnlyDictionary<string, List<string>> readers,
        CancellationToken cancellationToken
    )
    {
        try
        {
            Workspace workspace = await Workspace.OpenAsync(
                context,
                options with
                {
                    Environment = environment.Name,
                    Store = null,
                },
                host,
                cancellationToken
            );
            SecretRef[] secrets = [.. readers.Keys.Select(k => workspace.Ref(workspace.Catalog!.Find(k)!))];
            await foreach (
                (SecretRef secret, SecretDescription? found, FlowSecretException? error) in workspace.DescribeAsync(
                    secrets,
                    cancellationToken
                )
            )
            {
                if (error is not null and not { Id: ErrorIds.SecretNotFound })
                {
                    throw error;
                }

                if (found is null or { CurrentVersion: null })
                {
                    string key = secret.Definition!.Key;
                    Remedy remedy = Remedy.Of(
                        $"Set it first: {(found is null ? Shell($"New-FlowSecret {Here}") : Shell($"Set-FlowSecret {Here}"))}"
                    );
                    host.Warning(
                        $"The store has no {(found is null ? "secret" : "value of")} '{secret.StoreName}'. Until it has, the "
                            + $"operator reports "
                            + $"SecretSyncedError for {string.Join(", ", readers[key])}. {workspace.Text(remedy, secret)}"
                    );
                }
            }
        }
        catch (FlowSecretException e)
        {
            host.Warning($"Whether the secrets of '{environment.Name}' exist was not checked: {e.Message} -Offline leaves the check out.");
        }
    }
}
