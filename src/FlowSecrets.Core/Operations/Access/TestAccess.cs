using System.Runtime.CompilerServices;

namespace FlowSecrets.Operations;

public sealed record TestAccessOptions : AccessOptions
{
    /// <summary>Also read the values, and drop them.</summary>
    public bool Live { get; init; }

    /// <summary>The subject of a federated token that is to become the principal.</summary>
    public string? TokenSubject { get; init; }
}

/// <summary>Whether a principal may do something with a secret, why not, and what mends it.</summary>
public sealed record SecretAccess
{
    /// <summary>The catalog's key; null for a secret beyond the catalog.</summary>
    public string? Name { get; init; }

    /// <summary>The key, or the store's name where there is none.</summary>
    public string Secret => Name ?? StoreName;

    public required string StoreName { get; init; }

    public string? Environment { get; init; }

    public required StoreKind Store { get; init; }

    public required string Place { get; init; }

    /// <summary>As the store's policies name it; of the caller, who the store says it is.</summary>
    public required string Principal { get; init; }

    /// <summary>The workload that runs as it.</summary>
    public string? Workload { get; init; }

    public required SecretPermission Permission { get; init; }

    public required AccessResult Result { get; init; }

    /// <summary>One of <see cref="AccessCauses"/>; null when it is allowed.</summary>
    public string? Cause { get; init; }

    /// <summary>What was seen.</summary>
    public required string Evidence { get; init; }

    /// <summary>The exact command that mends it.</summary>
    public string? Remedy { get; init; }
}

/// <summary>Says who may do what, and why not.</summary>
public sealed class TestAccessOperation(OperationContext context) : IOperation<TestAccessOptions, SecretAccess>
{
    public async IAsyncEnumerable<SecretAccess> RunAsync(
        TestAccessOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (options.Live && (options.Principals.Count > 0 || options.Workloads.Count > 0 || options.FromCatalog))
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                FlowErrorCategory.InvalidArgument,
                "-Live",
                "-Live reads as whoever asks, so it cannot be told of another principal",
                "Leave -Principal, -Workload and -FromCatalog out, or -Live; or run it as that principal."
            );
        }

        Workspace workspace = Workspace.Open(context, options);
        IReadOnlyList<AccessTarget> targets = await AccessTargets.FindAsync(context, workspace, options, host, cancellationToken);
        AccessElsewhere elsewhere = new(context, workspace);
        int total = targets.Sum(static t => t.Secrets.Count);
        int done = 0;
        host.Verbose($"Testing {Words.Count(total, "access", "accesses")} in the {workspace.Place} as {workspace.Place.Identity}.");
        foreach (AccessTarget target in targets)
        {
            Dictionary<string, SecretRef> byName = target.Secrets.ToDictionary(static s => s.StoreName, StringComparer.Ordinal);
            AccessQuestion question = new(target.Principal, target.Permission, options.Live, options.TokenSubject);
            await foreach (AccessAnswer answer in workspace.Store.Access.TestAsync(byName.Keys, question, cancellationToken))
            {
                SecretRef secret = byName[answer.StoreName];
                host.Progress(new ProgressUpdate("Testing access", secret.StoreName, ++done, total));
                yield return Result(workspace, target, secret, OfAsker(target, await elsewhere.LookAsync(answer, cancellationToken)));
            }
        }
    }

    /// <summary>A login that does not work is the asker's, and says nothing of somebody else.</summary>
    private static AccessAnswer OfAsker(AccessTarget target, AccessAnswer answer) =>
        target.Principal is not null && answer.Cause is (AccessCauses.NotAuthenticated or AccessCauses.ClockSkew)
            ? answer with
            {
                Result = AccessResult.Unknown,
            }
            : answer;

    private static SecretAccess Result(Workspace workspace, AccessTarget target, SecretRef secret, AccessAnswer answer) =>
        new()
        {
            Name = secret.Definition?.Key,
            StoreName = secret.StoreName,
            Environment = workspace.Environment?.Name,
            Store = workspace.Place.Store,
            Place = workspace.Place.ToString(),
            Principal = target.Principal ?? answer.Principal ?? workspace.Place.Identity,
            Workload = target.Workload,
            Permission = target.Permission,
            Result = answer.Result,
            Cause = answer.Cause,
            Evidence = answer.Evidence,
            Remedy = answer.Remedy.Length == 0 ? null : workspace.Commands(answer.Remedy, secret),
        };
}
