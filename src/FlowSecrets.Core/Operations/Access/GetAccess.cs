using System.Runtime.CompilerServices;
using FlowSecrets.Concurrency;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Access;

/// <summary>Lists who may do what with secrets, and through what.</summary>
internal sealed class GetAccessOperation(OperationContext context) : IOperation<AccessOptions, SecretGrantItem>
{
    public async IAsyncEnumerable<SecretGrantItem> RunAsync(
        AccessOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);

        // To ask who else is let in does no harm, even where that is everybody.
        IReadOnlyList<AccessTarget> targets = await AccessTargets.FindAsync(
            context,
            workspace,
            options with
            {
                AllowPublic = true,
            },
            AccessTargets.Secrets(context, workspace, options, host),
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
            Holds = [.. grant.Holds.Select(static p => p.ToString())],
            Permission = grant.Exactly?.ToString(),
            Role = grant.Role,
            Source = grant.Source,
            Denies = grant.Denies,
            Condition = grant.Condition,
            Expires = grant.Expires?.LocalDateTime,
            Ours = grant.Ours,
            Granted = grant.Granted?.LocalDateTime,
            Environment = workspace.Environment?.Name,
            Store = workspace.Place.Store.ToString(),
            Place = workspace.Place.ToString(),
        };
}
