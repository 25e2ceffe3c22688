namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>Which permissions of the served services a predefined role includes.</summary>
internal static class GcpRoleTable
{
    private const string UpdateProvider = "iam.googleapis.com/workloadIdentityPoolProviders.update";

    private static readonly string[] Browse = ["resourcemanager.projects.get", "resourcemanager.projects.list"];

    private static readonly string[] SecretRead = Of(
        "secretmanager",
        "locations.get locations.list secrets.get secrets.getIamPolicy secrets.list versions.get versions.list"
    );
    private static readonly string[] SecretChange = Of(
        "secretmanager",
        "secrets.create secrets.delete secrets.update versions.add versions.destroy versions.disable versions.enable"
    );
    private static readonly string[] KeyRead = Of(
        "cloudkms",
        "cryptoKeyVersions.get cryptoKeyVersions.list cryptoKeys.get cryptoKeys.getIamPolicy cryptoKeys.list keyRings.get "
            + "keyRings.getIamPolicy keyRings.list locations.get locations.list"
    );
    private static readonly string[] KeyChange = Of(
        "cloudkms",
        "cryptoKeyVersions.create cryptoKeyVersions.update cryptoKeys.create cryptoKeys.update keyRings.create"
    );
    private static readonly string[] KeyUse = Of("cloudkms", "cryptoKeyVersions.useToDecrypt cryptoKeyVersions.useToEncrypt");
    private static readonly string[] AccountRead = Of("iam", "serviceAccounts.get serviceAccounts.getIamPolicy serviceAccounts.list");
    private static readonly string[] ServiceRead = Of("serviceusage", "operations.get quotas.get services.get services.list");
    private static readonly string[] RunRead = Of(
        "run",
        "operations.get revisions.get revisions.list services.get services.getIamPolicy services.list"
    );
    private static readonly string[] Logs = Of("logging", "logEntries.list logs.list");
    private static readonly string[] Pools =
    [
        "iam.googleapis.com/workloadIdentityPools.get",
        "iam.googleapis.com/workloadIdentityPools.list",
        "iam.googleapis.com/workloadIdentityPoolProviders.get",
        "iam.googleapis.com/workloadIdentityPoolProviders.list",
    ];
    private static readonly string[] PolicyRead =
    [
        .. Of("resourcemanager", "projects.getIamPolicy folders.getIamPolicy organizations.getIamPolicy"),
        "secretmanager.secrets.getIamPolicy",
        "cloudkms.cryptoKeys.getIamPolicy",
        "cloudkms.keyRings.getIamPolicy",
        "iam.serviceAccounts.getIamPolicy",
        "run.services.getIamPolicy",
    ];
    private static readonly string[] PolicyWrite =
    [
        .. PolicyRead.Select(static p => p.Replace(".getIamPolicy", ".setIamPolicy", StringComparison.Ordinal)),
    ];
    private static readonly string[] Lists =
    [
        "secretmanager.locations.list",
        "secretmanager.secrets.list",
        "secretmanager.versions.list",
        "cloudkms.cryptoKeys.list",
        "cloudkms.cryptoKeyVersions.list",
        "cloudkms.keyRings.list",
        "iam.denypolicies.list",
        "iam.roles.get",
        "iam.roles.list",
        "iam.serviceAccounts.get",
        "iam.serviceAccounts.list",
        "resourcemanager.projects.list",
        "resourcemanager.folders.list",
        "run.services.list",
        "serviceusage.services.list",
        .. Logs,
    ];

    private static readonly string[] Viewer =
    [
        .. Browse,
        "resourcemanager.projects.getIamPolicy",
        "iam.roles.get",
        "iam.roles.list",
        "iam.denypolicies.get",
        "iam.denypolicies.list",
        .. SecretRead,
        .. KeyRead,
        .. AccountRead,
        .. ServiceRead,
        .. RunRead,
        .. Logs,
        .. Pools,
    ];
    private static readonly string[] Editor =
    [
        .. Viewer,
        "resourcemanager.projects.update",
        "iam.serviceAccounts.actAs",
        "run.services.update",
        "serviceusage.services.enable",
        "serviceusage.services.disable",
        "serviceusage.services.use",
        .. SecretChange,
        .. KeyChange,
    ];

