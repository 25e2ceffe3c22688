namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>Which roles hold what. Of Google's own roles, those that matter for secrets; all others are asked for.</summary>
internal static class GcpRoles
{
    public const string Access = "secretmanager.versions.access";
    public const string Add = "secretmanager.versions.add";
    public const string SetPolicy = "secretmanager.secrets.setIamPolicy";

    public const string Admin = "roles/secretmanager.admin";

    private const string Update = "secretmanager.secrets.update";
    private const string Delete = "secretmanager.secrets.delete";
    private const string Disable = "secretmanager.versions.disable";
    private const string Enable = "secretmanager.versions.enable";
    private const string Destroy = "secretmanager.versions.destroy";
    private const string Get = "secretmanager.secrets.get";
    private const string List = "secretmanager.secrets.list";
    private const string GetVersion = "secretmanager.versions.get";
    private const string ListVersions = "secretmanager.versions.list";
    public const string GetPolicy = "secretmanager.secrets.getIamPolicy";
    private const string Create = "secretmanager.secrets.create";

    /// <summary>cloud.google.com/secret-manager/docs/access-control, and of the basic roles what IAM's role reference says.</summary>
    private static readonly Dictionary<string, HashSet<string>> Known = new(StringComparer.Ordinal)
    {
        ["roles/secretmanager.secretAccessor"] = [Access],
        ["roles/secretmanager.secretVersionAdder"] = [Add],
        ["roles/secretmanager.secretVersionManager"] = [Add, Disable, Enable, Destroy, GetVersion, ListVersions],
        ["roles/secretmanager.viewer"] = [Get, List, GetVersion, ListVersions, GetPolicy],
        ["roles/secretmanager.admin"] =
        [
            Access,
            Add,
            SetPolicy,
            Update,
            Delete,
            Disable,
            Enable,
            Destroy,
            Get,
            List,
            GetVersion,
            ListVersions,
            GetPolicy,
            Create,
        ],
        ["roles/owner"] =
        [
            Access,
            Add,
            SetPolicy,
            Update,
            Delete,
            Disable,
            Enable,
            Destroy,
            Get,
            List,
            GetVersion,
            ListVersions,
            GetPolicy,
            Create,
        ],
        ["roles/editor"] = [Add, Update, Delete, Disable, Enable, Destroy, Get, List, GetVersion, ListVersions, GetPolicy, Create],
        ["roles/viewer"] = [Get, List, GetVersion, ListVersions, GetPolicy],
        ["roles/iam.securityAdmin"] = [SetPolicy, GetPolicy, List],
        ["roles/iam.securityReviewer"] = [GetPolicy, List],
    };

    /// <summary>Secret Manager's own roles, from the one that lets do least to the one that lets do everything.</summary>
    private static readonly string[] Smallest =
    [
        "roles/secretmanager.secretAccessor",
        "roles/secretmanager.secretVersionAdder",
        "roles/secretmanager.viewer",
        "roles/secretmanager.secretVersionManager",
        Admin,
    ];

    /// <summary>What a permission of ours needs, the telling one first.</summary>
    public static IReadOnlyList<string> PermissionsOf(SecretPermission permission) =>
        permission switch
        {
            SecretPermission.Read => [Access],
            SecretPermission.Write => [Add],
            _ => [Update, Delete, Disable, SetPolicy],
        };

    /// <summary>The least role for it.</summary>
    public static string RoleOf(SecretPermission permission) =>
        permission switch
        {
            SecretPermission.Read => "roles/secretmanager.secretAccessor",
            SecretPermission.Write => "roles/secretmanager.secretVersionAdder",
            _ => Admin,
        };

    /// <summary>The least role for one of the service's own permissions.</summary>
    public static string RoleFor(string permission) => Smallest.FirstOrDefault(r => Known[r].Contains(permission)) ?? Admin;

    /// <returns>Null: it must be asked for.</returns>
    public static IReadOnlySet<string>? Find(string role) => Known.GetValueOrDefault(role);

    /// <summary>What of ours these permissions hold.</summary>
    public static IReadOnlyList<SecretPermission> Held(IReadOnlySet<string> permissions) =>
        [.. Enum.GetValues<SecretPermission>().Where(p => PermissionsOf(p).All(permissions.Contains))];

    /// <summary>The permission that this is the least role for; null: it is another one.</summary>
    public static SecretPermission? Exactly(string role) =>
        Enum.GetValues<SecretPermission>().Where(p => RoleOf(p) == role).Select(static p => (SecretPermission?)p).FirstOrDefault();
}
