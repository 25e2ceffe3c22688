using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Catalogs.Drafts;

/// <summary>A part 'kubernetes' as a catalog says it.</summary>
internal static class KubernetesDocument
{
    public static DocNode Of(CatalogKubernetes part) =>
        DocNode.Map(
            ("namespace", DocNode.Optional(part.Namespace)),
            ("context", DocNode.Optional(part.Context)),
            ("refreshInterval", Duration(part.RefreshInterval)),
            ("pausePeriod", Duration(part.PausePeriod)),
            ("syncWindows", Windows(part.SyncWindows)),
            ("store", Store(part.Store)),
            ("secrets", DocNode.MapOf(part.Secrets.Select(static s => (s.Name, Secret(s)))))
        );

    public static DocNode Secret(CatalogKubernetesSecret secret) =>
        DocNode.Map(
            ("from", Texts(secret.From)),
            ("extract", Texts(secret.Extract)),
            (
                "data",
                secret.Data.Count == 0
                    ? null
                    : DocNode.MapOf(secret.Data.Select(static d => (d.Key, DocNode.String(d.Template.ToString()))))
            ),
            ("namespace", DocNode.Optional(secret.Namespace)),
            ("resource", DocNode.Optional(secret.Resource)),
            ("store", Store(secret.Store)),
            ("refreshInterval", Duration(secret.RefreshInterval)),
            ("refreshPolicy", DocNode.Optional(secret.RefreshPolicy)),
            ("creationPolicy", DocNode.Optional(secret.CreationPolicy)),
            ("deletionPolicy", DocNode.Optional(secret.DeletionPolicy)),
            ("immutable", secret.IsImmutable ? DocNode.Scalar(DocKind.Bool, "true") : null),
            ("type", DocNode.Optional(secret.Type)),
            ("labels", Pairs(secret.Labels)),
            ("annotations", Pairs(secret.Annotations)),
            ("syncWindows", Windows(secret.SyncWindows))
        );

    private static DocNode? Store(CatalogOperatorStore? store) =>
        store is null
            ? null
            : DocNode.Map(
                ("name", DocNode.Optional(store.Name)),
                ("kind", DocNode.Optional(store.Kind)),
                ("identity", DocNode.Optional(store.Identity)),
                (
                    "workloadIdentity",
                    store.WorkloadIdentity is { } identity
                        ? DocNode.Map(
                            ("clusterLocation", DocNode.Optional(identity.Location)),
                            ("clusterName", DocNode.Optional(identity.Cluster)),
                            ("clusterProjectID", DocNode.Optional(identity.Project)),
                            ("serviceAccountRef", Account(identity.ServiceAccount))
                        )
                        : null
                ),
                ("serviceAccountRef", Account(store.ServiceAccount))
            );

    private static DocNode? Account(CatalogServiceAccount? account) =>
        account is null ? null : DocNode.Map(("name", DocNode.Optional(account.Name)), ("namespace", DocNode.Optional(account.Namespace)));

    private static DocNode? Windows(CatalogSyncWindows? windows) =>
        windows is null
            ? null
            : DocNode.Map(
                ("kind", DocNode.String(windows.Kind)),
                (
                    "windows",
                    DocNode.List([
                        .. windows.Windows.Select(static w =>
                            DocNode.Map(("schedule", DocNode.String(w.Schedule)), ("duration", Duration(w.Duration)))
                        ),
                    ])
                )
            );

    private static DocNode? Pairs(IReadOnlyList<KeyValuePair<string, string>> pairs) =>
        pairs.Count == 0 ? null : DocNode.MapOf(pairs.Select(static p => (p.Key, DocNode.String(p.Value))));

    private static DocNode? Texts(IReadOnlyList<string> texts) => texts.Count == 0 ? null : DocNode.List([.. texts.Select(DocNode.String)]);

    private static DocNode? Duration(TimeSpan? span) => span is { } some ? DocNode.String(Durations.Go(some)) : null;
}
