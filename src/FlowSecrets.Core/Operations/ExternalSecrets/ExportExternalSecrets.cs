using System.Runtime.CompilerServices;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Drafts;
using FlowSecrets.Errors;
using FlowSecrets.Files.Marked;
using FlowSecrets.Model;
using FlowSecrets.Operations.ExternalSecrets.Manifests;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.ExternalSecrets;

internal sealed record ExportExternalSecretsOptions : TargetOptions
{
    /// <summary>Folder that gets a folder for each environment.</summary>
    public required string Path { get; init; }

    public ExternalSecretFormat Format { get; init; }

    public bool Reloader { get; init; }

    /// <summary>Argo CD watches the workloads.</summary>
    public bool Argo { get; init; }

    /// <summary>Whether the store is not asked which secrets there are.</summary>
    public bool Offline { get; init; }

    public bool Force { get; init; }
}

/// <summary>Writes the manifests by which a cluster gets the catalog's secrets. It reads no value.</summary>
internal sealed class ExportExternalSecretsOperation(OperationContext context)
    : IOperation<ExportExternalSecretsOptions, ExternalSecretFile>
{
    public async IAsyncEnumerable<ExternalSecretFile> RunAsync(
        ExportExternalSecretsOptions options,
        IOperationHost host,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Catalog catalog = CatalogLoader.Require(context.Catalogs, options.CatalogPath);
        IDocumentFormat documents = context.Providers().Documents;
        ManifestChoice choice = new(options.Format, options.Reloader, options.Argo);
        List<(CatalogEnvironment Environment, ManifestFiles Files, MarkedPlan Plan)> all = [];
        foreach (CatalogEnvironment environment in Environments(catalog, options))
        {
            ManifestFiles files = ManifestFiles.Of(Scope(catalog, environment, documents, host), choice, documents);
            string folder = Path.Combine(options.Path, ManifestFiles.FileName(environment.Name));
            MarkedOwner owner = new("external-secrets", "Export-FlowExternalSecret", environment.Name) { Path = options.Path };
            all.Add((environment, files, MarkedFiles.Plan(owner, folder, [.. files.All.Select(static f => f.File)], options.Force)));
        }

        foreach ((CatalogEnvironment environment, ManifestFiles files, _) in all)
        {
            files.Notes.ForEach(host.Warning);
            if (!options.Offline)
            {
                await new StoreCheck(context, options, host).RunAsync(environment, files.Readers, cancellationToken);
            }
        }

        foreach ((CatalogEnvironment environment, ManifestFiles files, MarkedPlan plan) in all)
        {
            Dictionary<string, ManifestFile> byPath = files.All.ToDictionary(static f => f.File.RelativePath, StringComparer.Ordinal);
            foreach (MarkedStep step in plan.Steps)
            {
                ManifestFile? file = byPath.GetValueOrDefault(step.RelativePath);
                yield return await WriteAsync(step, file, environment, host, cancellationToken);
            }
        }
    }

    private static IReadOnlyList<CatalogEnvironment> Environments(Catalog catalog, ExportExternalSecretsOptions options)
    {
        CatalogEnvironment[] found = options.Environment is { } name
            ? [catalog.Environment(name, "-Environment")]
            : [.. catalog.Environments.Values.Where(static e => e.Selection.Store != StoreKind.Local)];
        if (found.Length == 0 || found[0].Selection.Store == StoreKind.Local)
        {
            throw new FlowSecretException(
                ErrorIds.NotSupportedByStore,
                options.Environment ?? catalog.Path,
                options.Environment is null
                    ? "No environment of the catalog is in a cloud, and a cluster cannot read a local store"
                    : $"The environment '{found[0].Name}' is a local store, which a cluster cannot read",
                "Name an environment whose store is 'gcp' or 'aws' with -Environment, or add one to the catalog."
            );
        }

        string? twice = found
            .GroupBy(static e => ManifestFiles.FileName(e.Name), StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(static g => g.Skip(1).Any())
            ?.Key;
        return twice is null
            ? found
            : throw new FlowSecretException(
                ErrorIds.NameConflict,
                twice,
                $"Two environments would have the folder '{twice}'",
                "Name one of them with -Environment, or rename one of them in the catalog."
            );
    }

    private static ManifestScope Scope(Catalog catalog, CatalogEnvironment environment, IDocumentFormat documents, IOperationHost host)
    {
        CatalogKubernetes part = catalog.KubernetesOf(environment);
        if (part.Secrets.Count == 0)
        {
            part = ProposedKubernetes.Of(catalog, environment);
            host.Say(
                $"The catalog says nothing of Kubernetes Secrets for '{environment.Name}'. "
                    + "This was taken; add it to the catalog to keep it:\n"
                    + documents.Write(DocNode.Map(("kubernetes", KubernetesDocument.Of(part))))
            );
        }

        return new ManifestScope(catalog, environment, part, environment.Selection);
    }

    private static async Task<ExternalSecretFile> WriteAsync(
        MarkedStep step,
        ManifestFile? file,
        CatalogEnvironment environment,
        IOperationHost host,
        CancellationToken cancellationToken
    )
    {
        ExternalSecretFile result = new()
        {
            Path = step.Path,
            Kind = file?.Kind,
            Name = file is { Name.Length: > 0 } ? file.Name : null,
            Environment = environment.Name,
            Status = step.Status.ToString(),
        };
        if (step.Status == MarkedStatus.Kept)
        {
            return result with { Message = "The catalog does not make it any more, but somebody edited it. Remove it yourself." };
        }

        string action = step.Status == MarkedStatus.Removed ? "Remove, because the catalog does not make it any more" : "Write";
        (string status, FlowSecretException? error) = await MarkedSteps.ApplyAsync(step, action, host, cancellationToken);
        return result with { Status = status, Message = error?.Message, Error = error };
    }
}
