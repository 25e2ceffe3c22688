using FlowSecrets.Catalogs;
using FlowSecrets.Model;
using static FlowSecrets.Operations.ExternalSecrets.Manifests.ManifestScope;

namespace FlowSecrets.Operations.ExternalSecrets.Manifests;

/// <summary>
/// Annotations for Stakater's Reloader, as patches of the workloads. Only Kubernetes Secrets that the catalog delivers as variables are
/// named: a mounted volume follows by itself.
/// </summary>
internal static class ReloaderManifest
{
    private const string Prefix = "reloader.stakater.com";

    private static readonly string[] Kinds = ["Deployment", "StatefulSet", "DaemonSet"];

    /// <returns>A patch for each workload that reads variables, by the workload's name.</returns>
    public static IEnumerable<(string Workload, string Kind, DocNode Patch)> Patches(ManifestScope scope)
    {
        foreach (CatalogWorkload workload in scope.Catalog.WorkloadsOf(scope.Environment).Values.Where(static w => w.Kind == "kubernetes"))
        {
            string? kind = Kinds.FirstOrDefault(k => workload.Settings.ContainsKey(k.ToLowerInvariant()));
            string[] names = [.. scope.Part.Secrets.Where(s => IsRead(scope.Catalog, s, workload.Name)).Select(static s => s.Name)];
            if (kind is null || names.Length == 0)
            {
                continue;
            }

            DocNode annotations = DocNode.Map(
                ($"secret.{Prefix}/reload", DocNode.String(string.Join(',', names))),
                ($"deployment.{Prefix}/pause-period", kind == "Deployment" && scope.Part.PausePeriod is { } pause ? Duration(pause) : null)
            );
            string space = workload.Settings.GetValueOrDefault("namespace") ?? scope.Part.Namespace ?? "default";
            string name = workload.Settings[kind.ToLowerInvariant()];
            yield return (workload.Name, kind, Document("apps/v1", kind, ("metadata", Metadata(name, space, annotations))));
        }
    }

    /// <summary>Patches work only beside what they patch, so they are a component that the application's kustomization includes.</summary>
    public static DocNode Component(IEnumerable<string> files) =>
        Document(
            "kustomize.config.k8s.io/v1alpha1",
            "Component",
            ("patches", DocNode.List([.. files.Select(static f => DocNode.Map(("path", DocNode.String(f))))]))
        );

    /// <summary>Values of Reloader's Helm chart: Argo CD takes the variable that Reloader adds otherwise for a change by hand.</summary>
    public static DocNode ArgoValues() => DocNode.Map(("reloader", DocNode.Map(("reloadStrategy", DocNode.String("annotations")))));

    private static bool IsRead(Catalog catalog, CatalogKubernetesSecret secret, string workload) =>
        secret
            .Keys.Select(k => catalog.Find(k)!)
            .Any(s => s.AllVariables.Any() && (s.Workloads.Count == 0 || s.Workloads.Contains(workload, StringComparer.Ordinal)));
}
