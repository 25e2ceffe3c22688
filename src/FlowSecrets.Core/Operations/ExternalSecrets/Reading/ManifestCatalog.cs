using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Drafts;
using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.ExternalSecrets.Reading;

/// <summary>Makes a catalog of a folder with manifests, or adds them to one.</summary>
/// <param name="allowPartial">Whether a catalog is made even if it cannot say everything.</param>
internal sealed class ManifestCatalog(IDocumentFormat documents, IOperationHost host, bool allowPartial)
{
    private const string EnvironmentName = "main";

    /// <exception cref="FlowSecretException">BadInput, LimitReached, ManifestNotExpressible.</exception>
    public CatalogDraft New(string folder, string application, string prefix)
    {
        Unexpressed unexpressed = new();
        ManifestDraft draft = ManifestDraft.Of(
            new ManifestFolder(documents, unexpressed, host).Read(folder),
            prefix,
            new(StringComparer.Ordinal),
            unexpressed
        );
        Report(unexpressed, folder);
        if (draft.Selection is null)
        {
            host.Warning(
                "The folder does not have the operator's store, so nothing says where the secrets are. The catalog "
                    + "has a local environment: "
                    + "put the cloud's location into 'environments'."
            );
        }

        return new CatalogDraft(application, prefix, draft.Secrets)
        {
            From = draft.Selection is { } selection ? (EnvironmentName, selection) : null,
            Finish = finished =>
            {
                Dictionary<string, SecretDraft> byName = finished.Secrets.ToDictionary(static s => s.Source, StringComparer.Ordinal);
                Dictionary<string, CatalogSecret> byKey = finished.Secrets.ToDictionary(
                    static s => s.Key,
                    static s => ToSecret(s),
                    StringComparer.Ordinal
                );
                return finished with { Kubernetes = KubernetesDocument.Of(draft.Part(n => byName[n].Key, k => byKey[k])) };
            },
        };
    }

    /// <summary>The text of a catalog with the folder's secrets and Kubernetes Secrets that it lacks.</summary>
    /// <param name="catalog">As the text says it.</param>
    /// <param name="environment">Whose names the manifests have; null: the one with the manifests' location.</param>
    /// <exception cref="FlowSecretException">BadInput, LimitReached, ManifestNotExpressible, EnvironmentNotFound, NameConflict.</exception>
    public string Merge(string folder, Catalog catalog, string text, string? environment)
    {
        Unexpressed unexpressed = new();
        ReadFolder read = new ManifestFolder(documents, unexpressed, host).Read(folder);
        HashSet<string> taken = new(catalog.Secrets.SelectMany(static s => s.AllVariables), StringComparer.Ordinal);
        ManifestDraft draft = ManifestDraft.Of(read, catalog.Prefix, taken, unexpressed);
        CatalogEnvironment its = Environment(catalog, draft, environment);
        Dictionary<string, CatalogSecret> known = catalog.Secrets.ToDictionary(s => catalog.StoreName(s, its), StringComparer.Ordinal);
        SecretDraft[] added = [.. draft.Secrets.Where(s => !known.ContainsKey(s.Source)).Select(s => Fresh(s, catalog))];
        foreach (SecretDraft secret in draft.Secrets.Where(s => known.ContainsKey(s.Source)))
        {
            RequireFields(secret, known[secret.Source], unexpressed);
        }

        Report(unexpressed, folder);
        foreach (SecretDraft secret in added)
        {
            known[secret.Source] = ToSecret(secret);
        }

        Dictionary<string, CatalogSecret> byKey = known.Values.ToDictionary(static s => s.Key, StringComparer.Ordinal);
        CatalogKubernetes part = draft.Part(n => known[n].Key, k => byKey[k]);
        try
        {
            CatalogEdit edit = new(text, catalog.Path, documents);
            edit.Add(["secrets"], DocNode.MapOf(added.Select(static s => (s.Key, CatalogDraft.Secret(s)))));
            AddPart(edit, part, catalog, its);
            return CatalogEdit.Holds(documents.Parse(edit.Text), documents.Parse(text)) ? edit.Text : throw NotMerged(catalog);
        }
        catch (DocumentException)
        {
            throw NotMerged(catalog);
        }
    }

    private static FlowSecretException NotMerged(Catalog catalog) =>
        new(
            ErrorIds.BadInput,
            catalog.Path,
            $"Nothing can be added to '{catalog.Path}' without a change of what is there",
            "Write it as one YAML document in blocks, without braces at the top and without '...' at its end; nothing was changed."
        );