    public static IEnumerable<GcpRole> Roles() => [.. Basic(), .. Secrets(), .. Identities(), .. Resources(), .. Keys(), .. Services()];

    private static GcpRole[] Basic() =>
        [
            new(
                "roles/owner",
                "Owner",
                [
                    .. Editor,
                    "secretmanager.versions.access",
                    "secretmanager.secrets.setIamPolicy",
                    "resourcemanager.projects.setIamPolicy",
                    "cloudkms.cryptoKeys.setIamPolicy",
                    "iam.serviceAccounts.setIamPolicy",
                    "logging.privateLogEntries.list",
                    "run.services.setIamPolicy",
                    UpdateProvider,
                    .. KeyUse,
                ]
            ),
            new("roles/editor", "Editor", Editor),
            new("roles/viewer", "Viewer", Viewer),
            new(
                "roles/browser",
                "Browser",
                [
                    .. Browse,
                    "resourcemanager.projects.getIamPolicy",
                    "resourcemanager.folders.get",
                    "resourcemanager.folders.list",
                    "resourcemanager.organizations.get",
                ]
            ),
        ];

    private static GcpRole[] Secrets() =>
        [
            new(
                "roles/secretmanager.admin",
                "Secret Manager Admin",
                [.. Browse, .. SecretRead, .. SecretChange, "secretmanager.secrets.setIamPolicy", "secretmanager.versions.access"]
            ),
            new("roles/secretmanager.secretAccessor", "Secret Manager Secret Accessor", [.. Browse, "secretmanager.versions.access"]),
            new("roles/secretmanager.secretVersionAdder", "Secret Manager Secret Version Adder", [.. Browse, "secretmanager.versions.add"]),
            new(
                "roles/secretmanager.secretVersionManager",
                "Secret Manager Secret Version Manager",
                [
                    .. Browse,
                    .. Of("secretmanager", "versions.add versions.destroy versions.disable versions.enable versions.get versions.list"),
                ]
            ),
            new("roles/secretmanager.viewer", "Secret Manager Viewer", [.. Browse, .. SecretRead]),
        ];

    private static GcpRole[] Identities() =>
        [
            new("roles/iam.securityReviewer", "Security Reviewer", [.. PolicyRead, .. Lists]),
            new("roles/iam.securityAdmin", "Security Admin", [.. PolicyRead, .. PolicyWrite, .. Lists]),
            new(
                "roles/iam.roleViewer",
                "Role Viewer",
                [.. Browse, "resourcemanager.projects.getIamPolicy", "iam.roles.get", "iam.roles.list"]
            ),
            new(
                "roles/iam.workloadIdentityUser",
                "Workload Identity User",
                Of("iam", "serviceAccounts.get serviceAccounts.getAccessToken serviceAccounts.getOpenIdToken serviceAccounts.list")
            ),
            new("roles/iam.workloadIdentityPoolAdmin", "IAM Workload Identity Pool Admin", [.. Browse, .. Pools, UpdateProvider]),
            new("roles/iam.workloadIdentityPoolViewer", "IAM Workload Identity Pool Viewer", [.. Browse, .. Pools]),
            new(
                "roles/iam.serviceAccountTokenCreator",
                "Service Account Token Creator",
                [
                    .. Browse,
                    .. Of(
                        "iam",
                        "serviceAccounts.get serviceAccounts.getAccessToken serviceAccounts.getOpenIdToken "
                            + "serviceAccounts.implicitDelegation serviceAccounts.list serviceAccounts.signBlob serviceAccounts.signJwt"
                    ),
                ]
            ),
            new(
                "roles/iam.serviceAccountUser",
                "Service Account User",
                [.. Browse, .. Of("iam", "serviceAccounts.actAs serviceAccounts.get serviceAccounts.list")]
            ),
            new("roles/iam.serviceAccountAdmin", "Service Account Admin", [.. Browse, .. AccountRead, "iam.serviceAccounts.setIamPolicy"]),
            new("roles/iam.denyReviewer", "Deny Reviewer", Of("iam", "denypolicies.get denypolicies.list")),
            new(
                "roles/iam.denyAdmin",
                "Deny Admin",
                Of("iam", "denypolicies.create denypolicies.delete denypolicies.get denypolicies.list denypolicies.update")
            ),
        ];

