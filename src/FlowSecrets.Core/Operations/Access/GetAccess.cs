using System.Runtime.CompilerServices;
using FlowSecrets.Transport;

namespace FlowSecrets.Operations;

/// <summary>One grant on a secret of a command.</summary>
public sealed record SecretGrantItem
{
    /// <summary>The catalog's key; null for a secret beyond the catalog.</summary>
    public string? Name { get; init; }

    public required string StoreName { get; init; }

    public required string Principal { get; init; }

    /// <summary>What of ours it holds; empty: none of it.</summary>
    public IReadOnlyList<SecretPermission> Holds { get; init; } = [];

    /// <summary>The permission that Grant-FlowSecretAccess would have granted by just this; null: it is another role.</summary>
    public SecretPermission? Permission { get; init; }

    /// <summary>The cloud's own word: a role, actions.</summary>
    public required string Role { get; init; }

    /// <summary>Where it stands: the secret itself, or what it inherits from.</summary>
    public required string Source { get; init; }

    public bool Denies { get; init; }

    public string? Condition { get; init; }

    /// <summary>In local time; null: never, or not by a time alone.</summary>
    public DateTime? Expires { get; init; }

    /// <summary>Whether this module made it.</summary>
    public bool Ours { get; init; }

    /// <summary>When this module made it, in local time.</summary>
    public DateTime? Granted { get; init; }

    public string? Environment { get; init; }

    public required StoreKind Store { get; init; }

    public required string Place { get; init; }
}

/// <summary>Lists who may do what with secrets, and through what.</summary>
public sealed class GetAccessOperation(OperationContext context) : IOperation<AccessOptions, SecretGrantItem>
{
    public async IAsyncEnumerable<SecretGrantItem> RunAsync(
        AccessOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = Workspace.Open(context, options);

        // To ask who else is let in does no harm, even where that is everybody.
        IReadOnlyList<AccessTarget> targets = await AccessTargets.FindAsync(
            context,
            workspace,
            options with
            {
                AllowPublic = true,
            },
            host,
            cancellationToken
        );
        SecretRef[] secrets = [.. targets.SelectMany(static t => t.Secrets).DistinctBy(static s => s.StoreName, StringComparer.Ordinal)];
        HashSet<string> unreadable = new(StringComparer.Ordinal);
        IAsyncEnumerable<(SecretRef Secret, AccessList? List, FlowSecretException? Error)> lists = Bounded.RunAsync(
            secrets,
            workspace.Store.Concurrency,
            (s, ct) => ListAsync(workspace, s, ct),
            cancellationToken
        );
        int done = 0;
        await foreach ((SecretRef secret, AccessList? list, FlowSecretException? error) in lists)
        {
            host.Progress(new ProgressUpdate("Reading who may read", secret.StoreName, ++done, secrets.Length));
            if (error is not null)
            {
                host.Fail(workspace.Here(error, secret));
                continue;
            }

            unreadable.UnionWith(list!.Unreadable);
            foreach (SecretGrant grant in list.Grants.Where(g => IsAsked(secret, g, options, targets)))
            {
                yield return Item(workspace, secret, grant);
            }
        }

        foreach (string what in unreadable.Order(StringComparer.Ordinal))
        {
            host.Warning($"Not all is shown: {what}.");
        }
    }

    private static bool IsAsked(SecretRef secret, SecretGrant grant, AccessOptions options, IReadOnlyList<AccessTarget> targets) =>
        targets.Any(t =>
            t.Secrets.Contains(secret)
            && (t.Principal is null || string.Equals(t.Principal, grant.Principal, StringComparison.OrdinalIgnoreCase))
        ) && (options.Permission is not { } wanted || grant.Denies || grant.Holds.Contains(wanted));

    private static async Task<(SecretRef Secret, AccessList? List, FlowSecretException? Error)> ListAsync(
        Workspace workspace,
        SecretRef secret,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (secret, await workspace.Store.Access.ListAsync(secret.StoreName, cancellationToken), null);
        }
        catch (FlowSecretException e)
        {
            return (secret, null, e);
        }
    }

    private static SecretGrantItem Item(Workspace workspace, SecretRef secret, SecretGrant grant) =>
        new()
        {
            Name = secret.Definition?.Key,
            StoreName = secret.StoreName,
            Principal = grant.Principal,
            Holds = grant.Holds,
            Permission = grant.Exactly,
            Role = grant.Role,
            Source = grant.Source,
            Denies = grant.Denies,
            Condition = grant.Condition,
            Expires = grant.Expires?.LocalDateTime,
            Ours = grant.Ours,
            Granted = grant.Granted?.LocalDateTime,
            Environment = workspace.Environment?.Name,
            Store = workspace.Place.Store,
            Place = workspace.Place.ToString(),
        };
}
