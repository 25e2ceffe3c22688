using System.Runtime.CompilerServices;
using System.Text;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Catalogs.Trust;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.LocalEnv;

internal sealed record SyncOptions : TargetOptions
{
    /// <summary>The file; null: the catalog's.</summary>
    public string? Path { get; init; }

    /// <summary>The dialect; null: the catalog's.</summary>
    public EnvDialect? Format { get; init; }

    /// <summary>Build the file anew; what stands under a keep mark stays.</summary>
    public bool Clean { get; init; }

    /// <summary>Write nothing; say what is missing or older than its source.</summary>
    public bool Check { get; init; }

    public bool AddToGitIgnore { get; init; }

    /// <summary>Replace files of their own that this module did not write.</summary>
    public bool Force { get; init; }
}

/// <summary>Brings the catalog's values into a .env file, and leaves what the user has in it.</summary>
internal sealed class SyncLocalEnvOperation(OperationContext context) : IOperation<SyncOptions, EnvVariable>
{
    public async IAsyncEnumerable<EnvVariable> RunAsync(
        SyncOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Catalog catalog = CatalogLoader.Require(
            context.Catalogs,
            options.CatalogPath,
            guess: text => StoreGuess.From(text, context, options.Environment, forLocalEnv: options.Store is null)
        );
        bool named = options.Environment is not null || options.Store is not null;
        Workspace workspace = await Workspace.OpenWithCatalogAsync(
            context,
            options,
            host,
            cancellationToken,
            named ? null : catalog.LocalEnv.From
        );
        EnvPlan plan = EnvPlan.For(catalog, workspace.Environment);
        IReadOnlyCollection<string> tracked = await TrackedAsync(catalog, options, cancellationToken);
        EnvTrust trust = new(workspace, plan, tracked, delivers: !options.Check);
        Dictionary<string, ReadOutcome> fetched = new(StringComparer.Ordinal);
        EnvMergeResult? merge = null;
        try
        {
            EnvTarget target = await PrepareAsync(fetched, workspace, plan, trust, options, host, cancellationToken);
            merge = EnvMerge.Run(InputOf(workspace, plan, trust, fetched, target, options));
            merge.Warnings.ToList().ForEach(host.Warning);
            merge.Notes.ToList().ForEach(host.Verbose);
            IReadOnlyList<EnvVariable> results = merge.Results;
            if (!options.Check)
            {
                await trust.ClaimAsync(host.IsWhatIf ? [] : fetched.Values, cancellationToken);
                results = await WriteAsync(workspace, target, merge, results, options, host, cancellationToken);
            }

            foreach (EnvVariable result in results)
            {
                yield return result;
            }

            if (!options.Check)
            {
                await WarnAsync(catalog, target.Path, options, host, cancellationToken);
                Summarise(workspace, catalog, target.Path, results, host);
            }
        }
        finally
        {
            merge?.Dispose();
            foreach (ReadOutcome outcome in fetched.Values)
            {
                outcome.Dispose();
            }
        }
    }

    /// <summary>
    /// Asks for approval, and reads: from the shared store before the question, which needs to know whose the secrets are.
    /// </summary>
    private async Task<EnvTarget> PrepareAsync(
        Dictionary<string, ReadOutcome> fetched,
        Workspace workspace,
        EnvPlan plan,
        EnvTrust trust,
        SyncOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        Catalog catalog = workspace.Catalog!;
        if (workspace.IsShared)
        {
            await FetchAsync(fetched, workspace, plan, host, cancellationToken);
        }

        await trust.AskAsync(options.Path is null ? catalog.LocalEnv.Path : null, fetched, cancellationToken);
        EnvTarget target = EnvTarget.Open(context, catalog, options);
        if (trust.FetchRefusal is { } refusal)
        {
            foreach (SecretRef secret in plan.Fetch.Select(k => workspace.Ref(catalog.Find(k)!)))
            {
                fetched[secret.Definition!.Key] = new ReadOutcome(secret.StoreName, null, refusal);
            }
        }
        else if (!workspace.IsShared)
        {
            await FetchAsync(fetched, workspace, plan, host, cancellationToken);
        }

        foreach (string key in fetched.Keys.ToList())
        {
            fetched[key] = trust.Checked(fetched[key]);
        }

        return target;
    }

