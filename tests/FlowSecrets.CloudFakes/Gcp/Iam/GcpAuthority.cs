using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.SecretManager;

namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>
/// Who may do what: principal access boundaries and deny policies first, then bindings from the resource up to the organisation.
/// </summary>
internal sealed class GcpAuthority(
    GcpStore store,
    GcpNames names,
    GcpHierarchy hierarchy,
    GcpPolicies policies,
    GcpDenies denies,
    GcpMembers members,
    GcpRoles roles,
    IReadOnlySet<string> bounded
)
{
    /// <param name="resource">A name in any spelling; conditions see it with the project's number.</param>
    public bool Allows(string caller, string permission, string resource)
    {
        string name = names.Canonical(resource);
        IReadOnlyList<string> chain = hierarchy.Chain(name);
        return !bounded.Contains(caller)
            && !chain
                .SelectMany(denies.On)
                .SelectMany(static p => p.Rules)
                .Any(r => denies.Matches(r, caller, permission) && Holds(r.Object("denialCondition"), name, store.Now) == GcpTruth.Yes)
            && chain
                .SelectMany(r => GcpPolicies.Bindings(policies.InForce(r)))
                .Any(b =>
                    roles.Includes(b.Text("role") ?? "", permission)
                    && HasMember(b, caller)
                    && Holds(b.Object("condition"), name, store.Now) == GcpTruth.Yes
                );
    }

    public bool Allows(GcpCaller caller, string permission, string resource) =>
        caller.MayAll || Allows(caller.Member, permission, resource);

    public bool HasMember(JsonObject binding, string caller) => GcpPolicies.MembersOf(binding).Any(m => Means(m, caller));

    public bool Means(string member, string caller) => members.Means(member, caller, Holders);

    /// <param name="name">Null: not known. Time: likewise.</param>
    public static GcpTruth Holds(JsonObject? condition, string? name, DateTimeOffset? time) =>
        condition is null
            ? GcpTruth.Yes
            : GcpCondition.Evaluate(condition.Text("expression"), time, field => field == "resource.name" ? name : null);

    private IEnumerable<string> Holders(string project, string role) =>
        GcpPolicies
            .Bindings(policies.InForce(names.Canonical("projects/" + project)))
            .Where(b => b.Text("role") == role)
            .SelectMany(GcpPolicies.MembersOf)
            .Where(static m => !m.StartsWith("project", StringComparison.Ordinal));
}