    private void AddPart(CatalogEdit edit, CatalogKubernetes part, Catalog catalog, CatalogEnvironment environment)
    {
        CatalogKubernetes there = catalog.KubernetesOf(environment);
        bool isOwn = environment.Kubernetes is not null;
        string[] way = isOwn ? ["environments", environment.Name, "kubernetes"] : ["kubernetes"];
        if (there == new CatalogKubernetes())
        {
            edit.Add([], DocNode.Map(("kubernetes", KubernetesDocument.Of(part))));
            return;
        }

        List<CatalogKubernetesSecret> added = [];
        foreach (CatalogKubernetesSecret secret in part.Secrets)
        {
            CatalogKubernetesSecret? own = there.Secrets.FirstOrDefault(s => s.Name == secret.Name);
            CatalogKubernetesSecret whole = Whole(secret, part, there);
            if (own is null)
            {
                added.Add(whole);
            }
            else if (Text(own) != Text(whole))
            {
                host.Warning($"The catalog says something else of the Kubernetes Secret '{secret.Name}' than the manifests. It was kept.");
            }
        }

        edit.Add([.. way, "secrets"], DocNode.MapOf(added.Select(static s => (s.Name, KubernetesDocument.Secret(s)))));
    }

    private string Text(CatalogKubernetesSecret secret) => documents.Write(KubernetesDocument.Secret(secret));

    /// <summary>With what the manifests say once for all, if the catalog says something else.</summary>
    private static CatalogKubernetesSecret Whole(CatalogKubernetesSecret secret, CatalogKubernetes part, CatalogKubernetes there) =>
        secret with
        {
            Namespace = secret.Namespace ?? (part.Namespace == there.Namespace ? null : part.Namespace),
            RefreshInterval =
                secret.RefreshInterval
                ?? (part.RefreshInterval == there.RefreshInterval ? null : part.RefreshInterval ?? TimeSpan.FromHours(1)),
            Store =
                secret.Store
                ?? (
                    part.Store is null || (part.Store.Name == there.Store?.Name && part.Store.Kind == there.Store?.Kind)
                        ? null
                        : new CatalogOperatorStore { Name = part.Store.Name, Kind = part.Store.Kind }
                ),
        };

    private static CatalogEnvironment Environment(Catalog catalog, ManifestDraft draft, string? name)
    {
        if (name is not null)
        {
            return catalog.Environment(name, "-Environment");
        }

        CatalogEnvironment[] found =
        [
            .. catalog.Environments.Values.Where(e =>
                draft.Selection is { } place
                && e.Selection.Store == place.Store
                && e.Selection.Project == place.Project
                && e.Selection.Region == place.Region
            ),
        ];
        return found is [var one]
            ? one
            : throw new FlowSecretException(
                ErrorIds.EnvironmentNotFound,
                catalog.Path,
                draft.Selection is { } selection
                    ? $"{(found.Length == 0 ? "No environment" : "More than one environment")} of the catalog is in {selection.Store} "
                        + $"{selection.Project ?? selection.Region}, which the manifests read"
                    : "The manifests name no store, so nothing says which environment of the catalog they belong to",
                "Name it with -Environment."
            );
    }

    private static SecretDraft Fresh(SecretDraft draft, Catalog catalog)
    {
        string? key = new[] { draft.Key, draft.Source }.FirstOrDefault(k => CatalogShape.IsName(k) && catalog.Find(k) is null);
        return key is null
            ? throw new FlowSecretException(
                ErrorIds.NameConflict,
                draft.Source,
                $"The manifests read '{draft.Source}', "
                    + $"and the catalog has another secret under the keys '{draft.Key}' and '{draft.Source}'",
                "Add the secret to the catalog by hand, with 'name' and a key of its own; then run the command again."
            )
            // Its name in the store is written out: the catalog's prefix may be another one in other environments.
            : draft with
            {
                Key = key,
                Name = catalog.Prefix + key == draft.Source ? null : draft.Source,
            };
    }

    private static void RequireFields(SecretDraft read, CatalogSecret there, Unexpressed unexpressed)
    {
        foreach (string field in read.Fields.Where(f => there.Field(f) is null))
        {
            unexpressed.Add(
                "manifests",
                DocNode.String(""),
                $"A manifest reads '{field}' of '{read.Source}', but 'secrets.{there.Key}' of the catalog has no such field: add it first."
            );
        }
    }

    private void Report(Unexpressed unexpressed, string folder)
    {
        unexpressed.Notes.ToList().ForEach(host.Warning);
        if (!unexpressed.Any)
        {
            return;
        }

        if (!allowPartial)
        {
            throw new FlowSecretException(
                ErrorIds.ManifestNotExpressible,
                folder,
                "A catalog cannot say everything that the manifests say:",
                "Change the manifests, or leave these things out with -AllowPartial; nothing was written.",
                details: [.. unexpressed.All]
            );
        }

        foreach (string line in unexpressed.All)
        {
            host.Warning(line);
        }
    }

    private static CatalogSecret ToSecret(SecretDraft draft) =>
        new(draft.Key)
        {
            Env = draft.Env is null ? [] : [draft.Env],
            Fields = [.. draft.Fields.Select(f => new CatalogField(f) { Env = draft.FieldEnv.TryGetValue(f, out string? e) ? [e] : [] })],
            Format = draft.Fields.Count > 0 || draft.IsJson ? SecretFormat.Json : SecretFormat.Text,
        };
}
