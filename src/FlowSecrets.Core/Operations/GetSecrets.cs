using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;

namespace FlowSecrets.Operations;

/// <summary>Whether a secret is there to be read.</summary>
public enum SecretState
{
    Present,
    Missing,
    NoVersion,
    Disabled,
    Destroyed,
    PendingDeletion,
}

/// <summary>A secret of the catalog with its state in the store, or one that the store holds beyond it.</summary>
public sealed record SecretItem
{
    /// <summary>The catalog's key; null for a secret beyond the catalog.</summary>
    public string? Name { get; init; }

    public required string StoreName { get; init; }

    public string? Category { get; init; }

    public string? Description { get; init; }

    public required SecretState State { get; init; }

    public string? Version { get; init; }

    /// <summary>When the current version was made, in local time.</summary>
    public DateTime? Updated { get; init; }

    public bool Required { get; init; }

    public IReadOnlyList<string> Env { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>When a pending deletion becomes final, in local time.</summary>
    public DateTime? PurgeAt { get; init; }

    public string? Environment { get; init; }

    public required StoreKind Store { get; init; }

    public required string Place { get; init; }
}

public sealed record GetSecretsOptions : TargetOptions
{
    /// <summary>Keys with wildcards; none and no store names: all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    public IReadOnlyList<string> StoreNames { get; init; } = [];

    /// <summary>Also what the store holds beyond the catalog.</summary>
    public bool All { get; init; }
}

/// <summary>Lists the catalog's secrets with their state in the store.</summary>
public sealed class GetSecretsOperation(OperationContext context) : IOperation<GetSecretsOptions, SecretItem>
{
    public async IAsyncEnumerable<SecretItem> RunAsync(GetSecretsOptions options, IOperationHost host, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Workspace workspace = Workspace.Open(context, options);
        bool everything = options.Names.Count == 0 && options.StoreNames.Count == 0;
        IReadOnlyList<SecretRef> secrets = everything
            ? [.. (workspace.Catalog?.Secrets ?? []).Select(workspace.Ref)]
            : workspace.Resolve(context, options.Names, options.StoreNames, wildcards: true);
        host.Verbose($"Reading the list of the {workspace.Place} ({workspace.Place.Identity}).");
        Dictionary<string, SecretDescription> found = new(StringComparer.Ordinal);
        bool beyond = everything && (options.All || workspace.Catalog is null);
        if (!beyond && secrets.Count == 1)
        {
            if (await workspace.Store.DescribeAsync(secrets[0].StoreName, cancellationToken) is { } only)
            {
                found.Add(only.StoreName, only);
            }
        }
        else
        {
            await foreach (SecretDescription description in workspace.Store.ListAsync(beyond ? "" : CommonPrefix(secrets), cancellationToken))
            {
                found.Add(description.StoreName, description);
            }
        }

        foreach (SecretRef secret in secrets)
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

    private static string CommonPrefix(IReadOnlyList<SecretRef> secrets)
    {
        string prefix = secrets.Count == 0 ? "" : secrets[0].StoreName;
        foreach (SecretRef secret in secrets)
        {
            while (!secret.StoreName.StartsWith(prefix, StringComparison.Ordinal))
            {
                prefix = prefix[..^1];
            }
        }

        return prefix;
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
            State = StateOf(description),
            Version = description?.CurrentVersion,
            Updated = description?.Updated?.LocalDateTime,
            Required = definition is not null && Catalog.IsRequired(definition, workspace.Environment),
            Env = definition is null ? [] : [.. definition.AllVariables],
            Labels = description?.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal),
            PurgeAt = description?.PurgeAt?.LocalDateTime,
            Environment = workspace.Environment?.Name,
            Store = workspace.Place.Store,
            Place = workspace.Place.ToString(),
        };
    }

    private static SecretState StateOf(SecretDescription? description) => description switch
    {
        null => SecretState.Missing,
        { Deleted: not null } => SecretState.PendingDeletion,
        { CurrentVersion: null } => SecretState.NoVersion,
        { CurrentState: VersionState.Disabled } => SecretState.Disabled,
        { CurrentState: VersionState.Destroyed } => SecretState.Destroyed,
        _ => SecretState.Present,
    };
}
