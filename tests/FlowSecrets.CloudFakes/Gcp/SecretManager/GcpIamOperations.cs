using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>getIamPolicy, setIamPolicy, testIamPermissions of secrets.</summary>
internal sealed class GcpIamOperations(GcpWorld world, Func<string, string?, bool> isDenied)
{
    private readonly GcpStore _store = world.Store;

    public GcpResult Get(GcpCall call)
    {
        GcpSecret secret = _store.Require(GcpRules.Key(_store, call));
        return new GcpResult(GcpPolicyText.Shown(secret.Policy?.Shown, GcpInput.Version(call)));
    }

    public GcpResult Set(GcpCall call)
    {
        GcpSecret secret = _store.Require(GcpRules.Key(_store, call));
        JsonObject? before = secret.Policy?.Shown;
        JsonObject after = GcpPolicyText.Changed(before, call.Body());
        world.Policies.Save(secret.Key.Name, after);
        world.Audit.PolicySet(world.Projects.IdOf(secret.Key.Project), secret.Key.Name, call.Caller, before, after, _store.Now);
        return new GcpResult((JsonObject)after.DeepClone());
    }

    /// <summary>An absent secret has no permissions, and that is no error.</summary>
    public GcpResult Test(GcpCall call)
    {
        GcpSecret? secret = _store.Find(GcpRules.Key(_store, call));
        JsonArray granted = [];
        foreach (JsonNode? asked in call.Body().Array("permissions") ?? [])
        {
            string permission = (string)asked! ?? "";
            if (
                secret is not null
                && GcpOperations.OperationOf(permission) is { } operation
                && !isDenied(operation, call.Secret)
                && world.Authority.Allows(call.Caller, permission, secret.Key.Name)
            )
            {
                granted.Add(permission);
            }
        }

        return new GcpResult(granted.Count == 0 ? [] : new JsonObject { ["permissions"] = granted });
    }
}