    /// <summary>What the catalog would have written over although git has it.</summary>
    private async Task<IReadOnlyCollection<string>> TrackedAsync(Catalog catalog, SyncOptions options, CancellationToken cancellationToken)
    {
        IEnumerable<string> named = catalog.LocalEnv.Files.Select(static f => f.Path);
        string[] inside =
        [
            .. (options.Path is null ? named.Prepend(catalog.LocalEnv.Path) : named)
                .Where(p => CatalogReach.Outside(catalog, p) is null)
                .Select(catalog.Resolve)
                .Where(File.Exists)
                .Distinct(StringComparer.Ordinal),
        ];
        // Where they really are: behind a link, or in a repository of its own inside this one.
        HashSet<string> tracked = new(StringComparer.Ordinal);
        ILookup<string?, string> repositories = inside
            .Select(FilePaths.Real)
            .Distinct(StringComparer.Ordinal)
            .ToLookup(static r => CatalogLocator.RepositoryRoot(System.IO.Path.GetDirectoryName(r)!), StringComparer.Ordinal);
        foreach (IGrouping<string?, string> files in repositories.Where(static r => r.Key is not null))
        {
            tracked.UnionWith(await GitIgnore.TrackedAsync([.. files], files.Key!, context.Variable, cancellationToken));
        }

        return [.. inside.Where(p => tracked.Contains(FilePaths.Real(p)))];
    }

    private EnvMergeInput InputOf(
        Workspace workspace,
        EnvPlan plan,
        EnvTrust trust,
        IReadOnlyDictionary<string, ReadOutcome> fetched,
        EnvTarget target,
        SyncOptions options
    )
    {
        Catalog catalog = workspace.Catalog!;
        EnvWish[] allowed = [.. plan.Wishes.Where(w => trust.Refusal(w) is null)];
        IEnumerable<string> files = allowed
            .Select(static w => w.File)
            .OfType<CatalogFile>()
            .Select(f => catalog.Resolve(f.Path))
            .Distinct(StringComparer.Ordinal);
        return new EnvMergeInput(
            catalog,
            workspace.Environment,
            plan,
            fetched,
            target.Text ?? "",
            target.Path,
            target.Dialect,
            files.ToDictionary(static f => f, f => EnvTarget.Look(f, context.Variable), StringComparer.Ordinal)
        )
        {
            Force = options.Force,
            Clean = options.Clean,
            Check = options.Check,
            Refusal = trust.Refusal,
        };
    }

    /// <param name="fetched">Takes each outcome as it comes, so that the caller can dispose of all of them if the rest fails.</param>
    private static async Task FetchAsync(
        Dictionary<string, ReadOutcome> fetched,
        Workspace workspace,
        EnvPlan plan,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        if (plan.Fetch.Count == 0)
        {
            return;
        }

        Dictionary<string, SecretRef> wanted = plan
            .Fetch.Select(k => workspace.Ref(workspace.Catalog!.Find(k)!))
            .ToDictionary(static r => r.StoreName, StringComparer.Ordinal);
        host.Verbose($"Fetching {wanted.Count} developer secrets from the {workspace.Place} ({workspace.Place.Identity}).");
        await foreach (ReadOutcome outcome in workspace.Store.ReadManyAsync(wanted.Keys, cancellationToken))
        {
            SecretRef secret = wanted[outcome.StoreName];
            fetched.Add(
                secret.Definition!.Key,
                outcome.Error is { } error ? outcome with { Error = workspace.Here(error, secret) } : outcome
            );
            host.Progress(new ProgressUpdate("Fetching developer secrets", outcome.StoreName, fetched.Count, wanted.Count));
        }
    }

