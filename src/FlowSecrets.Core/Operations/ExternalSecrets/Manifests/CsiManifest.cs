using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using static FlowSecrets.Operations.ExternalSecrets.Manifests.ManifestScope;

namespace FlowSecrets.Operations.ExternalSecrets.Manifests;

/// <summary>
/// A SecretProviderClass of the Secrets Store CSI driver, for clusters without the operator. Its files and the Kubernetes Secret exist
/// while a pod mounts the volume. The driver has no templates, and on Google no members of JSON objects.
/// </summary>
internal static class CsiManifest
{
    private const string Remedy =
        "Leave the entry out of this Kubernetes Secret, or use the External Secrets Operator (-Format ExternalSecrets).";

    /// <exception cref="FlowSecretException">TemplateNotPortable, NoProject, NoRegion.</exception>
    public static DocNode Of(ManifestScope scope, CatalogKubernetesSecret secret, IDocumentFormat documents)
    {
        (string Key, TemplateReference Source)[] entries = [.. Entries(scope, secret)];
        bool isGoogle = scope.Selection.Store == StoreKind.Gcp;
        // The driver refuses an object twice: entries of one source share its file.
        (string Key, TemplateReference Source)[] files = [.. entries.DistinctBy(static e => e.Source)];
        string objects = documents.Write(DocNode.List([.. isGoogle ? files.Select(e => Google(scope, e)) : Amazon(scope, files)]));
        DocNode parameters = isGoogle
            ? DocNode.Map(("secrets", DocNode.String(objects)))
            : DocNode.Map(("region", DocNode.Optional(scope.Selection.Region)), ("objects", DocNode.String(objects)));
        DocNode copy = DocNode.Map(
            ("secretName", DocNode.String(secret.Name)),
            ("type", DocNode.String(secret.Type ?? "Opaque")),
            (
                "data",
                DocNode.List([
                    .. entries.Select(e =>
                        DocNode.Map(
                            ("objectName", DocNode.String(files.First(f => f.Source == e.Source).Key)),
                            ("key", DocNode.String(e.Key))
                        )
                    ),
                ])
            ),
            ("labels", Texts(secret.Labels)),
            ("annotations", Texts(secret.Annotations))
        );
        return Document(
            "secrets-store.csi.x-k8s.io/v1",
            "SecretProviderClass",
            ("metadata", Metadata(secret.Resource ?? secret.Name, scope.NamespaceOf(secret))),
            (
                "spec",
                DocNode.Map(
                    ("provider", DocNode.String(isGoogle ? "gcp" : "aws")),
                    ("parameters", parameters),
                    ("secretObjects", DocNode.List([copy]))
                )
            )
        );
    }

    private static IEnumerable<(string Key, TemplateReference Source)> Entries(ManifestScope scope, CatalogKubernetesSecret secret)
    {
        string path = $"kubernetes.secrets.{secret.Name}";
        foreach (CatalogSecret source in secret.From.Concat(secret.Extract).Select(k => scope.Catalog.Find(k)!))
        {
            if (KubernetesEntries.IsExtracted(source) || secret.Extract.Contains(source.Key, StringComparer.Ordinal))
            {
                throw NotPortable(
                    path,
                    $"'{source.Key}' is a JSON secret whose members are not in the catalog, and the CSI driver lists each"
                );
            }

            foreach ((string key, TemplateReference reference) in KubernetesEntries.Of(source))
            {
                yield return (key, Checked(scope, reference, path));
            }
        }

        foreach (CatalogKubernetesEntry entry in secret.Data)
        {
            yield return entry.Template.Parts is [{ Reference: { } reference, Filters: [] }]
                ? (entry.Key, Checked(scope, reference, path))
                : throw NotPortable($"{path}.data.{entry.Key}", "It is a template, and the CSI driver has none");
        }
    }

    private static TemplateReference Checked(ManifestScope scope, TemplateReference reference, string path) =>
        scope.Selection.Store == StoreKind.Gcp && reference.Field is not null
            ? throw NotPortable(path, $"'{reference}' is a member of a JSON secret, and the CSI driver takes whole secrets from Google")
            : reference;

    private static DocNode Google(ManifestScope scope, (string Key, TemplateReference Source) entry)
    {
        StoreSelection store = scope.Selection;
        string project =
            store.Project
            ?? throw new FlowSecretException(
                ErrorIds.NoProject,
                scope.Environment.Name,
                $"The environment '{scope.Environment.Name}' names no Google Cloud project",
                $"Add 'project' to 'environments.{scope.Environment.Name}' in the catalog."
            );
        string location = store.Region is { } region ? $"/locations/{region}" : "";
        string name = $"projects/{project}{location}/secrets/{scope.NameInStore(entry.Source.Key)}/versions/latest";
        return DocNode.Map(("resourceName", DocNode.String(name)), ("path", DocNode.String(entry.Key)));
    }

    /// <summary>One object for each secret: its whole value, members of it, or both.</summary>
    private static IEnumerable<DocNode> Amazon(ManifestScope scope, (string Key, TemplateReference Source)[] files) =>
        files
            .GroupBy(static e => e.Source.Key, StringComparer.Ordinal)
            .Select(group =>
            {
                DocNode[] members =
                [
                    .. group
                        .Where(static e => e.Source.Field is not null)
                        .Select(static e =>
                            DocNode.Map(("path", DocNode.String(JmesPath(e.Source.Field!))), ("objectAlias", DocNode.String(e.Key)))
                        ),
                ];
                return DocNode.Map(
                    ("objectName", DocNode.String(scope.NameInStore(group.Key))),
                    ("objectType", DocNode.String("secretsmanager")),
                    ("objectAlias", DocNode.Optional(group.FirstOrDefault(static e => e.Source.Field is null).Key)),
                    ("jmesPath", members.Length == 0 ? null : DocNode.List(members))
                );
            });

    private static DocNode? Texts(IReadOnlyList<KeyValuePair<string, string>> texts) =>
        texts.Count == 0 ? null : DocNode.MapOf(texts.Select(static t => (t.Key, DocNode.String(t.Value))));

    /// <summary>A member by its whole name: in quotes unless it is an identifier.</summary>
    private static string JmesPath(string field) =>
        !char.IsAsciiDigit(field[0]) && field.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') ? field : $"\"{field}\"";

    private static FlowSecretException NotPortable(string at, string cause) =>
        new(ErrorIds.TemplateNotPortable, at, $"'{at}' cannot be written for the CSI driver: {cause}", Remedy);
}
