using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Catalogs;

/// <summary>The Kubernetes Secrets that an operator makes of the catalog's secrets.</summary>
internal sealed record CatalogKubernetes
{
    public string? Namespace { get; init; }

    /// <summary>Of kubectl; null: the current one.</summary>
    public string? Context { get; init; }

    /// <summary>How often the operator reads; zero: once. Null: the operator's default, one hour.</summary>
    public TimeSpan? RefreshInterval { get; init; }

    /// <summary>How long Reloader waits between two restarts of one workload.</summary>
    public TimeSpan? PausePeriod { get; init; }

    public CatalogSyncWindows? SyncWindows { get; init; }

    public CatalogOperatorStore? Store { get; init; }

    /// <summary>In the order of the file; null: the part says nothing of them.</summary>
    public IReadOnlyList<CatalogKubernetesSecret>? Listed { get; init; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<CatalogKubernetesSecret> Secrets => Listed ?? [];

    /// <summary>This part, with what it leaves out taken from another one.</summary>
    public CatalogKubernetes Over(CatalogKubernetes other) =>
        new()
        {
            Namespace = Namespace ?? other.Namespace,
            Context = Context ?? other.Context,
            RefreshInterval = RefreshInterval ?? other.RefreshInterval,
            PausePeriod = PausePeriod ?? other.PausePeriod,
            SyncWindows = SyncWindows ?? other.SyncWindows,
            Store = Store ?? other.Store,
            Listed = Listed ?? other.Listed,
        };

    /// <param name="node">Checked by the catalog's grammar; null gives null.</param>
    /// <param name="template">Reads a template and notes its use; null: it is wrong, which was reported.</param>
    public static CatalogKubernetes? Of(DocNode? node, Func<DocNode, Template?> template) =>
        node is null
            ? null
            : new CatalogKubernetes
            {
                Namespace = node.GetText("namespace"),
                Context = node.GetText("context"),
                RefreshInterval = Durations.Parse(node.GetText("refreshInterval")),
                PausePeriod = Durations.Parse(node.GetText("pausePeriod")),
                SyncWindows = CatalogSyncWindows.Of(node.Get("syncWindows")),
                Store = CatalogOperatorStore.Of(node.Get("store")),
                Listed = node.Get("secrets") is { } secrets
                    ? [.. secrets.Entries.Select(e => CatalogKubernetesSecret.Of(e.Key.Text, e.Value, template))]
                    : null,
            };
}

/// <summary>The operator's store: which one, and who it is in the cloud.</summary>
internal sealed record CatalogOperatorStore
{
    public string? Name { get; init; }

    /// <summary>SecretStore or ClusterSecretStore.</summary>
    public string? Kind { get; init; }

    /// <summary>Email address of a Google service account, or ARN of an AWS role.</summary>
    public string? Identity { get; init; }

    public CatalogWorkloadIdentity? WorkloadIdentity { get; init; }

    /// <summary>The service account on EKS.</summary>
    public CatalogServiceAccount? ServiceAccount { get; init; }

