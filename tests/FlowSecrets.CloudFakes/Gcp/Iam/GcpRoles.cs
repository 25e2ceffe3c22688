namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <param name="Stage">One that is DISABLED grants nothing.</param>
internal sealed record GcpRole(string Name, string Title, IReadOnlyList<string> Permissions, string Stage = "GA", bool IsDeleted = false);

/// <summary>Google's roles, as far as they touch what this fake serves, and custom ones.</summary>
internal sealed class GcpRoles
{
    private readonly Dictionary<string, GcpRole> _roles = GcpRoleTable.Roles().ToDictionary(static r => r.Name, StringComparer.Ordinal);

    public void Add(string name, IEnumerable<string> permissions) =>
        _roles[name] = new GcpRole(name, name.Split('/')[^1], [.. permissions]);

    /// <summary>What a custom role was set to; it keeps its permissions.</summary>
    public void Set(string name, string stage, bool isDeleted) => _roles[name] = _roles[name] with { Stage = stage, IsDeleted = isDeleted };

    public GcpRole? Find(string name) => _roles.GetValueOrDefault(name);

    public bool Includes(string role, string permission) =>
        Find(role) is { IsDeleted: false, Stage: not "DISABLED" } found && found.Permissions.Contains(permission, StringComparer.Ordinal);
}
