using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.SecretManager;

namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>What a policy must be to be set, and how it is shown. What was sent is kept as it was sent.</summary>
internal static class GcpPolicyText
{
    private const int ConditionalVersion = 3;

    /// <summary>The etag of a policy that was never set.</summary>
    private const string FirstEtag = "ACAB";

    /// <summary>The etag is of bytes, and comes back in either alphabet of base64.</summary>
    /// <param name="request">The body of setIamPolicy.</param>
    public static JsonObject Changed(JsonObject? current, JsonObject request)
    {
        JsonObject policy = request.Object("policy") ?? throw GcpError.Required("policy");
        string etag = current?.Text("etag") ?? FirstEtag;
        if (policy.Text("etag") is { Length: > 0 } sent && sent.Replace('-', '+').Replace('_', '/') != etag)
        {
            throw new GcpError(
                409,
                "ABORTED",
                $"There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff. The "
                    + $"request's ETag '{sent}' did not match the current policy's ETag '{etag}'."
            );
        }

        JsonArray bindings = GcpBindings.Checked(policy.Array("bindings"));
        int version = (int)(policy.Long("version") ?? 0);
        bool isConditional = bindings.OfType<JsonObject>().Any(static b => b.Object("condition") is not null);
        if (isConditional && version != ConditionalVersion)
        {
            throw GcpError.Field(
                "policy.version",
                "Specified policy contains conditions, but the version field is not set to 3. Set policy version to 3."
            );
        }

        return Kept(policy, current, bindings, isConditional ? ConditionalVersion : 1, request.Text("updateMask"));
    }

    /// <summary>Who does not ask for version 3 is shown conditional bindings under a name that says so, without their conditions.</summary>
    public static JsonObject Shown(JsonObject? policy, long? asked)
    {
        long wanted = asked ?? 0;
        if (wanted is not (0 or 1 or ConditionalVersion))
        {
            throw GcpError.Field("options.requested_policy_version", "Invalid policy version.");
        }

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

    /// <summary>Without a mask that names them, audit configurations that are not sent stay.</summary>
    private static JsonObject Kept(JsonObject policy, JsonObject? current, JsonArray bindings, int version, string? mask)
    {
        const string Audit = "auditConfigs";
        JsonObject kept = (JsonObject)policy.DeepClone();
        kept.Remove("bindings");
        kept["version"] = version;
        kept["etag"] = Convert.ToBase64String(Guid.NewGuid().ToByteArray().AsSpan(0, 8));
        if (bindings.Count > 0)
        {
            kept["bindings"] = bindings;
        }

        if (kept[Audit] is null && mask?.Contains("audit", StringComparison.Ordinal) != true && current?[Audit] is { } audit)
        {
            kept[Audit] = audit.DeepClone();
        }

        return kept;
    }
}
