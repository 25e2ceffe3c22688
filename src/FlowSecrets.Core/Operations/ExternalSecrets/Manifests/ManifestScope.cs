using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.ExternalSecrets.Manifests;

/// <summary>What the manifests of one environment are made of.</summary>
/// <param name="Part">The catalog's part 'kubernetes', or a proposed one.</param>
/// <param name="Selection">The store with its project or region.</param>
internal sealed record ManifestScope(Catalog Catalog, CatalogEnvironment Environment, CatalogKubernetes Part, StoreSelection Selection)
{
    public const string ApiVersion = "external-secrets.io/v1";

    private const string ClusterKind = "ClusterSecretStore";

    public string StoreKind => Part.Store?.Kind ?? ClusterKind;

    public bool IsClusterWide => StoreKind == ClusterKind;

    public string StoreName => Part.Store?.Name ?? DefaultStoreName(Selection.Store);

    public static string DefaultStoreName(StoreKind store) =>
        store == FlowSecrets.StoreKind.Gcp ? "gcp-secret-manager" : "aws-secrets-manager";

    public string NameInStore(string key) => Catalog.StoreName(Catalog.Find(key)!, Environment);

    /// <summary>Whether the store may have no value for a reference.</summary>
    public bool IsOptional(TemplateReference reference)
    {
        CatalogSecret secret = Catalog.Find(reference.Key)!;
        return !Catalog.IsRequired(secret, Environment) || (reference.Field is { } field && secret.Field(field) is { Required: false });
    }

    public string? NamespaceOf(CatalogKubernetesSecret secret) => secret.Namespace ?? Part.Namespace;

    public static DocNode Metadata(string name, string? space, DocNode? annotations = null) =>
        DocNode.Map(("name", DocNode.String(name)), ("namespace", DocNode.Optional(space)), ("annotations", annotations));

    public static DocNode Document(string apiVersion, string kind, params (string Key, DocNode? Value)[] rest) =>
        DocNode.Map([("apiVersion", DocNode.String(apiVersion)), ("kind", DocNode.String(kind)), .. rest]);

    public static DocNode Duration(TimeSpan span) => DocNode.String(Durations.Go(span));
}
