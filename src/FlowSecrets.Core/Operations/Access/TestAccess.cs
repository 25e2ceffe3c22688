using System.Runtime.CompilerServices;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Access;

internal sealed record TestAccessOptions : AccessOptions
{
    /// <summary>Also read the values, and drop them.</summary>
    public bool Live { get; init; }

    /// <summary>The subject of a federated token that is to become the principal.</summary>
    public string? TokenSubject { get; init; }
}

/// <summary>Says who may do what, and why not.</summary>
internal sealed class TestAccessOperation(OperationContext context) : IOperation<TestAccessOptions, SecretAccess>
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
                "-Live",
                "-Live reads as whoever asks, so it cannot be told of another principal",
                "Leave -Principal, -Workload and -FromCatalog out, or -Live; or run it as that principal."
            );
        }

        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        IReadOnlyList<SecretRef> named = AccessTargets.Secrets(context, workspace, options, host);
        IReadOnlyList<AccessTarget> targets = await AccessTargets.FindAsync(context, workspace, options, named, host, cancellationToken);
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
            Store = workspace.Place.Store.ToString(),
            Place = workspace.Place.ToString(),
            Principal = target.Principal ?? answer.Principal ?? workspace.Place.Identity,
            Workload = target.Workload,
            Permission = target.Permission.ToString(),
            Result = answer.Result.ToString(),
            Cause = answer.Cause,
            Evidence = PlainText.Line(answer.Evidence),
            Remedy = workspace.Text(answer.Remedy, secret),
        };
}
