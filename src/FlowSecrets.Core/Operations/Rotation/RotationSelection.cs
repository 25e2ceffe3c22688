using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Rotation;

/// <summary>Which secrets a rotation command is about.</summary>
internal static class RotationSelection
{
    /// <summary>
    /// Those that are named, or all that the catalog rotates. What is named and cannot be rotated is an error of its own later; what nobody
    /// named is left out.
    /// </summary>
    public static IReadOnlyList<SecretRef> Secrets(
        OperationContext context,
        Workspace workspace,
        RotationOptions options,
        IOperationHost host
    )
    {
        bool onlyRotated = !options.NamesAny;
        IReadOnlyList<SecretRef> secrets = options.NamesAny
            ? workspace.Resolve(context, options, host, wildcards: true)
            : [.. workspace.Catalog!.Secrets.Select(workspace.Ref)];
        bool byWildcard = options.Names.Any(Wildcard.HasWildcard);
        bool named = !onlyRotated && !byWildcard;
        foreach (SecretRef secret in secrets.Where(s => !named && s.Definition is { IsEncryptionKey: true, Rotation: { Reencrypt: null } }))
        {
            host.Warning(
                $"'{secret.Definition!.Key}' is left out: it is an encryption key, and the catalog names no script that encrypts its "
                    + $"data anew ('rotate.reencrypt')."
            );
        }

        return
        [
            .. secrets.Where(s =>
                named || s.Definition is { Rotation: not null } and not { IsEncryptionKey: true, Rotation.Reencrypt: null }
            ),
        ];
    }
}
