using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.Rotation.Run;

/// <summary>
/// What a rotation needs the user's approval for: it delivers values to servers, scripts and workloads that a catalog names.
/// </summary>
internal static class RotationTrust
{
    /// <summary>
    /// Finds the servers, and asks once for all items, before the first effect. An item that lacks approval gets its own error; the others
    /// go on.
    /// </summary>
    public static async Task<IReadOnlyList<RotationItem>> AskAsync(
        OperationContext context,
        Workspace workspace,
        IReadOnlyList<RotationItem> items,
        CancellationToken cancellationToken
    )
    {
        TrustGate trust = workspace.Trust!;
        List<(RotationItem Item, IReadOnlyList<TrustRecord> Records)> needs = [];
        foreach (RotationItem item in items)
        {
            needs.Add(
                item.Error is null ? await NeedsAsync(context, workspace, item, cancellationToken) : (item, Array.Empty<TrustRecord>())
            );
        }

        await trust.AskAsync(needs.SelectMany(static n => n.Records), cancellationToken);
        return
        [
            .. needs.Select(n =>
                n.Item.Error is null && trust.Refusal(n.Records, n.Item.Secret.StoreName) is { } refusal
                    ? n.Item with
                    {
                        Error = refusal,
                    }
                    : n.Item
            ),
        ];
    }

    private static async Task<(RotationItem Item, IReadOnlyList<TrustRecord> Records)> NeedsAsync(
        OperationContext context,
        Workspace workspace,
        RotationItem item,
        CancellationToken cancellationToken
    )
    {
        RotationUnit unit = item.Unit!;
        List<TrustRecord> records = [.. workspace.WriteRecords, .. unit.Workloads.SelectMany(workspace.ChangeRecords)];
        try
        {
            records.AddRange(Scripts(workspace.Catalog!, unit).Select(TrustGate.ScriptRecord));
            if (unit.Rotation.Target is not null || unit.Workloads.Count > 0)
            {
                records.AddRange(workspace.ReadRecords);
            }

            records.AddRange(await ValuesAsync(context, workspace, unit, cancellationToken));
            string[] servers =
            [
                .. records.Where(static r => r.Kind == TrustKind.Connects).Select(static r => r.Subject).Distinct(StringComparer.Ordinal),
            ];
            return (item with { Servers = servers }, records);
        }
        catch (FlowSecretException e)
        {
            return (item with { Error = e }, []);
        }
    }

    private static IEnumerable<string> Scripts(Catalog catalog, RotationUnit unit) =>
        new[] { unit.Rotation.Reencrypt, unit.Rotation.Target?.Set, unit.Rotation.Target?.Test, unit.Rotation.Target?.Revoke }
            .OfType<string>()
            .Select(s => CatalogReach.Script(catalog, s));

    /// <summary>What only the values tell: the server that they name, and, in the default local store, whose they are.</summary>
    private static async Task<IEnumerable<TrustRecord>> ValuesAsync(
        OperationContext context,
        Workspace workspace,
        RotationUnit unit,
        CancellationToken cancellationToken
    )
    {
        SecretRef[] all = [unit.Secret, .. unit.Carriers.Select(static c => c.Secret), .. unit.Admin is { } who ? new[] { who } : []];
        List<TrustRecord> records = [.. await workspace.UseRecordsAsync(all, static _ => true, cancellationToken)];
        if (unit.Rotation.Target is not { Kind: "postgres" } target)
        {
            return records;
        }

        foreach (SecretRef secret in new[] { unit.Secret, unit.Admin }.OfType<SecretRef>())
        {
            // What cannot be read, the rotation itself says; the target asks again before each login.
            using ReadSecret? read = await ReadAsync(workspace, secret, cancellationToken);
            if (read is not null)
            {
                bool isAdmin = secret == unit.Admin;
                string server = context.Providers().ServerOf(target, secret.Definition!.Key, read.Value, isAdmin);
                records.Add(new TrustRecord(TrustKind.Connects, server));
            }
        }

        return records;
    }

    private static async Task<ReadSecret?> ReadAsync(Workspace workspace, SecretRef secret, CancellationToken cancellationToken)
    {
        try
        {
            return await workspace.Store.ReadAsync(secret.StoreName, VersionSelector.Current, cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id is not ErrorIds.AccessDenied)
        {
            return null;
        }
    }
}
