using FlowSecrets.Providers.Aws.Connection;

namespace FlowSecrets.Providers.Aws.Iam;

/// <summary>What the policy of a resource says of one action. The first statement of each kind counts.</summary>
/// <param name="Unmet">It would grant, but for its condition.</param>
/// <param name="Open">What could not be decided.</param>
/// <param name="OpenDenial">What might forbid it.</param>
/// <param name="IsByAccount">Whether the grant names the account, which leaves it to the account's own policies.</param>
internal sealed record AwsResourceSays(
    AwsStatement? Grant,
    AwsStatement? Denial,
    AwsStatement? Unmet,
    string? Open,
    string? OpenDenial,
    bool IsByAccount
)
{
    private static AwsResourceSays Nothing { get; } = new(null, null, null, null, null, false);

    /// <param name="statements">Null: the policy could not be read.</param>
    public static AwsResourceSays Of(
        IReadOnlyList<AwsStatement>? statements,
        AwsPrincipal principal,
        string action,
        string resource,
        Dictionary<string, string> context
    )
    {
        AwsResourceSays says = Nothing;
        foreach (AwsStatement statement in (statements ?? []).Where(s => s.HasAction(action) && s.HasResource(resource)))
        {
            bool? isIn = principal.IsIn(statement.Who, out bool byAccount);
            bool? met = AwsCondition.IsMet(statement.Condition, context);
            if (isIn == false || (met == false && !statement.Allows))
            {
                continue;
            }

            says = says.And(statement, isIn, met, byAccount);
        }

        return says;
    }

    private AwsResourceSays And(AwsStatement statement, bool? isIn, bool? met, bool byAccount) =>
        (statement.Allows, isIn, met) switch
        {
            (false, true, true) => this with { Denial = Denial ?? statement },
            (true, true, true) when Grant is null || (IsByAccount && !byAccount) => this with
            {
                Grant = statement,
                IsByAccount = byAccount,
            },
            (true, true, true) => this,
            (true, true, false) => this with { Unmet = Unmet ?? statement },
            (false, _, _) => this with { OpenDenial = OpenDenial ?? Undecided(statement) },
            _ => this with { Open = Open ?? Undecided(statement) },
        };

    private static string Undecided(AwsStatement statement) =>
        $"the statement '{statement.Sid ?? "without a Sid"}' of the resource's policy hangs on what is not known here";
}
