using System.Runtime.CompilerServices;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Access;

/// <summary>Makes the policy that would be attached to the principals themselves, for review; changes nothing.</summary>
internal sealed class PolicyDocumentOperation(OperationContext context) : IOperation<ChangeAccessOptions, string>
{
    public async IAsyncEnumerable<string> RunAsync(
        ChangeAccessOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ChangeAccessOperation.RequireToCome(options.Expires, context.Clock);
        Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
        IReadOnlyList<SecretRef> named = AccessTargets.Secrets(context, workspace, options, host);
        IReadOnlyList<AccessTarget> targets = await AccessTargets.FindAsync(context, workspace, options, named, host, cancellationToken);
        foreach (AccessTarget target in targets)
        {
            host.Verbose(
                $"For {target.Principal ?? "whoever it is attached to"}: {Words.Count(target.Secrets.Count, "secret")} of the "
                    + $"{workspace.Place}."
            );
            yield return await workspace.Store.Access.IdentityPolicyAsync(
                [.. target.Secrets.Select(static s => s.StoreName)],
                target.Permission,
                options.Expires,
                cancellationToken
            );
        }
    }
}
