using FlowSecrets.CloudFakes.Gcp.CloudRun;
using FlowSecrets.CloudFakes.Gcp.SecretManager;

namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>All that is not a secret: who there is, what they may do, what surrounds the projects. One lock with the secrets.</summary>
internal sealed class GcpWorld
{
    public GcpWorld(GcpFakeOptions options, GcpProjects projects, GcpStore store, GcpApis apis)
    {
        (Options, Projects, Store, Apis) = (options, projects, store, apis);
        Names = new GcpNames(options.Project, projects);
        Hierarchy = new GcpHierarchy(Names);
        Policies = new GcpPolicies(store);
        Denies = new GcpDenies(Members);
        Authority = new GcpAuthority(store, Names, Hierarchy, Policies, Denies, Members, Roles, Bounded);
        Keys = new GcpKeys(this);
        Federation = new GcpFederation(this);
        Run = new GcpRunServices(this);
    }

    public GcpFakeOptions Options { get; }

    public GcpProjects Projects { get; }

    public GcpStore Store { get; }

    public GcpApis Apis { get; }

    public GcpNames Names { get; }

    public GcpHierarchy Hierarchy { get; }

    public GcpPolicies Policies { get; }

    public GcpMembers Members { get; } = new();

    public GcpRoles Roles { get; } = new();

    public GcpDenies Denies { get; }

    /// <summary>Members whose principal access boundary leaves nothing of here in.</summary>
    public HashSet<string> Bounded { get; } = new(StringComparer.Ordinal);

    public GcpAuthority Authority { get; }

    public GcpKeys Keys { get; }

    public GcpFederation Federation { get; }

    public GcpAuditLog Audit { get; } = new();

    public GcpRunServices Run { get; }

    /// <summary>Whether Policy Troubleshooter may not say who is in a group.</summary>
    public bool GroupsHidden { get; set; }
}
