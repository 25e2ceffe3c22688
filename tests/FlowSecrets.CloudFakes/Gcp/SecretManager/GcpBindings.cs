using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

/// <summary>The bindings of a policy: who has which role, under which condition.</summary>
internal static partial class GcpBindings
{
    /// <returns>A copy of its own, without bindings that have no members.</returns>
    public static JsonArray Checked(JsonArray? bindings)
    {
        JsonArray result = [];
        foreach (
            JsonObject binding in (bindings ?? []).Select(static b =>
                b as JsonObject ?? throw GcpError.Field("policy.bindings", "Invalid binding.")
            )
        )
        {
            string role = binding.Text("role") ?? "";
            if (!Role().IsMatch(role))
            {
                throw GcpError.Field("policy.bindings.role", $"Role {role} is not supported for this resource.");
            }

            JsonArray members = binding.Array("members") ?? [];
            foreach (JsonNode? member in members)
            {
                if (!Member().IsMatch((string?)member ?? ""))
                {
                    throw GcpError.Field("policy.bindings.members", $"Invalid principal {member}.");
                }
            }

            if (binding.Object("condition") is { } condition && string.IsNullOrEmpty(condition.Text("expression")))
            {
                throw GcpError.Field("policy.bindings.condition", "The condition's expression must not be empty.");
            }

            if (members.Count > 0)
            {
                result.Add(binding.DeepClone());
            }
        }

        return result;
    }

    [GeneratedRegex(@"^(roles|projects/[^/]+/roles|organizations/[^/]+/roles)/[A-Za-z0-9_.]+\z")]
    private static partial Regex Role();

    [GeneratedRegex(
        @"^(allUsers|allAuthenticatedUsers|(user|serviceAccount|group|domain|deleted|principal|principalSet|"
            + @"projectOwner|projectEditor|projectViewer):.+)\z"
    )]
    private static partial Regex Member();
}
