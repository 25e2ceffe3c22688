using System.Runtime.CompilerServices;
using System.Text;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Drafts;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Formats;
using FlowSecrets.Model;
using FlowSecrets.Operations.ExternalSecrets.Reading;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Catalogs;

internal sealed record NewCatalogOptions : TargetOptions
{
    public CatalogOrigin Origin { get; init; }

    /// <summary>The file it is made from; null for a store.</summary>
    public string? From { get; init; }

    /// <summary>The format of the file; null: as its name says.</summary>
    public string? Format { get; init; }

    /// <summary>What the secrets' names begin with in the store.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Null: taken from the folder's name.</summary>
    public string? Application { get; init; }

    /// <summary>Where the catalog goes; null: flowsecrets.yaml here.</summary>
    public string? Path { get; init; }

    /// <summary>Replace a catalog that is there.</summary>
    public bool Force { get; init; }

    /// <summary>Add to the catalog that is there.</summary>
    public bool Merge { get; init; }

    /// <summary>Leave out what a catalog cannot say.</summary>
    public bool AllowPartial { get; init; }
}

/// <summary>Makes a catalog of what a team already has. No value is taken over.</summary>
internal sealed class NewCatalogOperation(OperationContext context) : IOperation<NewCatalogOptions, CatalogTest>
{
    private const string Heading = "# Which secrets exist, what they are for and where each goes. No values.\n";

    public async IAsyncEnumerable<CatalogTest> RunAsync(
        NewCatalogOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string path = System.IO.Path.GetFullPath(options.Path ?? "flowsecrets.yaml", context.WorkingDirectory);
        IDocumentFormat documents = context.Providers().Documents;
        (byte[] content, Catalog catalog) = options.Merge
            ? Merged(options, documents, path, host)
            : await NewAsync(options, documents, path, host, cancellationToken);
        CatalogTest result = new()
        {
            Path = path,
            Status = options.Merge ? ItemStatus.Updated : ItemStatus.Created,
            Application = catalog.Application,
            Secrets = catalog.Secrets.Count,
            Environments = [.. catalog.Environments.Keys],
        };
        if (!await host.ShouldProcessAsync(path, $"Write a catalog of {catalog.Secrets.Count} secrets", cancellationToken))
        {
            yield return result with
            {
                Status = host.IsWhatIf ? ItemStatus.Planned : ItemStatus.Skipped,
            };
            yield break;
        }

        cancellationToken.ThrowIfCancellationRequested();
        FileWriter.Write(path, content, FileAudience.Everyone, options.Force || options.Merge, cancellationToken: cancellationToken);
        host.Say($"Wrote {path}. Look it over, commit it, then run Initialize-FlowSecret.");
        yield return result;
    }

    private async Task<(byte[] Content, Catalog Catalog)> NewAsync(
        NewCatalogOptions options,
        IDocumentFormat documents,
        string path,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        if (FileWriter.CheckNamed(path, replace: true).Exists && !options.Force)
        {
            throw new FlowSecretException(
                ErrorIds.CatalogExists,
                path,
                $"There is a catalog '{path}' already",
                "Name another file with -Path, or replace it with -Force."
            );
        }

        CatalogDraft draft = await DraftAsync(options, documents, path, host, cancellationToken);
        draft = draft with { Secrets = DraftNames.Unique(draft.Secrets, options.From ?? "the store", out IReadOnlyList<string> notes) };
        draft = draft.Finish?.Invoke(draft) ?? draft;
        DocNode document = draft.ToDocument();
        IReadOnlyList<CatalogProblem> problems = CatalogReader.Problems(path, document);
        byte[] content = Encoding.UTF8.GetBytes(Heading + documents.Write(document));
        Catalog? read = problems.Count > 0 ? null : CatalogReader.Read(path, content, documents, out problems);
        Catalog catalog = read ?? throw NotValid(options.From ?? path, problems);
        notes.ToList().ForEach(host.Warning);
        return (content, catalog);
    }

    private (byte[] Content, Catalog Catalog) Merged(NewCatalogOptions options, IDocumentFormat documents, string path, IOperationHost host)
    {
        FileWriter.CheckNamed(path, replace: true);
        byte[] there = FileReader.Named(path, CatalogReader.MaxBytes, ErrorIds.NoCatalog);
        Catalog catalog =
            CatalogReader.Read(path, there, documents, out IReadOnlyList<CatalogProblem> problems)
            ?? throw CatalogLoader.Invalid(path, problems);
        string folder = System.IO.Path.GetFullPath(options.From!, context.WorkingDirectory);
        string text = new ManifestCatalog(documents, host, options.AllowPartial).Merge(
            folder,
            catalog,
            FileReader.Text(there, path),
            options.Environment
        );
        byte[] content = Encoding.UTF8.GetBytes(text);
        return (content, CatalogReader.Read(path, content, documents, out problems) ?? throw NotValid(folder, problems));
    }

    private static FlowSecretException NotValid(string source, IReadOnlyList<CatalogProblem> problems) =>
        new(
            ErrorIds.BadInput,
            source,
            "No valid catalog can be made of it:",
            "Correct the source; nothing was written.",
            details: [.. problems.Select(static p => p.Message)]
        );

    private async Task<CatalogDraft> DraftAsync(
        NewCatalogOptions options,
        IDocumentFormat documents,
        string path,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        string folder = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(path)) is { Length: > 0 } name ? name : "application";
        string application = options.Application ?? folder;
        if (options.Origin == CatalogOrigin.Store)
        {
            Workspace workspace = await Workspace.OpenAsync(context, options, host, cancellationToken);
            List<SecretDraft> found = await CatalogImport.FromStoreAsync(workspace.Store, options.Prefix, cancellationToken);
            return new CatalogDraft(application, options.Prefix, found)
            {
                From = (workspace.Environment?.Name ?? "main", workspace.Selection with { Passphrase = null }),
            };
        }

        string from = System.IO.Path.GetFullPath(options.From!, context.WorkingDirectory);
        if (options.Origin == CatalogOrigin.Pulumi)
        {
            return new CatalogDraft(application, options.Prefix, CatalogImport.FromPulumi(from, options.Prefix, documents, host));
        }

        if (options.Origin == CatalogOrigin.Kubernetes)
        {
            return new ManifestCatalog(documents, host, options.AllowPartial).New(from, application, options.Prefix);
        }

        string otherwise = options.Origin == CatalogOrigin.Tfvars ? ValueFiles.Tfvars : ValueFiles.Env;
        ValueFormat format = ValueFiles.FormatOf(from, options.Format, otherwise);
        List<SecretDraft> drafts = CatalogImport.FromValues(from, format, documents, host);
        return new CatalogDraft(application, options.Prefix, drafts) { Target = format.Dialect };
    }
}
