using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>getIamPolicy, setIamPolicy, testIamPermissions. Who asks is not looked at: what is denied is denied by the fault plan.</summary>
internal sealed class GcpIamOperations(GcpStore store, Func<string, string?, bool> isDenied)
{
    private const int ConditionalVersion = 3;

    /// <summary>The etag of a policy that was never set.</summary>
    private const string FirstEtag = "ACAB";

    public GcpResult Get(GcpCall call)
    {
        GcpSecret secret = store.Require(GcpRules.Key(store, call));
        int wanted = int.TryParse(call.Query("options.requestedPolicyVersion", "options.requested_policy_version"), out int given) ? given : 0;
        return wanted is not (0 or 1 or ConditionalVersion) ? throw GcpError.Field("options.requested_policy_version", "Invalid policy version.") : new GcpResult(Shown(secret.Policy, wanted));
    }

    public GcpResult Set(GcpCall call)
    {
        GcpSecret secret = store.Require(GcpRules.Key(store, call));
        JsonObject policy = call.Body().Object("policy") ?? throw GcpError.Required("policy");
        string current = EtagOf(secret.Policy);
        if (policy.Text("etag") is { Length: > 0 } sent && sent != current)
        {
            throw new GcpError(409, "ABORTED", $"There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff. The request's ETag '{sent}' did not match the current policy's ETag '{current}'.");
        }

        JsonArray bindings = GcpBindings.Checked(policy.Array("bindings"));
        int version = (int)(policy.Long("version") ?? 0);
        if (bindings.OfType<JsonObject>().Any(static b => b.Object("condition") is not null) && version != ConditionalVersion)
        {
            throw GcpError.Field("policy.version", "Specified policy contains conditions, but the version field is not set to 3. Set policy version to 3.");
        }

        JsonObject kept = new() { ["version"] = version == 0 ? 1 : version, ["etag"] = Convert.ToBase64String(Guid.NewGuid().ToByteArray().AsSpan(0, 8)) };
        if (bindings.Count > 0)
        {
            kept["bindings"] = bindings;
        }

        store.Save(secret.Key, secret with { Policy = kept });
        return new GcpResult((JsonObject)kept.DeepClone());
    }

    /// <summary>An absent secret has no permissions, and that is no error.</summary>
    public GcpResult Test(GcpCall call)
    {
        GcpSecret? secret = store.Find(GcpRules.Key(store, call));
        JsonArray granted = [];
        foreach (JsonNode? asked in call.Body().Array("permissions") ?? [])
        {
            string permission = (string)asked! ?? "";
            if (secret is not null && GcpOperations.OperationOf(permission) is { } operation && !isDenied(operation, call.Secret))
            {
                granted.Add(permission);
            }
        }

        return new GcpResult(granted.Count == 0 ? [] : new JsonObject { ["permissions"] = granted });
    }

    private static string EtagOf(JsonObject? policy) => policy?.Text("etag") ?? FirstEtag;

    /// <summary>Who does not ask for version 3 is shown conditional bindings under a name that says so, without their conditions.</summary>
    private static JsonObject Shown(JsonObject? policy, int wanted)
    {
        if (policy is null)
        {
            return new JsonObject { ["etag"] = FirstEtag };
        }

        JsonObject shown = (JsonObject)policy.DeepClone();
        foreach (JsonObject binding in wanted == ConditionalVersion ? [] : shown.Array("bindings")?.OfType<JsonObject>() ?? [])
        {
            if (binding.Remove("condition"))
            {
                binding["role"] = binding.Text("role") + "_withcond_8a7d0e6f3c2b1a095e4d";
                shown["version"] = 1;
            }
        }

        return shown;
    }
}
