namespace FlowSecrets.CloudFakes.Gcp.Iam;

internal sealed record GcpRole(string Name, string Title, IReadOnlyList<string> Permissions);

/// <summary>Google's roles, as far as they touch what this fake serves, and custom ones.</summary>
internal sealed class GcpRoles
{
    private readonly Dictionary<string, GcpRole> _roles = GcpRoleTable.Roles().ToDictionary(static r => r.Name, StringComparer.Ordinal);

    public void Add(string name, IEnumerable<string> permissions) =>
        _roles[name] = new GcpRole(name, name.Split('/')[^1], [.. permissions]);

    public GcpRole? Find(string name) => _roles.GetValueOrDefault(name);

    public bool Includes(string role, string permission) => Find(role)?.Permissions.Contains(permission, StringComparer.Ordinal) == true;
}
