using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.SecretManager;

namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>Allow policies by canonical name. A secret's lies with the secret and ends with it.</summary>
internal sealed class GcpPolicies(GcpStore store)
{
    private readonly Dictionary<string, GcpPolicyState> _states = new(StringComparer.Ordinal);

    /// <summary>How long a changed policy takes until authorization sees it.</summary>
    public TimeSpan Delay { get; set; }

    public JsonObject? Shown(string canonical) => StateOf(canonical)?.Shown;

    public JsonObject? InForce(string canonical) => StateOf(canonical)?.InForce(store.Now);

    public void Save(string canonical, JsonObject policy)
    {
        GcpPolicyState changed = (StateOf(canonical) ?? new GcpPolicyState()).With(policy, store.Now + Delay, store.Now);
        if (KeyOf(canonical) is { } key)
        {
            store.Save(key, store.Require(key) with { Policy = changed });
        }
        else
        {
            _states[canonical] = changed;
        }
    }

    public static IEnumerable<JsonObject> Bindings(JsonObject? policy) => (policy?.Array("bindings") ?? []).OfType<JsonObject>();

    public static IEnumerable<string> MembersOf(JsonObject binding) =>
        (binding.Array("members") ?? []).Select(static m => (string?)m ?? "");

    private GcpPolicyState? StateOf(string canonical) =>
        KeyOf(canonical) is { } key ? store.Find(key)?.Policy : _states.GetValueOrDefault(canonical);

    /// <returns>Null: it is no secret.</returns>
    private GcpKey? KeyOf(string canonical)
    {
        GcpPath path = GcpPath.Parse("/v1/" + canonical);
        return path is { Secret: not null, Version: null } ? store.KeyOf(path) : null;
    }
}
