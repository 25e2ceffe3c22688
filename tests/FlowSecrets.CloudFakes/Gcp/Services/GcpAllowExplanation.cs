using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>Each allow policy from the resource upwards, binding by binding.</summary>
internal static class GcpAllowExplanation
{
    public static (GcpExplained State, JsonArray Policies) Explain(GcpWorld world, GcpAccessTuple tuple, IReadOnlyList<string> chain)
    {
        List<GcpExplained> states = [];
        JsonArray policies = [];
        foreach (string resource in chain)
        {
            JsonObject explained = new() { ["fullResourceName"] = GcpNames.Full(resource) };
            GcpExplained state = GcpExplained.UnknownInfo;
            if (world.Authority.Allows(tuple.Asker, ReadPermission(resource), resource))
            {
                (GcpExplained State, JsonObject Shown)[] bindings =
                [
                    .. GcpPolicies.Bindings(world.Policies.Shown(resource)).Select(b => Binding(world, tuple, b)),
                ];
                state = GcpExplanation.Greatest(bindings.Select(static b => b.State));
                explained["bindingExplanations"] = new JsonArray([.. bindings.Select(static b => b.Shown)]);
                explained["policy"] = GcpPolicyText.Shown(world.Policies.Shown(resource), 3);
            }

            explained["allowAccessState"] = state.AllowState();
            explained["relevance"] = state == GcpExplained.No ? GcpExplanation.Normal : GcpExplanation.High;
            states.Add(state);
            policies.Add(explained);
        }

        return (GcpExplanation.Greatest(states), policies);
    }

    private static (GcpExplained State, JsonObject Shown) Binding(GcpWorld world, GcpAccessTuple tuple, JsonObject binding)
    {
        string role = binding.Text("role") ?? "";
        bool isCustom = !role.StartsWith("roles/", StringComparison.Ordinal);
        GcpExplained included =
            world.Roles.Includes(role, tuple.Permission) ? GcpExplained.Yes
            : isCustom && world.Roles.Find(role) is null ? GcpExplained.UnknownInfo
            : GcpExplained.No;
        (string Member, GcpExplained State)[] members =
        [
            .. GcpPolicies
                .MembersOf(binding)
                .Distinct(StringComparer.Ordinal)
                .Select(m => (m, GcpExplanation.OfMember(world, m, world.Authority.Means(m, tuple.Member)))),
        ];
        GcpExplained member = GcpExplanation.Greatest(members.Select(static m => m.State));
        GcpTruth condition = GcpAuthority.Holds(binding.Object("condition"), tuple.Name, tuple.Time);
        GcpExplained state = GcpExplanation.All(included, member, GcpExplanation.Of(condition));
        JsonObject shown = new()
        {
            ["allowAccessState"] = state.AllowState(),
            ["role"] = role,
            ["rolePermission"] = included switch
            {
                GcpExplained.Yes => "ROLE_PERMISSION_INCLUDED",
                GcpExplained.No => "ROLE_PERMISSION_NOT_INCLUDED",
                _ => "ROLE_PERMISSION_UNKNOWN_INFO",
            },
            ["rolePermissionRelevance"] = included == GcpExplained.No ? GcpExplanation.Normal : GcpExplanation.High,
            ["combinedMembership"] = GcpExplanation.Annotated("membership", GcpExplanation.Membership(member)),
            ["memberships"] = new JsonObject(
                members.Select(static m =>
                    KeyValuePair.Create(m.Member, (JsonNode?)GcpExplanation.Annotated("membership", GcpExplanation.Membership(m.State)))
                )
            ),
            ["relevance"] = state == GcpExplained.No ? GcpExplanation.Normal : GcpExplanation.High,
        };
        GcpExplanation.AddCondition(shown, binding.Object("condition"), condition);
        return (state, shown);
    }

    private static string ReadPermission(string resource)
    {
        string kind = resource.Split('/')[^2];
        string service = kind switch
        {
            "projects" or "folders" or "organizations" => "resourcemanager",
            "serviceAccounts" => "iam",
            "keyRings" or "cryptoKeys" => "cloudkms",
            _ => "secretmanager",
        };
        return $"{service}.{kind}.getIamPolicy";
    }
}
