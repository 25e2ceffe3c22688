namespace FlowSecrets.Catalogs.Grammar;

/// <summary>The grammar of the catalog's part 'kubernetes'. The words are the operator's own where it has the same thing.</summary>
internal static class KubernetesShape
{
    private static readonly TextShape Interval = Shape.Pattern(
        "How often the operator reads: 5m; 0s: once.",
        $"^0s$|{CatalogShape.Duration}",
        "a duration such as 5m or 1h, or 0s"
    );

    private static readonly TextShape Pause = Shape.Pattern(
        "How long Reloader waits between two restarts of one workload: 5m.",
        CatalogShape.Duration,
        "a duration such as 5m or 1h"
    );

    private static readonly ObjectShape ServiceAccount = Shape.Object(
        "A Kubernetes service account.",
        ("name", Shape.Text("Its name.")),
        ("namespace", Shape.Text("Its namespace."))
    );

    private static readonly ObjectShape SyncWindows = Shape.Object(
        "When the operator may refresh.",
        ("kind", Shape.Words("Whether the windows allow or deny a refresh; allow unless specified.", "allow", "deny")),
        (
            "windows",
            Shape.ListOf(
                Shape
                    .Object(
                        "A window.",
                        ("schedule", Shape.Text("When it opens: a cron expression in UTC.")),
                        ("duration", Shape.Pattern("How long it stays open: 8h.", CatalogShape.Duration, "a duration such as 8h or 30m"))
                    )
                    .Requiring("schedule", "duration")
            )
        )
    );

    private static readonly TextShape StoreName = Shape.Text("Its name.");

    private static readonly TextShape StoreKind = Shape.Words(
        "Its kind; ClusterSecretStore unless specified.",
        "SecretStore",
        "ClusterSecretStore"
    );

    private static readonly ObjectShape Store = Shape.Object(
        "The operator's store.",
        ("name", StoreName),
        ("kind", StoreKind),
        ("identity", Shape.Text("Who the operator is in the cloud: the email address of a service account, or the ARN of a role.")),
        (
            "workloadIdentity",
            Shape.Object(
                "Identity on GKE.",
                ("clusterLocation", Shape.Text("Region or zone of the cluster.")),
                ("clusterName", Shape.Text("Name of the cluster.")),
                ("clusterProjectID", Shape.Text("Project of the cluster; the project of the secrets unless specified.")),
                ("serviceAccountRef", ServiceAccount)
            )
        ),
        ("serviceAccountRef", ServiceAccount with { Description = "Identity on EKS (IRSA)." })
    );

    private static readonly ObjectShape Secret = Shape.Object(
        "A Kubernetes Secret.",
        ("from", Shape.Texts("Keys of the catalog whose variables become its entries.", single: true)),
        ("extract", Shape.Texts("Keys of JSON secrets whose members all become entries.", single: true)),
        ("data", Shape.MapOf(CatalogShape.Template, "Further entries.")),
        ("namespace", Shape.Text("Its namespace, instead of the part's.")),
        ("resource", Shape.Text("Name of the ExternalSecret, if it is not the same.")),
        ("store", Shape.Object("The operator's store, instead of the part's.", ("name", StoreName), ("kind", StoreKind))),
        ("refreshInterval", Interval),
        ("refreshPolicy", Shape.Words("When the operator reads; Periodic unless specified.", "Periodic", "CreatedOnce", "OnChange")),
        ("creationPolicy", Shape.Words("Who owns it; Owner unless specified.", "Owner", "Orphan", "Merge", "CreateOrMerge", "None")),
        ("deletionPolicy", Shape.Words("What a deletion in the store means; Retain unless specified.", "Retain", "Delete", "Merge")),
        ("immutable", Shape.Flag("Whether it can never change; false unless specified.")),
        ("type", Shape.Text("Its type; Opaque unless specified.")),
        ("labels", Shape.MapOf(Shape.Value("A label."), "Its labels.")),
        ("annotations", Shape.MapOf(Shape.Value("An annotation."), "Its annotations.")),
        ("syncWindows", SyncWindows)
    );

    public static ObjectShape Part { get; } =
        Shape.Object(
            "External Secrets manifests.",
            ("namespace", Shape.Text("Namespace of the Kubernetes Secrets.")),
            ("context", Shape.Text("kubectl context.")),
            ("refreshInterval", Interval),
            ("pausePeriod", Pause),
            ("syncWindows", SyncWindows),
            ("store", Store),
            ("secrets", Shape.Named(Secret, CatalogShape.Name, "Kubernetes Secrets by name."))
        );
}
