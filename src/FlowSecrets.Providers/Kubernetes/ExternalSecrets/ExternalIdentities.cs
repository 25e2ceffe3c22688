using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.ExternalSecrets;

/// <summary>Who a service account of Kubernetes is to a cloud.</summary>
internal static class ExternalIdentities
{
    private const string OfGoogle = "iam.gke.io/gcp-service-account";
    private const string OfAws = "eks.amazonaws.com/role-arn";

    /// <param name="space">Null: the context's own.</param>
    public static ExternalIdentity Of(ExternalStoreInfo store, string? space, string account, JsonObject found)
    {
        string at = space ?? "default";
        string source = $"{store} logs in as the service account {at}/{account}";
        if (store.Store == StoreKind.Aws)
        {
            return found.Text("metadata", "annotations", OfAws) is { } role
                ? new ExternalIdentity(
                    store.Role ?? role,
                    store.Role is null ? $"system:serviceaccount:{at}:{account}" : null,
                    $"{source}, whose annotation {OfAws} names {RemoteText.Clean(role)}"
                )
                : new ExternalIdentity(store.Role, null, $"{source}, which no annotation {OfAws} binds to a role");
        }

        string? pool = store.ClusterProject is { } project ? $"serviceAccount:{project}.svc.id.goog[{at}/{account}]" : null;
        return found.Text("metadata", "annotations", OfGoogle) is { } bound
            ? new ExternalIdentity(
                $"serviceAccount:{bound}",
                pool,
                $"{source}, whose annotation {OfGoogle} names {RemoteText.Clean(bound)}"
            )
            : new ExternalIdentity(pool, null, $"{source}, which no annotation {OfGoogle} binds to a service account of Google");
    }
}
