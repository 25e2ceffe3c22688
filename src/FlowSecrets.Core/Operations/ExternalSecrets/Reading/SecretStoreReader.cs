using FlowSecrets.Catalogs;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.ExternalSecrets.Reading;

/// <summary>Reads a SecretStore or ClusterSecretStore of v1 or v1beta1.</summary>
internal static class SecretStoreReader
{
    /// <returns>Null: the catalog knows no such store; that was listed.</returns>
    public static ReadStore? Read(ManifestNode root)
    {
        root.Ignore("apiVersion", "status");
        string kind = root.Text("kind")!;
        ManifestNode? metadata = root.Map("metadata");
        metadata?.LeaveOut("labels", "annotations");
        metadata?.Ignore("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid", "selfLink");
        ManifestNode? provider = root.Map("spec")?.Map("provider");
        string? name = metadata?.Text("name");
        string? space = metadata?.Text("namespace");
        ReadStore? store = (name, provider?.Map("gcpsm"), provider?.Map("aws")) switch
        {
            ({ } n, { } google, null) => Google(google, kind, space, n),
            ({ } n, null, { } amazon) => Amazon(amazon, kind, space, n),
            _ => null,
        };
        if (store is null)
        {
            root.Add(root.Node, $"The {kind} '{name}' is no store of Google Secret Manager or AWS Secrets Manager.");
            return null;
        }

        root.End();
        return store;
    }

    private static ReadStore Google(ManifestNode google, string kind, string? space, string name)
    {
        google.RequireDefault("secretVersionSelectionPolicy", "LatestOrFail");
        ManifestNode? identity = google.Map("auth")?.Map("workloadIdentity");
        CatalogOperatorStore part = new()
        {
            Name = name,
            Kind = kind,
            WorkloadIdentity = identity is null
                ? null
                : new CatalogWorkloadIdentity(
                    identity.Text("clusterLocation"),
                    identity.Text("clusterName"),
                    identity.Text("clusterProjectID"),
                    Account(identity)
                ),
        };
        StoreSelection selection = new(StoreKind.Gcp) { Project = google.Text("projectID"), Region = google.Text("location") };
        return new ReadStore(kind, space, name, selection, part);
    }

    private static ReadStore? Amazon(ManifestNode amazon, string kind, string? space, string name)
    {
        if (amazon.Text("service") is not "SecretsManager")
        {
            return null;
        }

        CatalogOperatorStore part = new()
        {
            Name = name,
            Kind = kind,
            ServiceAccount = amazon.Map("auth")?.Map("jwt") is { } jwt ? Account(jwt) : null,
        };
        return new ReadStore(kind, space, name, new StoreSelection(StoreKind.Aws) { Region = amazon.Text("region") }, part)
        {
            Prefix = amazon.Text("prefix") ?? "",
        };
    }

    private static CatalogServiceAccount? Account(ManifestNode node) =>
        node.Map("serviceAccountRef") is { } account ? new CatalogServiceAccount(account.Text("name"), account.Text("namespace")) : null;
}
