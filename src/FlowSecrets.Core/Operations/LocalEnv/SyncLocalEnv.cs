using System.Runtime.CompilerServices;
using System.Text;
using FlowSecrets.Catalogs;
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
    public EnvDialect? Target { get; init; }

    /// <summary>Build the file anew; what stands under a keep mark stays.</summary>
    public bool Clean { get; init; }

    /// <summary>Write nothing; say what is missing or older than its source.</summary>
    public bool Check { get; init; }

    public bool AddToGitIgnore { get; init; }

    public bool TrustCatalog { get; init; }
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
        Workspace workspace = Workspace.OpenWithCatalog(context, options, named ? null : catalog.LocalEnv.From);
        EnvTarget target = EnvTarget.Open(context, catalog, options);
        EnvPlan plan = EnvPlan.For(catalog, workspace.Environment);
        Dictionary<string, ReadOutcome> fetched = new(StringComparer.Ordinal);
        EnvMergeResult? merge = null;
        try
        {
            await FetchAsync(fetched, workspace, plan, host, cancellationToken);
            merge = EnvMerge.Run(InputOf(catalog, workspace, plan, fetched, target, options));
            merge.Warnings.ToList().ForEach(host.Warning);
            merge.Notes.ToList().ForEach(host.Verbose);
            IReadOnlyList<EnvVariable> results = merge.Results;
            if (!options.Check)
            {
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

    private static EnvMergeInput InputOf(
        Catalog catalog,
        Workspace workspace,
        EnvPlan plan,
        IReadOnlyDictionary<string, ReadOutcome> fetched,
        EnvTarget target,
        SyncOptions options
    )
    {
        IEnumerable<string> files = catalog.LocalEnv.Files.Select(f => catalog.Resolve(f.Path)).Distinct(StringComparer.Ordinal);
        return new EnvMergeInput(
            catalog,
            workspace.Environment,
            plan,
            fetched,
            target.Text ?? "",
            target.Path,
            target.Dialect,
            files.ToDictionary(static f => f, EnvTarget.Look, StringComparer.Ordinal)
        )
        {
            Clean = options.Clean,
            Check = options.Check,
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

    private static async Task<IReadOnlyList<EnvVariable>> WriteAsync(
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
            PrivateFile.CreateFolder(System.IO.Path.GetDirectoryName(path)!);
            PrivateFile.WriteAtomically(path, value.AsSpan(), cancellationToken: cancellationToken);
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
            if (repository is null || await GitIgnore.IsIgnoredAsync(file, repository, context.Variable, cancellationToken) is not false)
            {
                continue;
            }

            if (options.AddToGitIgnore && !host.IsWhatIf)
            {
                GitIgnore.Add(file, repository);
                host.Say($"Added to .gitignore: {System.IO.Path.GetRelativePath(repository, file)}");
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