    private async Task<IReadOnlyList<EnvVariable>> WriteAsync(
        Workspace workspace,
        EnvTarget target,
        EnvMergeResult merge,
        IReadOnlyList<EnvVariable> results,
        SyncOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        int created = results.Count(static r => r.Status == ItemStatus.Created);
        int updated = results.Count(static r => r.Status == ItemStatus.Updated);
        string action =
            $"{(options.Clean ? "Build anew" : "Write")}: {results.Count} variables, {created} new, {updated} changed, developer "
            + $"secrets from the {workspace.Place}";
        foreach ((CatalogFile file, string path, SecretValue value) in merge.Files)
        {
            if (!await host.ShouldProcessAsync(path, $"Write the secret '{file.Secret}'", cancellationToken))
            {
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            FileWriter.Write(path, value.AsSpan(), FileAudience.Owner, replace: true, cancellationToken: cancellationToken);
            WrittenFiles.Add(FilePaths.Real(path), context.Variable);
        }

        if (!target.IsChanged(merge.Text))
        {
            target.Protect(host);
            return results;
        }

        if (!await host.ShouldProcessAsync(target.Path, action, cancellationToken))
        {
            string status = host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped;
            return
            [
                .. results.Select(r =>
                    r.Status is ItemStatus.Created or ItemStatus.Updated
                        ? r with
                        {
                            Status = status,
                            Message = r.Status == ItemStatus.Created ? "Create" : "Update",
                        }
                        : r
                ),
            ];
        }

        cancellationToken.ThrowIfCancellationRequested();
        target.Write(merge.Text, merge.Expected, host, cancellationToken);
        return results;
    }

    private async Task WarnAsync(
        Catalog catalog,
        string path,
        SyncOptions options,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        string[] files = [path, .. catalog.LocalEnv.Files.Select(f => catalog.Resolve(f.Path))];
        foreach (string file in files.Where(File.Exists))
        {
            string? repository = CatalogLocator.RepositoryRoot(System.IO.Path.GetDirectoryName(file)!);
            if (repository is null)
            {
                continue;
            }

            GitIgnoreAnswer answer = await GitIgnore.AskAsync(file, repository, context.Variable, cancellationToken);
            if (answer.Problem is not null)
            {
                host.Warning(
                    $"{ErrorIds.GitNotAvailable}: it is not known whether git would take '{file}' into the repository. {answer.Problem}"
                );
            }

            if (answer.IsIgnored is not false)
            {
                continue;
            }

            if (options.AddToGitIgnore)
            {
                string entry = System.IO.Path.GetRelativePath(repository, file);
                string ignore = System.IO.Path.Combine(repository, ".gitignore");
                if (await host.ShouldProcessAsync(ignore, $"Add '{entry}'", cancellationToken))
                {
                    GitIgnore.Add(file, repository);
                    host.Say($"Added to .gitignore: {entry}");
                }
            }
            else
            {
                host.Warning(
                    Remedy
                        .Of(
                            $"{ErrorIds.NotIgnoredByGit}: git would take '{file}' into the repository. Add it to .gitignore "
                                + $"(Sync-FlowLocalEnv -AddToGitIgnore does); if git has it already: {Shell($"git rm --cached {file}")}"
                        )
                        .ToString()
                );
            }
        }
    }

    private static void Summarise(
        Workspace workspace,
        Catalog catalog,
        string path,
        IReadOnlyList<EnvVariable> results,
        IOperationHost host
    )
    {
        int failed = results.Count(static r => r.ErrorId is not null);
        int empty = results.Count(static r => r.ErrorId is null && r.Status == ItemStatus.Missing);
        int Count(EnvSource source) =>
            results.Count(r =>
                r.Source == source.ToString() && r.ErrorId is null && r.Status is not (ItemStatus.Missing or ItemStatus.Removed)
            );
        host.Say("");
        host.Say(
            host.IsWhatIf
                ? $"{path} was left as it is."
                : $"{path}{(failed > 0 ? " was written as far as it could be:" : " is up to date:")}"
        );
        host.Say($"  system values: {Count(EnvSource.Local)}, local defaults or what stood in the file");
        host.Say($"  developer secrets: {Count(EnvSource.Store) + Count(EnvSource.File)}, from the {workspace.Place}");
        host.Say($"  variables of the catalog: {Count(EnvSource.Template)}");
        if (empty + failed > 0)
        {
            host.Say($"  left empty: {empty}, failed: {failed}");
        }

        if (host.IsWhatIf)
        {
            return;
        }

        if (catalog.LocalEnv.NextSteps.Count > 0)
        {
            host.Say("Next steps:");
            for (int i = 0; i < catalog.LocalEnv.NextSteps.Count; i++)
            {
                host.Say($"  {i + 1}. {catalog.LocalEnv.NextSteps[i]}");
            }
        }

        host.Say("Never commit this file.");
    }
}
