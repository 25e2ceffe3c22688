using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Rotation.Targets;
using FlowSecrets.Ports;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation.Run;

/// <summary>Opens the systems that check credentials. Owns what opens them.</summary>
internal sealed class RotationTargetFactory(OperationContext context, bool trustsCatalog) : IDisposable
{
    private readonly List<ReadSecret> _admins = [];

    /// <returns>Null: nothing checks the value.</returns>
    /// <exception cref="FlowSecretException">CatalogNotTrusted and what reading the admin's secret says.</exception>
    public async Task<IRotationTarget?> OpenAsync(Workspace workspace, RotationUnit unit, CancellationToken cancellationToken)
    {
        if (unit.Definition.IsEncryptionKey)
        {
            return new ReencryptTarget(Script(workspace, unit, unit.Rotation.Reencrypt!), unit.Definition.Key);
        }

        if (unit.Rotation.Target is not { Kind: not "generated" } target)
        {
            return null;
        }

        if (target is { Kind: "manual", Test: null, Revoke: null })
        {
            return null;
        }

        if (target.Kind is "manual" or "script")
        {
            return new ScriptTarget(new RotationTargetSettings(unit.Definition.Key, Resolved(workspace, unit, target), null));
        }

        ReadSecret? admin = null;
        if (unit.Admin is { } who)
        {
            admin = await workspace.Store.ReadAsync(who.StoreName, VersionSelector.Current, cancellationToken);
            lock (_admins)
            {
                _admins.Add(admin);
            }
        }

        return context.Providers().OpenTarget(new RotationTargetSettings(unit.Definition.Key, target, admin?.Value));
    }

    public void Dispose() => _admins.ForEach(static a => a.Dispose());

    private CatalogTarget Resolved(Workspace workspace, RotationUnit unit, CatalogTarget target) =>
        target with
        {
            Set = target.Set is null ? null : Script(workspace, unit, target.Set),
            Test = target.Test is null ? null : Script(workspace, unit, target.Test),
            Revoke = target.Revoke is null ? null : Script(workspace, unit, target.Revoke),
        };

    private string Script(Workspace workspace, RotationUnit unit, string path)
    {
        Catalog catalog = workspace.Catalog!;
        return trustsCatalog || CatalogTrust.IsApproved(catalog, context.Variable)
            ? catalog.Resolve(path)
            : throw new FlowSecretException(
                ErrorIds.CatalogNotTrusted,
                unit.Secret.StoreName,
                $"The rotation of '{unit.Definition.Key}' would run the script '{path}' that the catalog '{catalog.Path}' names, and "
                    + $"the catalog was not approved",
                $"Read both, then run: {Shell($"Approve-FlowSecretCatalog -CatalogPath {catalog.Path}")}; in CI: " + $"-TrustCatalog"
            );
    }
}
