using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Secrets;

/// <summary>Whether a secret is there to be read.</summary>
internal enum SecretState
{
    Present,
    Missing,
    NoVersion,
    Disabled,
    Destroyed,
    PendingDeletion,
}

/// <summary>Without names: all.</summary>
internal sealed record GetSecretsOptions : SecretTargetOptions
{
    /// <summary>Also what the store holds beyond the catalog.</summary>
    public bool All { get; init; }
}

/// <summary>Lists the catalog's secrets with their state in the store.</summary>
internal sealed class GetSecretsOperation(OperationContext context) : IOperation<GetSecretsOptions, SecretItem>
{
    public async IAsyncEnumerable<SecretItem> RunAsync(
        GetSecretsOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        bool everything = options.Names.Count == 0 && options.StoreNames.Count == 0;
        IReadOnlyList<SecretRef> secrets = everything
            ? [.. (workspace.Catalog?.Secrets ?? []).Select(workspace.Ref)]
            : workspace.Resolve(context, options, host, wildcards: true);
        host.Verbose($"Reading the list of the {workspace.Place} ({workspace.Place.Identity}).");
        Dictionary<string, SecretDescription> found = new(StringComparer.Ordinal);
        bool beyond = everything && (options.All || workspace.Catalog is null);
        HashSet<string> failed = new(StringComparer.Ordinal);
        if (beyond)
        {
            await foreach (SecretDescription description in workspace.Store.ListAsync("", cancellationToken))
            {
                found.Add(description.StoreName, description);
            }
        }
        else
        {
            await foreach (
                (SecretRef secret, SecretDescription? description, FlowSecretException? error) in workspace.DescribeAsync(
                    secrets,
                    cancellationToken
                )
            )
            {
                if (error is not null)
                {
                    host.Fail(error);
                    failed.Add(secret.StoreName);
                }
                else if (description is not null)
                {
                    found.Add(secret.StoreName, description);
                }

                host.Progress(new ProgressUpdate("Looking secrets up", secret.StoreName, found.Count + failed.Count, secrets.Count));
            }
        }

        foreach (SecretRef secret in secrets.Where(s => !failed.Contains(s.StoreName)))
        {
            if (!found.Remove(secret.StoreName, out SecretDescription? description) && secret.Definition is null)
            {
                host.Fail(workspace.Here(StoreErrors.SecretNotFound(workspace.Place, secret.StoreName), secret));
                continue;
            }

            yield return Item(workspace, secret, description);
        }

        foreach (SecretDescription description in found.Values.Where(_ => beyond).OrderBy(static d => d.StoreName, StringComparer.Ordinal))
        {
            yield return Item(workspace, new SecretRef(null, description.StoreName), description);
        }
    }

    private static SecretItem Item(Workspace workspace, SecretRef secret, SecretDescription? description)
    {
        CatalogSecret? definition = secret.Definition;
        return new SecretItem
        {
            Name = definition?.Key,
            StoreName = secret.StoreName,
            Category = definition?.Category,
            Description = definition?.Description,
            State = StateOf(description).ToString(),
            Version = description?.CurrentVersion,
            Updated = description?.Updated?.LocalDateTime,
            Required = definition is not null && Catalog.IsRequired(definition, workspace.Environment),
            Env = definition is null ? [] : [.. definition.AllVariables],
            Labels = (description?.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal))
                .Where(static l => l.Key != SecretOwner.Label)
                .ToDictionary(StringComparer.Ordinal),
            Annotations = description?.Annotations ?? new Dictionary<string, string>(StringComparer.Ordinal),
            PurgeAt = description?.PurgeAt?.LocalDateTime,
            Expires = description?.Expires?.LocalDateTime,
            Replication = description?.Replication,
            KmsKey = description?.KmsKey,
            Environment = workspace.Environment?.Name,
            Store = workspace.Place.Store.ToString(),
            Place = workspace.Place.ToString(),
        };
    }

    private static SecretState StateOf(SecretDescription? description) =>
        description switch
        {
            null => SecretState.Missing,
            { Deleted: not null } => SecretState.PendingDeletion,
            { CurrentVersion: null } => SecretState.NoVersion,
            { CurrentState: VersionState.Disabled } => SecretState.Disabled,
            { CurrentState: VersionState.Destroyed } => SecretState.Destroyed,
            _ => SecretState.Present,
        };
}
