using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>
/// Identities, policies and what they hang on, for tests. Resources are named as their APIs name them, projects by id or number:
/// projects/flow-test, folders/111, organizations/222, projects/flow-test/secrets/db.
/// </summary>
public sealed class GcpIam
{
    private readonly GcpWorld _world;

    internal GcpIam(GcpWorld world) => _world = world;

    /// <summary>How long a changed allow policy takes to be in force; readers see it at once.</summary>
    public TimeSpan PropagationDelay
    {
        get => Locked(() => _world.Policies.Delay);
        set => Locked(() => _world.Policies.Delay = value);
    }

    /// <summary>Whether Policy Troubleshooter says of groups that it may not look into them.</summary>
    public bool GroupsHidden
    {
        get => Locked(() => _world.GroupsHidden);
        set => Locked(() => _world.GroupsHidden = value);
    }

    /// <param name="above">folders/… and at last organizations/…, from the nearest to the farthest; none: the project has no
    /// parent.</param>
    public void SetAncestry(string project, params string[] above) => Locked(() => _world.Hierarchy.Set(project, above));

    public void Grant(string resource, string member, string role, string? condition = null) =>
        Locked(() =>
        {
            JsonObject binding = new() { ["role"] = role, ["members"] = new JsonArray(member) };
            if (condition is not null)
            {
                binding["condition"] = new JsonObject { ["expression"] = condition, ["title"] = "condition" };
            }

            Change(resource, bindings => bindings.Add(binding));
        });

    /// <summary>From every binding of the role, whatever its condition.</summary>
    public void Revoke(string resource, string member, string role) =>
        Locked(() =>
            Change(
                resource,
                bindings =>
                {
                    foreach (
                        JsonArray members in bindings
                            .OfType<JsonObject>()
                            .Where(b => b.Text("role") == role)
                            .Select(static b => b.Array("members"))
                            .OfType<JsonArray>()
                    )
                    {
                        members.RemoveAll(m => (string?)m == member);
                    }
                }
            )
        );

    /// <summary>The whole policy, as setIamPolicy takes it; without an etag it overwrites.</summary>
    public void SetPolicy(string resource, JsonObject policy) =>
        Locked(() =>
            Set(
                _world.Names.Canonical(resource),
                new JsonObject { ["policy"] = policy.DeepClone(), ["updateMask"] = "bindings,etag,auditConfigs" }
            )
        );

    /// <returns>As getIamPolicy shows it, with conditions.</returns>
    public JsonObject Policy(string resource) =>
        Locked(() => GcpPolicyText.Shown(_world.Policies.Shown(_world.Names.Canonical(resource)), 3));

    /// <summary>A principal access boundary policy leaves a member no resource of here.</summary>
    public void Bound(string member) => Locked(() => _world.Bounded.Add(member));

    /// <summary>Attaches a deny policy.</summary>
    /// <param name="attachmentPoint">projects/…, folders/… or organizations/…, with or without the service before it.</param>
    /// <param name="principals">As deny policies write them (principal://…), or as bindings do (user:…).</param>
    /// <param name="permissions">secretmanager.versions.access or secretmanager.googleapis.com/versions.access.</param>
    /// <returns>The policy's id.</returns>
    public string Deny(
        string attachmentPoint,
        IEnumerable<string> principals,
        IEnumerable<string> permissions,
        params string[] exceptionPrincipals
    ) =>
        Locked(() =>
        {
            string attachment = _world.Names.Canonical(attachmentPoint);
            JsonObject rule = new()
            {
                ["deniedPrincipals"] = Texts(principals.Select(GcpMembers.ForDeny)),
                ["deniedPermissions"] = Texts(permissions.Select(GcpDenies.FullPermission)),
            };
            if (exceptionPrincipals.Length > 0)
            {
                rule["exceptionPrincipals"] = Texts(exceptionPrincipals.Select(GcpMembers.ForDeny));
            }

            string id = $"deny-{_world.Denies.On(attachment).Count + 1}";
            _world.Denies.Save(
                attachment,
                id,
                new JsonObject { ["displayName"] = id, ["rules"] = new JsonArray(new JsonObject { ["denyRule"] = rule }) },
                _world.Store.Now
            );
            return id;
        });

    public void Group(string group, params string[] members) => Locked(() => _world.Members.SetGroup(group, members));

    /// <summary>A custom role: projects/P/roles/R or organizations/O/roles/R.</summary>
    public void AddRole(string name, params string[] permissions) => Locked(() => _world.Roles.Add(name, permissions));

    /// <param name="stage">ALPHA, BETA, GA, DEPRECATED, DISABLED, EAP.</param>
    public void SetRole(string name, string stage = "GA", bool isDeleted = false) => Locked(() => _world.Roles.Set(name, stage, isDeleted));

    /// <summary>
    /// What a federated identity's token says of it, for principalSet://…/attribute.NAME/VALUE. An exchanged token sets it too.
    /// </summary>
    public void SetAttribute(string principal, string name, string value) =>
        Locked(() => _world.Members.SetAttribute(principal, name, value));

    /// <param name="name">projects/P/locations/global/workloadIdentityPools/POOL/providers/PROVIDER.</param>
    /// <param name="mapping">google.subject and attribute.… from assertion.…</param>
    public void AddProvider(string name, string issuer, IReadOnlyDictionary<string, string> mapping, string? condition = null) =>
        Locked(() => _world.Federation.Add(new GcpProvider(_world.Names.Canonical(name), issuer, mapping, condition)));

    /// <returns>What authorization says now.</returns>
    public bool Allows(string member, string permission, string resource) =>
        Locked(() => _world.Authority.Allows(member, permission, resource));

    private void Change(string resource, Action<JsonArray> change)
    {
        string name = _world.Names.Canonical(resource);
        JsonObject policy = (JsonObject?)_world.Policies.Shown(name)?.DeepClone() ?? [];
        JsonArray bindings = policy.Array("bindings") ?? [];
        policy["bindings"] = bindings.Parent is null ? bindings : bindings.DeepClone();
        change((JsonArray)policy["bindings"]!);
        policy["version"] = 3;
        Set(name, new JsonObject { ["policy"] = policy });
    }

    private void Set(string name, JsonObject request)
    {
        JsonObject? before = _world.Policies.Shown(name);
        JsonObject after = GcpPolicyText.Changed(before, (JsonObject)JsonNode.Parse(request.ToJsonString())!);
        _world.Policies.Save(name, after);
        if (GcpPath.Parse("/v1/" + name) is { Secret: not null } path)
        {
            _world.Audit.PolicySet(_world.Projects.IdOf(path.Project), name, GcpCaller.Owner, before, after, _world.Store.Now);
        }
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(static t => (JsonNode?)t)];

    private void Locked(Action action) =>
        _world.Store.Run(() =>
        {
            action();
            return true;
        });

    private T Locked<T>(Func<T> action) => _world.Store.Run(action);
}
