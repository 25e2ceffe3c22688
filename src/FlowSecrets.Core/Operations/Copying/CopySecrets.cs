using System.Runtime.CompilerServices;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Copying;

/// <summary>
/// Copies secrets from one store into another: reads both sides, plans, checks everything, then writes what is missing and reads it back.
/// Values are in memory only. There is no journal: what is copied already is found by its value, so the same command again finishes an
/// interrupted copy.
/// </summary>
internal sealed class CopySecretsOperation(OperationContext context) : IOperation<CopySecretsOptions, CopyResult>
{
    public async IAsyncEnumerable<CopyResult> RunAsync(
        CopySecretsOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        RequireOptions(options);
        CopySides sides = await CopySides.OpenAsync(context, options, host, cancellationToken);
        CopyItem[] items = Select(sides, options, host);
        await sides.RequireAsync(items, options.RemoveSource, cancellationToken);
        host.Say($"Copying {Words.Count(items.Length, "secret")}: {sides.Roles}.");
        CopyContent[] from = new CopyContent[items.Length];
        CopyContent[] to = new CopyContent[items.Length];
        try
        {
            SecretRef[] sources = [.. items.Select(static i => i.Source)];
            SecretRef[] targets = [.. items.Select(static i => i.Target)];
            await ReadAsync(sides.Source, options.AllVersions, options.RemoveSource, sources, from, host, cancellationToken);
            await ReadAsync(sides.Target, options.AllVersions, false, targets, to, host, cancellationToken);
            CopyPlanner planner = new(sides, options);
            items = [.. items.Select((item, i) => planner.Decide(item with { From = from[i], To = to[i] }))];
            RequirePossible(items, sides);
            WarnOfUnmapped(items, host);
            CopyApplication application = new(sides, options, host);
            int done = 0;
            int changes = 0;
            int width = options.RemoveSource
                ? Math.Min(sides.Source.Store.Concurrency, sides.Target.Store.Concurrency)
                : sides.Target.Store.Concurrency;
            await foreach (CopyResult result in Ordered.RunAsync(items, width, application.ApplyAsync, cancellationToken))
            {
                host.Progress(new ProgressUpdate("Copying secrets", result.ToString(), ++done, items.Length));
                changes += result.Status is ItemStatus.Created or ItemStatus.Updated or ItemStatus.Removed or ItemStatus.Planned ? 1 : 0;
                yield return result;
            }

            host.Say($"{Words.Count(changes, "change")}{(host.IsWhatIf ? " planned" : "")}.");
        }
        finally
        {
            foreach (CopyContent? content in from.Concat(to))
            {
                content?.Dispose();
            }
        }
    }

    /// <exception cref="FlowSecretException">BadArgument.</exception>
    private static void RequireOptions(CopySecretsOptions options)
    {
        if (options is { RemoveSource: true, AllVersions: false })
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                "RemoveSource",
                "-RemoveSource without -AllVersions would lose the older versions",
                "Add -AllVersions."
            );
        }
    }

    /// <summary>The secrets, each with its name on both sides.</summary>
    private CopyItem[] Select(CopySides sides, CopySecretsOptions options, IOperationHost host)
    {
        bool isAll = options.Names.Count + options.StoreNames.Count == 0;
        IReadOnlyList<SecretRef> sources = isAll
            ? [.. sides.Source.Catalog!.Secrets.Select(sides.Source.Ref)]
            : sides.Source.Resolve(context, options, host, wildcards: true);
        return
        [
            .. sources.Select(s => new CopyItem(s, s.Definition is { } known ? sides.Target.Ref(known) : new SecretRef(null, s.StoreName))
            {
                IsNamed =
                    s.Definition is null
                    || options.StoreNames.Any(n => n == s.StoreName || n.EndsWith($"/secrets/{s.StoreName}", StringComparison.Ordinal))
                    || options.Names.Any(n => string.Equals(n, s.Definition?.Key, StringComparison.OrdinalIgnoreCase)),
            }),
        ];
    }

    private static async Task ReadAsync(
        Workspace workspace,
        bool allVersions,
        bool isRemoved,
        SecretRef[] secrets,
        CopyContent[] found,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        CopyReader reader = new(workspace, allVersions);
        int done = 0;
        await foreach (
            int i in Bounded.RunAsync(Enumerable.Range(0, secrets.Length), workspace.Store.Concurrency, OneAsync, cancellationToken)
        )
        {
            host.Progress(new ProgressUpdate($"Reading the {workspace.Place}", secrets[i].StoreName, ++done, secrets.Length));
        }

        async Task<int> OneAsync(int i, CancellationToken token)
        {
            found[i] = await reader.ReadAsync(secrets[i], token);
            try
            {
                await CopyRotation.RequireNoneAsync(workspace, secrets[i], found[i], isRemoved, token);
            }
            catch (FlowSecretException e)
            {
                found[i] = found[i] with { Error = found[i].Error ?? workspace.Here(e, secrets[i]) };
            }

            return i;
        }
    }

    /// <summary>All problems of all secrets at once, before the first write.</summary>
    /// <exception cref="FlowSecretException">CopyNotPossible.</exception>
    private static void RequirePossible(CopyItem[] items, CopySides sides)
    {
        string[] problems =
        [
            .. items.SelectMany(static i => i.Problems),
            .. items
                .GroupBy(static i => i.Target.StoreName, StringComparer.Ordinal)
                .Where(static g => g.Count() > 1)
                .Select(static g => $"{string.Join(" and ", g.Select(static i => $"'{i.Label}'"))} would be one secret '{g.Key}'"),
        ];
        if (problems.Length > 0)
        {
            throw new FlowSecretException(
                ErrorIds.CopyNotPossible,
                sides.Target.Environment!.Name,
                $"The {sides.Target.Place} cannot carry everything; nothing was written",
                $"Give other names in the catalog ('names' of the environment '{sides.Target.Environment.Name}'), "
                    + $"copy the others by -Name, or leave labels out with -AllowUnmapped.",
                details: problems
            );
        }
    }

    private static void WarnOfUnmapped(CopyItem[] items, IOperationHost host)
    {
        string[] lines =
        [
            .. items
                .Where(static i => i.IsWritten)
                .SelectMany(static i => i.NotMapped.Select(n => (What: n, i.Label)))
                .GroupBy(static n => n.What, StringComparer.Ordinal)
                .Select(static g => $"{g.Key} ({Some(g.Select(static n => n.Label))})"),
        ];
        if (lines.Length > 0)
        {
            host.Warning($"The target is not given: {string.Join("; ", lines)}.");
        }
    }

    private static string Some(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return string.Join(", ", all.Take(5)) + (all.Length > 5 ? $" and {all.Length - 5} more" : "");
    }
}
