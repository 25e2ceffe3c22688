using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>Each deny policy of the project and what lies above it, rule by rule.</summary>
internal static class GcpDenyExplanation
{
    public static (GcpExplained State, JsonArray Resources) Explain(GcpWorld world, GcpAccessTuple tuple, IReadOnlyList<string> chain)
    {
        List<GcpExplained> states = [];
        JsonArray resources = [];
        foreach (string resource in chain.Where(static r => r.Split('/').Length == 2))
        {
            JsonObject explained = new() { ["fullResourceName"] = GcpNames.Full(resource) };
            GcpExplained state = GcpExplained.UnknownInfo;
            if (world.Authority.Allows(tuple.Asker, "iam.denypolicies.list", resource))
            {
                (GcpExplained State, JsonObject Shown)[] policies = [.. world.Denies.On(resource).Select(p => Policy(world, tuple, p))];
                state = GcpExplanation.Greatest(policies.Select(static p => p.State));
                explained["explainedPolicies"] = new JsonArray([.. policies.Select(static p => p.Shown)]);
            }

            explained["denyAccessState"] = state.DenyState();
            explained["relevance"] = state == GcpExplained.No ? GcpExplanation.Normal : GcpExplanation.High;
            states.Add(state);
            resources.Add(explained);
        }

        return (GcpExplanation.Greatest(states), resources);
    }

    private static (GcpExplained State, JsonObject Shown) Policy(GcpWorld world, GcpAccessTuple tuple, GcpDenyPolicy policy)
    {
        (GcpExplained State, JsonObject Shown)[] rules = [.. policy.Rules.Select(r => Rule(world, tuple, r))];
        GcpExplained state = GcpExplanation.Greatest(rules.Select(static r => r.State));
        return (
            state,
            new JsonObject
            {
                ["denyAccessState"] = state.DenyState(),
                ["policy"] = policy.Policy.DeepClone(),
                ["ruleExplanations"] = new JsonArray([.. rules.Select(static r => r.Shown)]),
                ["relevance"] = state == GcpExplained.No ? GcpExplanation.Normal : GcpExplanation.High,
            }
        );
    }

    private static (GcpExplained State, JsonObject Shown) Rule(GcpWorld world, GcpAccessTuple tuple, JsonObject rule)
    {
        JsonObject shown = [];
        GcpExplained permission = Permissions(shown, rule, tuple, "deniedPermissions", "combinedDeniedPermission");
        GcpExplained exempt = Permissions(shown, rule, tuple, "exceptionPermissions", "combinedExceptionPermission");
        GcpExplained principal = Principals(world, shown, rule, tuple, "deniedPrincipals", "combinedDeniedPrincipal");
        GcpExplained except = Principals(world, shown, rule, tuple, "exceptionPrincipals", "combinedExceptionPrincipal");
        GcpTruth condition = GcpAuthority.Holds(rule.Object("denialCondition"), tuple.Name, tuple.Time);
        GcpExplained state = GcpExplanation.All(permission, principal, Not(exempt), Not(except), GcpExplanation.Of(condition));
        GcpExplanation.AddCondition(shown, rule.Object("denialCondition"), condition);
        shown["denyAccessState"] = state.DenyState();
        shown["relevance"] = state == GcpExplained.No ? GcpExplanation.Normal : GcpExplanation.High;
        return (state, shown);
    }

    private static GcpExplained Permissions(JsonObject shown, JsonObject rule, GcpAccessTuple tuple, string field, string combined)
    {
        const string State = "permissionMatchingState";
        static string Word(bool matches) => matches ? "PERMISSION_PATTERN_MATCHED" : "PERMISSION_PATTERN_NOT_MATCHED";
        bool any = GcpDenies.MeansPermission(rule, field, tuple.Permission);
        shown[combined] = GcpExplanation.Annotated(State, Word(any));
        shown[field] = new JsonObject(
            GcpDenies
                .Texts(rule, field)
                .Distinct(StringComparer.Ordinal)
                .Select(p =>
                    KeyValuePair.Create(p, (JsonNode?)GcpExplanation.Annotated(State, Word(GcpDenies.MeansPermission(p, tuple.Permission))))
                )
        );
        return any ? GcpExplained.Yes : GcpExplained.No;
    }

    private static GcpExplained Principals(
        GcpWorld world,
        JsonObject shown,
        JsonObject rule,
        GcpAccessTuple tuple,
        string field,
        string combined
    )
    {
        (string Principal, GcpExplained State)[] principals =
        [
            .. GcpDenies
                .Texts(rule, field)
                .Distinct(StringComparer.Ordinal)
                .Select(p => (p, GcpExplanation.OfMember(world, p, world.Members.MeansInDeny(p, tuple.Member)))),
        ];
        GcpExplained state = GcpExplanation.Greatest(principals.Select(static p => p.State));
        shown[combined] = GcpExplanation.Annotated("membership", GcpExplanation.Membership(state));
        shown[field] = new JsonObject(
            principals.Select(static p =>
                KeyValuePair.Create(p.Principal, (JsonNode?)GcpExplanation.Annotated("membership", GcpExplanation.Membership(p.State)))
            )
        );
        return state;
    }

    private static GcpExplained Not(GcpExplained state) =>
        state switch
        {
            GcpExplained.Yes => GcpExplained.No,
            GcpExplained.No => GcpExplained.Yes,
            _ => state,
        };
}
