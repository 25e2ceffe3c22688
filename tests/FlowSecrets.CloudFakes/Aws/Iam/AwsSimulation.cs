using System.Xml.Linq;
using FlowSecrets.CloudFakes.Aws.Policies;
using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Iam;

/// <summary>
/// SimulatePrincipalPolicy: the policies as they are written, whether they have spread or not. Conditions see only what the request tells;
/// conditions of organisations' policies are not evaluated, and what they would decide is refused.
/// </summary>
internal static class AwsSimulation
{
    public static Reply Run(AwsVisit visit)
    {
        AwsEntity entity = Source(visit);
        AwsPolicySet policies = visit.Directory.PoliciesOf(entity, entity.Policies, isSimulated: true);
        policies = policies with
        {
            Identity =
            [
                .. policies.Identity,
                .. visit
                    .Form.List("PolicyInputList")
                    .Select(static (p, i) => AwsPolicy.Parse(AwsIamPolicies.Checked(p), $"PolicyInputList.{i + 1}")),
            ],
        };
        // For roles AWS does not take it into account.
        AwsPolicy? resource =
            !entity.IsRole && visit.Form.Text("ResourcePolicy") is { } document
                ? AwsPolicy.Parse(AwsIamPolicies.Checked(document), "ResourcePolicy")
                : null;
        IReadOnlyList<string> actions = visit.Form.List("ActionNames");
        IReadOnlyList<string> resources = visit.Form.List("ResourceArns") is { Count: > 0 } given ? given : ["*"];
        if (actions.Count == 0)
        {
            throw new AwsError(
                "ValidationError",
                "1 validation error detected: Value null at 'actionNames' failed to satisfy constraint: Member must not be null"
            );
        }

        if (resources.FirstOrDefault(static r => r != "*" && r.Split(':').Length < 6) is { } wrong)
        {
            throw new AwsError("InvalidInput", $"ResourceNames are not in a valid ARN format: {wrong}.");
        }

        AwsContext context = Context(visit);
        return visit.Xml(
            AwsIamShown.List(
                "EvaluationResults",
                actions.SelectMany(a =>
                    resources.Select(r => Result(new AwsAsk(entity.Caller(), a, r, entity.Account, context), policies, resource))
                )
            )
        );
    }

    private static AwsEntity Source(AwsVisit visit)
    {
        string arn = visit.Form.Required("PolicySourceArn");
        if (
            arn.Split(':', 6) is not ["arn", _, "iam", "", _, var name]
            || !(name.StartsWith("role/", StringComparison.Ordinal) || name.StartsWith("user/", StringComparison.Ordinal))
        )
        {
            throw new AwsError("InvalidInput", $"Invalid Entity Arn: {arn} does not clearly define entity type and name.");
        }

        return visit.Directory.Find(arn) is { } entity && entity.Account == visit.Caller.Account
            ? entity
            : throw AwsIamOperations.Missing($"The {name[..4]} with name {arn[(arn.LastIndexOf('/') + 1)..]} cannot be found.");
    }

    private static AwsContext Context(AwsVisit visit) =>
        visit
            .Form.Structures("ContextEntries", "ContextKeyName")
            .Aggregate(
                new AwsContext(),
                (context, member) =>
                    context.With(
                        visit.Form.Required(member + ".ContextKeyName"),
                        [
                            .. visit
                                .Form.List(member + ".ContextKeyValues")
                                .Select(v => Checked(visit.Form.Text(member + ".ContextKeyType"), v)),
                        ]
                    )
            );

    private static string Checked(string? type, string value) =>
        type switch
        {
            "date" => AwsOperators.IsTime(value),
            "boolean" => bool.TryParse(value, out _),
            _ => true,
        }
            ? value
            : throw new AwsError("InvalidInput", $"The value {value} is not of the type {type}.");

    private static XElement[] Result(AwsAsk ask, AwsPolicySet policies, AwsPolicy? resource)
    {
        AwsVerdict verdict = AwsEvaluation.Decide(ask, policies, resource);
        AwsPolicy[] all =
        [
            .. policies.Identity,
            .. policies.Boundary is { } boundary ? [boundary] : Array.Empty<AwsPolicy>(),
            .. resource is null ? [] : new[] { resource },
        ];
        IEnumerable<string> missing = all.SelectMany(static p => p.Statements)
            .Where(s => s.CoversRequest(ask))
            .SelectMany(static s => s.Condition.Keys)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Where(k => !ask.Context.Has(k));
        return
        [
            new XElement("EvalActionName", ask.Action),
            new XElement("EvalResourceName", ask.Resource),
            new XElement(
                "EvalDecision",
                verdict.IsAllowed ? "allowed"
                    : verdict.IsExplicit ? "explicitDeny"
                    : "implicitDeny"
            ),
            new XElement(
                "MatchedStatements",
                all.SelectMany(p => p.Statements.Where(s => s.Applies(ask) && s.Denies == verdict.IsExplicit).Select(_ => Matched(p)))
            ),
            new XElement("MissingContextValues", missing.Select(static k => new XElement("member", k))),
            .. Detail("OrganizationsDecisionDetail", "AllowedByOrganizations", policies.Organisation, ask),
            .. Detail(
                "PermissionsBoundaryDecisionDetail",
                "AllowedByPermissionsBoundary",
                policies.Boundary is { } limit ? [limit] : [],
                ask
            ),
        ];
    }

    private static XElement Matched(AwsPolicy policy) =>
        new("member", new XElement("SourcePolicyId", policy.Id), new XElement("SourcePolicyType", "IAM Policy"));

    /// <summary>There only where there is such a limit.</summary>
    private static XElement[] Detail(string name, string member, IReadOnlyList<AwsPolicy> limits, AwsAsk ask) =>
        limits.Count == 0
            ? []
            :
            [
                new XElement(
                    name,
                    new XElement(member, limits.Any(p => p.Allows(ask)) && !limits.Any(p => p.Denies(ask)) ? "true" : "false")
                ),
            ];
}
