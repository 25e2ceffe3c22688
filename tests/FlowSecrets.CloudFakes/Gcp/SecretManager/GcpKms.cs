using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>Keys of Cloud KMS for tests, each with one version. Their policies are set as any other's.</summary>
public sealed class GcpKms
{
    private readonly GcpWorld _world;

    internal GcpKms(GcpWorld world) => _world = world;

    /// <summary>Until a key is added it can always be used; from then on its policy and its state count.</summary>
    /// <param name="name">projects/P/locations/L/keyRings/R/cryptoKeys/K.</param>
    public void AddKey(string name) => SetState(name, GcpKeys.Enabled);

    /// <param name="state">ENABLED, DISABLED, DESTROY_SCHEDULED or DESTROYED.</param>
    public void SetState(string name, string state) =>
        _world.Store.Run(() =>
        {
            _world.Keys.SetState(_world.Names.Canonical(name), state);
            return true;
        });

    /// <summary>Secret Manager's service account in the project, which is the one that uses keys.</summary>
    public string ServiceAgent(string project) => GcpKeys.AgentOf(_world.Projects.NumberOf(project));
}
