using FlowSecrets.Providers.Gcp.Connection;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>
/// What one command needs to know but once: what all secrets of the project inherit, what roles hold, whether the troubleshooter may be
/// asked.
/// </summary>
internal sealed class GcpSurvey
{
    private readonly Lazy<Task<GcpParents>> _parents;

    public GcpSurvey(GcpPlace at, GcpCaller caller, IIamServices cloud, CancellationToken cancellationToken)
    {
        _parents = new(() => GcpParents.ReadAsync(caller, cloud, at.Project, cancellationToken));
        Roles = new GcpRoleBook(caller, cloud);
        Troubleshooter = new GcpTroubleshooter(at, caller, cloud, this);
    }

    public GcpRoleBook Roles { get; }

    public GcpTroubleshooter Troubleshooter { get; }

    public Task<GcpParents> ParentsAsync() => _parents.Value;
}
