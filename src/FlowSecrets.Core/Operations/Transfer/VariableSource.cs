using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Writing;
using FlowSecrets.Model;
using FlowSecrets.Operations.Workloads;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Transfer;

/// <summary>One variable that was read: with a value, without one, or with the error of its secret.</summary>
/// <param name="Why">Why there is no value.</param>
internal sealed record VariableRead(ExportWish Wish, FormatVariable? Variable, string? Why, FlowSecretException? Error)
{
    public static VariableRead Of(ExportValues values, ExportWish wish)
    {
        try
        {
            FormatVariable? variable = values.Get(wish, out string? why);
            return new VariableRead(wish, variable, why, null);
        }
        catch (FlowSecretException e)
        {
            return new VariableRead(wish, null, null, e);
        }
    }
}

/// <summary>What every command does that delivers variables: which ones, from where, whether it may, and their values.</summary>
internal static class VariableSource
{
    /// <summary>So many are read at once, and need no progress bar.</summary>
    private const int Few = 20;

    /// <returns>The name of the workload that was asked for; null: none was.</returns>
    public static string? Workload(OperationContext context, Workspace workspace, VariableOptions options)
    {
        if (options.Workload is null)
        {
            return null;
        }

        if (options.Names.Count + options.StoreNames.Count > 0)
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                options.Workload,
                "Secrets are named, and a workload too",
                "Name secrets, or a workload."
            );
        }

        return workspace.Catalog is null
            ? throw CatalogLoader.None(context.Catalogs, "A workload is described in a catalog. Without one, name secrets with -StoreName.")
            : WorkloadSelection.One(workspace, options.Workload).Name;
    }

    /// <returns>What the user named; null: everything, or what the workload consumes.</returns>
    public static IReadOnlyList<SecretRef>? Named(
        OperationContext context,
        Workspace workspace,
        VariableOptions options,
        IOperationHost host
    )
    {
        if (options.Names.Count + options.StoreNames.Count > 0)
        {
            return workspace.Resolve(context, options, host, wildcards: true);
        }

        return workspace.Catalog is null
            ? throw CatalogLoader.None(context.Catalogs, "Make a catalog with New-FlowSecretCatalog, or name secrets with -StoreName.")
            : null;
    }

    /// <summary>What delivering the values of secrets needs: approval of the location, and of secrets of other catalogs.</summary>
    public static async Task<IReadOnlyList<TrustRecord>> SourcesAsync(
        Workspace workspace,
        IReadOnlyList<SecretRef> reads,
        CancellationToken cancellationToken
    ) => reads.Count == 0 ? [] : [.. workspace.ReadRecords, .. await workspace.UseRecordsAsync(reads, static _ => true, cancellationToken)];

    /// <summary>A secret from before owners were recorded is, after the question, this catalog's.</summary>
    public static async Task ClaimAsync(Workspace workspace, IEnumerable<ReadOutcome> read, CancellationToken cancellationToken)
    {
        if (workspace.Trust is not { IsTrusted: false } trust)
        {
            return;
        }

        foreach (ReadSecret secret in read.Select(static o => o.Secret).OfType<ReadSecret>().Where(static s => s.Owner is null).ToList())
        {
            if (workspace.UseRecord(secret.StoreName, null) is { } use && trust.Allows(use))
            {
                await workspace.ClaimAsync(secret.StoreName, cancellationToken);
            }
        }
    }

    /// <param name="read">Takes each outcome as it comes, so that the caller can dispose of all of them if the rest fails.</param>
    public static async Task ReadAsync(
        Dictionary<string, ReadOutcome> read,
        Workspace workspace,
        IReadOnlyList<SecretRef> reads,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        if (reads.Count == 0)
        {
            return;
        }

        Dictionary<string, SecretRef> wanted = reads.ToDictionary(static r => r.StoreName, StringComparer.Ordinal);
        host.Verbose($"Reading {Words.Count(wanted.Count, "secret")} of the {workspace.Place} ({workspace.Place.Identity}).");
        await foreach (ReadOutcome outcome in workspace.Store.ReadManyAsync(wanted.Keys, cancellationToken))
        {
            SecretRef secret = wanted[outcome.StoreName];
            read.Add(outcome.StoreName, outcome.Error is { } error ? outcome with { Error = workspace.Here(error, secret) } : outcome);
            if (wanted.Count > Few)
            {
                host.Progress(new ProgressUpdate("Reading secrets", outcome.StoreName, read.Count, wanted.Count));
            }
        }
    }

    /// <exception cref="FlowSecretException">RequiredSecretMissing: one error with all of them.</exception>
    public static void RequireAll(Workspace workspace, IEnumerable<VariableRead> all)
    {
        string[] details =
        [
            .. all.Where(static v => v is { Error: null, Variable: null, Wish.Required: true })
                .Select(static m => $"{m.Wish.Name}: {m.Why}"),
        ];
        if (details.Length > 0)
        {
            throw new FlowSecretException(
                ErrorIds.RequiredSecretMissing,
                details[0][..details[0].IndexOf(':')],
                "These variables are required, and have no value:",
                Remedy.Of($"Set them up: {Shell($"Initialize-FlowSecret {new EnvironmentArgument(workspace.Environment?.Name)}")}."),
                details: details
            );
        }
    }
}
