using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Files;
using FlowSecrets.Model;
using FlowSecrets.Operations.Rotation.Targets;
using FlowSecrets.Ports;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Rotation.Run;

/// <summary>Opens the systems that check credentials. Owns what opens them.</summary>
internal sealed class RotationTargetFactory(OperationContext context) : IDisposable
{
    private readonly List<ReadSecret> _admins = [];

    /// <returns>Null: nothing checks the value.</returns>
    /// <exception cref="FlowSecretException">CatalogNotTrusted and what reading the admin's secret says.</exception>
    public async Task<IRotationTarget?> OpenAsync(Workspace workspace, RotationUnit unit, CancellationToken cancellationToken)
    {
        if (unit.Definition.IsEncryptionKey)
        {
            return new ReencryptTarget(
                FilePaths.Real(CatalogReach.Script(workspace.Catalog!, unit.Rotation.Reencrypt!)),
                unit.Definition.Key,
                RunsOf(workspace, unit)
            );
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
            return new ScriptTarget(
                new RotationTargetSettings(unit.Definition.Key, Resolved(workspace.Catalog!, target), null, RunsOf(workspace, unit))
            );
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

        return context
            .Providers()
            .OpenTarget(new RotationTargetSettings(unit.Definition.Key, target, admin?.Value, ConnectsOf(workspace, unit)));
    }

    public void Dispose() => _admins.ForEach(static a => a.Dispose());

    private static CatalogTarget Resolved(Catalog catalog, CatalogTarget target) =>
        target with
        {
            Set = target.Set is null ? null : FilePaths.Real(CatalogReach.Script(catalog, target.Set)),
            Test = target.Test is null ? null : FilePaths.Real(CatalogReach.Script(catalog, target.Test)),
            Revoke = target.Revoke is null ? null : FilePaths.Real(CatalogReach.Script(catalog, target.Revoke)),
        };

    /// <summary>A script is looked at again before each start: it may have changed since the question.</summary>
    private static Action<string> RunsOf(Workspace workspace, RotationUnit unit) =>
        script =>
        {
            TrustGate trust = workspace.Trust!;
            if (!trust.IsTrusted)
            {
                trust.Require(TrustGate.ScriptRecord(script), unit.Secret.StoreName);
            }
        };

    /// <summary>A value may name another server than the one that was asked about.</summary>
    private static Action<string> ConnectsOf(Workspace workspace, RotationUnit unit) =>
        server => workspace.Trust!.Require(new TrustRecord(TrustKind.Connects, server), unit.Secret.StoreName);
}