    public static CatalogOperatorStore? Of(DocNode? node) =>
        node is null
            ? null
            : new CatalogOperatorStore
            {
                Name = node.GetText("name"),
                Kind = node.GetText("kind"),
                Identity = node.GetText("identity"),
                WorkloadIdentity = node.Get("workloadIdentity") is { } identity
                    ? new CatalogWorkloadIdentity(
                        identity.GetText("clusterLocation"),
                        identity.GetText("clusterName"),
                        identity.GetText("clusterProjectID"),
                        CatalogServiceAccount.Of(identity.Get("serviceAccountRef"))
                    )
                    : null,
                ServiceAccount = CatalogServiceAccount.Of(node.Get("serviceAccountRef")),
            };
}

/// <summary>Identity on GKE.</summary>
internal sealed record CatalogWorkloadIdentity(string? Location, string? Cluster, string? Project, CatalogServiceAccount? ServiceAccount);

/// <param name="Namespace">Null: the namespace of the Kubernetes Secrets.</param>
internal sealed record CatalogServiceAccount(string? Name, string? Namespace)
{
    public static CatalogServiceAccount? Of(DocNode? node) =>
        node is null ? null : new CatalogServiceAccount(node.GetText("name"), node.GetText("namespace"));
}

/// <summary>When the operator may refresh, in UTC.</summary>
/// <param name="Kind">allow or deny.</param>
internal sealed record CatalogSyncWindows(string Kind, IReadOnlyList<(string Schedule, TimeSpan Duration)> Windows)
{
    public static CatalogSyncWindows? Of(DocNode? node) =>
        node is null
            ? null
            : new CatalogSyncWindows(
                node.GetText("kind") ?? "allow",
                [
                    .. (node.Get("windows")?.Items ?? []).Select(static w =>
                        (w.GetText("schedule")!, Durations.Parse(w.GetText("duration"))!.Value)
                    ),
                ]
            );
}

/// <param name="Name">Of the Kubernetes Secret.</param>
/// <param name="From">Keys of the catalog that it is made of.</param>
internal sealed record CatalogKubernetesSecret(string Name, IReadOnlyList<string> From)
{
    /// <summary>Keys of JSON secrets whose members all become entries, whatever their names are.</summary>
    public IReadOnlyList<string> Extract { get; init; } = [];

    public string? Namespace { get; init; }

    /// <summary>Name of the ExternalSecret; null: the same.</summary>
    public string? Resource { get; init; }

    /// <summary>Further entries, in the order of the file.</summary>
    public IReadOnlyList<CatalogKubernetesEntry> Data { get; init; } = [];

    /// <summary>Null: the catalog's. Its name and kind alone count.</summary>
    public CatalogOperatorStore? Store { get; init; }

    public TimeSpan? RefreshInterval { get; init; }

    /// <summary>Periodic, CreatedOnce or OnChange.</summary>
    public string? RefreshPolicy { get; init; }

    /// <summary>Owner, Orphan, Merge, CreateOrMerge or None.</summary>
    public string? CreationPolicy { get; init; }

    /// <summary>Retain, Delete or Merge.</summary>
    public string? DeletionPolicy { get; init; }

    public bool IsImmutable { get; init; }

    /// <summary>Such as kubernetes.io/tls; null: Opaque.</summary>
    public string? Type { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Annotations { get; init; } = [];

    public CatalogSyncWindows? SyncWindows { get; init; }

    /// <summary>Every key of the catalog that it names.</summary>
    public IEnumerable<string> Keys =>
        From.Concat(Extract).Concat(Data.SelectMany(static d => d.Template.References).Select(static r => r.Key));

    public static CatalogKubernetesSecret Of(string name, DocNode node, Func<DocNode, Template?> template) =>
        new(name, node.GetTexts("from"))
        {
            Extract = node.GetTexts("extract"),
            Namespace = node.GetText("namespace"),
            Resource = node.GetText("resource"),
            Data =
            [
                .. (node.Get("data")?.Entries ?? [])
                    .Select(e => (e.Key.Text, Template: template(e.Value)))
                    .Where(static e => e.Template is not null)
                    .Select(static e => new CatalogKubernetesEntry(e.Text, e.Template!)),
            ],
            Store = CatalogOperatorStore.Of(node.Get("store")),
            RefreshInterval = Durations.Parse(node.GetText("refreshInterval")),
            RefreshPolicy = node.GetText("refreshPolicy"),
            CreationPolicy = node.GetText("creationPolicy"),
            DeletionPolicy = node.GetText("deletionPolicy"),
            IsImmutable = node.GetBool("immutable"),
            Type = node.GetText("type"),
            Labels = Texts(node.Get("labels")),
            Annotations = Texts(node.Get("annotations")),
            SyncWindows = CatalogSyncWindows.Of(node.Get("syncWindows")),
        };

    private static KeyValuePair<string, string>[] Texts(DocNode? node) =>
        [.. (node?.Entries ?? []).Select(static e => KeyValuePair.Create(e.Key.Text, e.Value.Text))];
}

/// <summary>An entry of a Kubernetes Secret that a template makes.</summary>
internal sealed record CatalogKubernetesEntry(string Key, Template Template);
