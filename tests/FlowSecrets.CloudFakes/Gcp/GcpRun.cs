using FlowSecrets.CloudFakes.Gcp.Access;

namespace FlowSecrets.CloudFakes;

/// <summary>Services of Cloud Run for tests.</summary>
public sealed class GcpRun
{
    private readonly GcpWorld _world;

    internal GcpRun(GcpWorld world) => _world = world;

    /// <param name="serviceAccount">Its email; empty: the project's default account.</param>
    public void AddService(string project, string location, string service, string serviceAccount) => _world.Store.Run(() =>
    {
        _world.RunServices[_world.Names.Canonical($"projects/{project}/locations/{location}/services/{service}")] = serviceAccount;
        return true;
    });
}
