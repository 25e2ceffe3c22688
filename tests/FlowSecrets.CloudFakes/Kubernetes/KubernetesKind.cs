namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>A kind that the server knows. A further one is a line here.</summary>
/// <param name="Group">Empty: the core group.</param>
internal sealed record KubernetesKind(string Group, string Version, string Plural, string Kind, params string[] ShortNames)
{
    public static readonly KubernetesKind Deployment = new("apps", "v1", "deployments", "Deployment", "deploy");
    public static readonly KubernetesKind StatefulSet = new("apps", "v1", "statefulsets", "StatefulSet", "sts");
    public static readonly KubernetesKind DaemonSet = new("apps", "v1", "daemonsets", "DaemonSet", "ds");
    public static readonly KubernetesKind ServiceAccount = new("", "v1", "serviceaccounts", "ServiceAccount", "sa");

    public static readonly KubernetesKind Secret = new("", "v1", "secrets", "Secret");
    public static readonly KubernetesKind Pod = new("", "v1", "pods", "Pod", "po");
    public static readonly KubernetesKind ExternalSecret = new("external-secrets.io", "v1", "externalsecrets", "ExternalSecret", "es");

    public static readonly KubernetesKind SecretStore = new("external-secrets.io", "v1", "secretstores", "SecretStore", "ss");
    public static readonly KubernetesKind ClusterSecretStore = new(
        "external-secrets.io",
        "v1",
        "clustersecretstores",
        "ClusterSecretStore",
        "css"
    )
    {
        IsCluster = true,
    };

    public static readonly KubernetesKind PodStatus = new(
        "secrets-store.csi.x-k8s.io",
        "v1",
        "secretproviderclasspodstatuses",
        "SecretProviderClassPodStatus"
    );

    public static readonly KubernetesKind Event = new("", "v1", "events", "Event", "ev");
    public static readonly KubernetesKind Namespace = new("", "v1", "namespaces", "Namespace", "ns") { IsCluster = true };

    public static readonly IReadOnlyList<KubernetesKind> All =
    [
        Deployment,
        StatefulSet,
        DaemonSet,
        ServiceAccount,
        Secret,
        Pod,
        ExternalSecret,
        SecretStore,
        ClusterSecretStore,
        PodStatus,
        Event,
        Namespace,
    ];

    /// <summary>Whether its objects are in no namespace.</summary>
    public bool IsCluster { get; init; }

    public bool IsWorkload => Group == "apps";

    /// <exception cref="InvalidOperationException">There is none of that name.</exception>
    public static KubernetesKind Of(string singular) => All.First(k => k.Singular == singular);

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>As errors name it.</summary>
    public string Resource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public string Singular => Kind.ToLowerInvariant();
}
