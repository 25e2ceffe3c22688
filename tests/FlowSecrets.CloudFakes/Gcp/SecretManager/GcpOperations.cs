namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>The operations' names and the permissions that they need.</summary>
internal static class GcpOperations
{
    public const string CreateSecret = "CreateSecret";
    public const string GetSecret = "GetSecret";
    public const string ListSecrets = "ListSecrets";
    public const string UpdateSecret = "UpdateSecret";
    public const string DeleteSecret = "DeleteSecret";
    public const string AddSecretVersion = "AddSecretVersion";
    public const string GetSecretVersion = "GetSecretVersion";
    public const string ListSecretVersions = "ListSecretVersions";
    public const string AccessSecretVersion = "AccessSecretVersion";
    public const string EnableSecretVersion = "EnableSecretVersion";
    public const string DisableSecretVersion = "DisableSecretVersion";
    public const string DestroySecretVersion = "DestroySecretVersion";
    public const string GetIamPolicy = "GetIamPolicy";
    public const string SetIamPolicy = "SetIamPolicy";
    public const string TestIamPermissions = "TestIamPermissions";
    public const string ListLocations = "ListLocations";
    public const string GetLocation = "GetLocation";
    public const string Unknown = "Unknown";

    private static readonly Dictionary<string, string> Permissions = new(StringComparer.Ordinal)
    {
        [CreateSecret] = "secretmanager.secrets.create",
        [GetSecret] = "secretmanager.secrets.get",
        [ListSecrets] = "secretmanager.secrets.list",
        [UpdateSecret] = "secretmanager.secrets.update",
        [DeleteSecret] = "secretmanager.secrets.delete",
        [AddSecretVersion] = "secretmanager.versions.add",
        [GetSecretVersion] = "secretmanager.versions.get",
        [ListSecretVersions] = "secretmanager.versions.list",
        [AccessSecretVersion] = "secretmanager.versions.access",
        [EnableSecretVersion] = "secretmanager.versions.enable",
        [DisableSecretVersion] = "secretmanager.versions.disable",
        [DestroySecretVersion] = "secretmanager.versions.destroy",
        [GetIamPolicy] = "secretmanager.secrets.getIamPolicy",
        [SetIamPolicy] = "secretmanager.secrets.setIamPolicy",
        [ListLocations] = "secretmanager.locations.list",
        [GetLocation] = "secretmanager.locations.get",
    };

    public static string PermissionOf(string operation) => Permissions.GetValueOrDefault(operation, "secretmanager.unknown");

    /// <returns>Null: no operation needs it.</returns>
    public static string? OperationOf(string permission) => Permissions.FirstOrDefault(p => p.Value == permission).Key;

    public static string Of(string method, GcpPath path) =>
        (method, path.Collection, path.IsMember, path.Verb) switch
        {
            ("POST", GcpPath.Secrets, false, null) => CreateSecret,
            ("GET", GcpPath.Secrets, false, null) => ListSecrets,
            ("GET", GcpPath.Secrets, true, null) => GetSecret,
            ("PATCH", GcpPath.Secrets, true, null) => UpdateSecret,
            ("DELETE", GcpPath.Secrets, true, null) => DeleteSecret,
            ("POST", GcpPath.Secrets, true, "addVersion") => AddSecretVersion,
            ("GET", GcpPath.Secrets, true, "getIamPolicy") => GetIamPolicy,
            ("POST", GcpPath.Secrets, true, "setIamPolicy") => SetIamPolicy,
            ("POST", GcpPath.Secrets, true, "testIamPermissions") => TestIamPermissions,
            ("GET", GcpPath.Versions, false, null) => ListSecretVersions,
            ("GET", GcpPath.Versions, true, null) => GetSecretVersion,
            ("GET", GcpPath.Versions, true, "access") => AccessSecretVersion,
            ("POST", GcpPath.Versions, true, "enable") => EnableSecretVersion,
            ("POST", GcpPath.Versions, true, "disable") => DisableSecretVersion,
            ("POST", GcpPath.Versions, true, "destroy") => DestroySecretVersion,
            ("GET", GcpPath.Locations, false, null) => ListLocations,
            ("GET", GcpPath.Locations, true, null) => GetLocation,
            _ => Unknown,
        };
}