    private static GcpRole[] Resources() =>
        [
            new(
                "roles/resourcemanager.projectIamAdmin",
                "Project IAM Admin",
                ["resourcemanager.projects.get", "resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy"]
            ),
            new(
                "roles/resourcemanager.folderViewer",
                "Folder Viewer",
                [.. Browse, "resourcemanager.folders.get", "resourcemanager.folders.list"]
            ),
            new("roles/resourcemanager.organizationViewer", "Organization Viewer", ["resourcemanager.organizations.get"]),
        ];

    private static GcpRole[] Keys() =>
        [
            new(
                "roles/cloudkms.admin",
                "Cloud KMS Admin",
                ["resourcemanager.projects.get", .. KeyRead, .. KeyChange, "cloudkms.cryptoKeys.setIamPolicy"]
            ),
            new(
                "roles/cloudkms.viewer",
                "Cloud KMS Viewer",
                [
                    "resourcemanager.projects.get",
                    .. Of(
                        "cloudkms",
                        "cryptoKeyVersions.get cryptoKeyVersions.list cryptoKeys.get cryptoKeys.list keyRings.get keyRings.list "
                            + "locations.get locations.list"
                    ),
                ]
            ),
            new(
                "roles/cloudkms.cryptoKeyEncrypterDecrypter",
                "Cloud KMS CryptoKey Encrypter/Decrypter",
                ["resourcemanager.projects.get", "cloudkms.locations.get", "cloudkms.locations.list", .. KeyUse]
            ),
            new(
                "roles/cloudkms.cryptoKeyDecrypter",
                "Cloud KMS CryptoKey Decrypter",
                [
                    "resourcemanager.projects.get",
                    "cloudkms.locations.get",
                    "cloudkms.locations.list",
                    "cloudkms.cryptoKeyVersions.useToDecrypt",
                ]
            ),
            new(
                "roles/cloudkms.cryptoKeyEncrypter",
                "Cloud KMS CryptoKey Encrypter",
                [
                    "resourcemanager.projects.get",
                    "cloudkms.locations.get",
                    "cloudkms.locations.list",
                    "cloudkms.cryptoKeyVersions.useToEncrypt",
                ]
            ),
        ];

    private static GcpRole[] Services() =>
        [
            new(
                "roles/serviceusage.serviceUsageAdmin",
                "Service Usage Admin",
                [.. ServiceRead, "serviceusage.services.enable", "serviceusage.services.disable", "serviceusage.services.use"]
            ),
            new("roles/serviceusage.serviceUsageConsumer", "Service Usage Consumer", [.. ServiceRead, "serviceusage.services.use"]),
            new("roles/run.viewer", "Cloud Run Viewer", [.. Browse, .. RunRead]),
            new("roles/run.developer", "Cloud Run Developer", [.. Browse, .. RunRead, "run.services.update"]),
            new("roles/run.admin", "Cloud Run Admin", [.. Browse, .. RunRead, "run.services.update", "run.services.setIamPolicy"]),
            new("roles/logging.viewer", "Logs Viewer", ["resourcemanager.projects.get", .. Logs]),
            new(
                "roles/logging.privateLogViewer",
                "Private Logs Viewer",
                ["resourcemanager.projects.get", .. Logs, "logging.privateLogEntries.list"]
            ),
        ];

    private static string[] Of(string service, string permissions) => [.. permissions.Split(' ').Select(p => $"{service}.{p}")];
}
