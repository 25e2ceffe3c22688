using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Operations.ExternalSecrets.Manifests.ManifestScope;

namespace FlowSecrets.Operations.ExternalSecrets.Manifests;

/// <summary>The operator's store, and the service account that it is in the cloud.</summary>
internal static class SecretStoreManifest
{
    /// <exception cref="FlowSecretException">NoProject, NoRegion.</exception>
    public static DocNode Of(ManifestScope scope) =>
        Document(
            ApiVersion,
            scope.StoreKind,
            ("metadata", Metadata(scope.StoreName, scope.IsClusterWide ? null : scope.Part.Namespace)),
            ("spec", DocNode.Map(("provider", Provider(scope))))
        );

    /// <returns>Null: the catalog names no service account, or not who it is in the cloud.</returns>
    public static DocNode? ServiceAccount(ManifestScope scope)
    {
        bool isGoogle = scope.Selection.Store == StoreKind.Gcp;
        CatalogOperatorStore? store = scope.Part.Store;
        CatalogServiceAccount? account = isGoogle ? store?.WorkloadIdentity?.ServiceAccount : store?.ServiceAccount;
        if (account?.Name is not { } name || store?.Identity is not { } identity)
        {
            return null;
        }

        string annotation = isGoogle ? "iam.gke.io/gcp-service-account" : "eks.amazonaws.com/role-arn";
        DocNode annotations = DocNode.Map((annotation, DocNode.String(identity)));
        return Document("v1", "ServiceAccount", ("metadata", Metadata(name, account.Namespace ?? scope.Part.Namespace, annotations)));
    }

    private static DocNode Provider(ManifestScope scope) =>
        scope.Selection.Store == StoreKind.Gcp
            ? DocNode.Map(("gcpsm", Google(scope, scope.Selection.Project ?? throw NoProject(scope))))
            : DocNode.Map(("aws", Amazon(scope, scope.Selection.Region ?? throw NoRegion(scope))));

    private static DocNode Google(ManifestScope scope, string project)
    {
        DocNode? identity = scope.Part.Store?.WorkloadIdentity is { ServiceAccount: { } account } workload
            ? DocNode.Map(
                ("clusterLocation", DocNode.Optional(workload.Location)),
                ("clusterName", DocNode.Optional(workload.Cluster)),
                ("clusterProjectID", DocNode.Optional(workload.Project)),
                ("serviceAccountRef", Reference(scope, account))
            )
            : null;
        return DocNode.Map(
            ("projectID", DocNode.String(project)),
            ("location", DocNode.Optional(scope.Selection.Region)),
            ("auth", identity is null ? null : DocNode.Map(("workloadIdentity", identity)))
        );
    }

    private static DocNode Amazon(ManifestScope scope, string region) =>
        DocNode.Map(
            ("service", DocNode.String("SecretsManager")),
            ("region", DocNode.String(region)),
            (
                "auth",
                scope.Part.Store?.ServiceAccount is { } account
                    ? DocNode.Map(("jwt", DocNode.Map(("serviceAccountRef", Reference(scope, account)))))
                    : null
            )
        );

    /// <summary>A store of one namespace takes the account from its own namespace, whatever the reference says.</summary>
    private static DocNode Reference(ManifestScope scope, CatalogServiceAccount account) =>
        DocNode.Map(
            ("name", DocNode.String(account.Name!)),
            ("namespace", scope.IsClusterWide ? DocNode.Optional(account.Namespace ?? scope.Part.Namespace) : null)
        );

    private static FlowSecretException NoProject(ManifestScope scope) =>
        new(
            ErrorIds.NoProject,
            scope.Environment.Name,
            $"The environment '{scope.Environment.Name}' names no Google Cloud project, and the operator needs one",
            $"Add 'project' to 'environments.{scope.Environment.Name}' in the catalog."
        );

    private static FlowSecretException NoRegion(ManifestScope scope) =>
        new(
            ErrorIds.NoRegion,
            scope.Environment.Name,
            $"The environment '{scope.Environment.Name}' names no AWS region, and the operator needs one",
            $"Add 'region' to 'environments.{scope.Environment.Name}' in the catalog."
        );
}
