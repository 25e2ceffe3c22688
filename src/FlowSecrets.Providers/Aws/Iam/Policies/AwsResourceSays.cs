using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.Iam.Conditions;

namespace FlowSecrets.Providers.Aws.Iam.Policies;

/// <summary>Who asks for what on which resource, and what is known of the request.</summary>
/// <param name="Resource">With question marks where its end is not known.</param>
internal sealed record AwsAsk(AwsPrincipal Principal, string Action, string Resource, AwsKeys Keys);

/// <summary>What the policy of a resource says of one action. The first statement of each kind counts.</summary>
internal sealed class AwsResourceSays
{
    private readonly SortedDictionary<AwsReach, AwsStatement> _grants = [];
    private readonly HashSet<AwsReach> _open = [];

    /// <summary>It forbids; null: none does for certain.</summary>
    public AwsStatement? Denial { get; private set; }

    /// <summary>What might forbid it.</summary>
    public string? OpenDenial { get; private set; }

    /// <summary>It grants, and reaches furthest; null: none does for certain.</summary>
    public AwsStatement? Grant => _grants.Values.LastOrDefault();

    /// <summary>It would grant, but for its condition.</summary>
    public AwsStatement? Unmet { get; private set; }

    /// <summary>What might grant it.</summary>
    public string? Open { get; private set; }

    /// <param name="statements">Null: the policy could not be read.</param>
    /// <param name="ask">What is asked.</param>
    /// <param name="hasBoundary">Whether a permissions boundary limits the principal; null: it is not known.</param>
    public static AwsResourceSays Of(IReadOnlyList<AwsStatement>? statements, AwsAsk ask, bool? hasBoundary)
    {
        AwsResourceSays says = new();
        foreach (AwsStatement statement in (statements ?? []).Where(s => s.Unread is not null || s.HasAction(ask.Action)))
        {
            says.Add(statement, ask, hasBoundary);
        }

        return says;
    }

    /// <summary>Whether it is granted that way; null: it cannot be known here.</summary>
    public bool? Grants(AwsReach reach) =>
        _grants.ContainsKey(reach) ? true
        : _open.Contains(reach) ? null
        : false;

    private void Add(AwsStatement statement, AwsAsk ask, bool? hasBoundary)
    {
        bool? met = AwsCondition.IsMet(statement.Condition, ask.Keys, statement.HasVariables);
        bool? covers = statement.Unread is null ? statement.HasResource(ask.Resource, ask.Keys) : null;
        IReadOnlyList<(AwsReach Reach, bool? Is)> reached = statement.Unread is null
            ? ask.Principal.In(statement.Who)
            : [(AwsReach.Everyone, null)];
        if (!statement.Allows)
        {
            // AWS: a deny to all but some "will always deny" whoever has a permissions boundary, named or not.
            bool? who =
                statement.Who.IsExcept && hasBoundary != false
                    ? Known.Any(hasBoundary, reached.Count == 0 ? false : reached[0].Is)
                    : Known.Any(reached.Select(static r => r.Is));
            Deny(statement, ask, Known.All(met, covers, who));
        }

        if (!statement.MightAllow)
        {
            return;
        }

        foreach ((AwsReach reach, bool? isIn) in reached)
        {
            Allow(statement, ask, reach, Known.All(met, covers, isIn), isUnmet: met == false && covers == true && isIn == true);
        }
    }

    private void Deny(AwsStatement statement, AwsAsk ask, bool? applies)
    {
        if (applies == true)
        {
            Denial ??= statement;
        }
        else if (applies is null)
        {
            OpenDenial ??= Undecided(statement, ask);
        }
    }

    private void Allow(AwsStatement statement, AwsAsk ask, AwsReach reach, bool? applies, bool isUnmet)
    {
        if (applies == true)
        {
            _grants.TryAdd(reach, statement);
        }
        else if (applies is null)
        {
            _open.Add(reach);
            Open ??= Undecided(statement, ask);
        }
        else if (isUnmet)
        {
            Unmet ??= statement;
        }
    }

    private static string Undecided(AwsStatement statement, AwsAsk ask) =>
        $"the statement {statement.Title} of the resource's policy hangs on {statement.OpenOn(ask)}";
}
