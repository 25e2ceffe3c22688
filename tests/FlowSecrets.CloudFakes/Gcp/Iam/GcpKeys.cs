using FlowSecrets.CloudFakes.Gcp.SecretManager;

namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>Keys of Cloud KMS, each with one version. A key that was never added can always be used.</summary>
internal sealed class GcpKeys(GcpWorld world)
{
    public const string Enabled = "ENABLED";

    private readonly Dictionary<string, string> _states = new(StringComparer.Ordinal);

    public static string AgentOf(string number) => $"serviceAccount:service-{number}@gcp-sa-secretmanager.iam.gserviceaccount.com";

    public string? StateOf(string canonical) => _states.GetValueOrDefault(canonical);

    public void SetState(string canonical, string state) => _states[canonical] = state;

    /// <summary>Secret Manager's own service account uses the key, not who asks for the secret.</summary>
    public void CheckUse(GcpSecret secret, string permission)
    {
        foreach (string key in KeysOf(secret).Where(k => _states.ContainsKey(world.Names.Canonical(k))))
        {
            string name = world.Names.Canonical(key);
            if (!world.Authority.Allows(AgentOf(secret.Key.Project), permission, name))
            {
                throw GcpError.Precondition($"Permission '{permission}' denied on resource '{key}' (or it may not exist).");
            }

            if (_states[name] != Enabled)
            {
                throw GcpError.Precondition($"{key}/cryptoKeyVersions/1 is not enabled, current state is: {_states[name]}.");
            }
        }
    }

    private static IEnumerable<string> KeysOf(GcpSecret secret)
    {
        IEnumerable<System.Text.Json.Nodes.JsonObject?> encryptions =
        [
            secret.Encryption,
            secret.Replication?.Object("automatic")?.Object("customerManagedEncryption"),
            .. (secret.Replication?.Object("userManaged")?.Array("replicas") ?? [])
                .OfType<System.Text.Json.Nodes.JsonObject>()
                .Select(static r => r.Object("customerManagedEncryption")),
        ];
        return encryptions.Select(static e => e?.Text("kmsKeyName")).OfType<string>();
    }
}
