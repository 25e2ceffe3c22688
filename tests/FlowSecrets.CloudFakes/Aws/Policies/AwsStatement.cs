using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Iam;

namespace FlowSecrets.CloudFakes.Aws.Policies;

/// <summary>One statement: to whom, what, on what, when.</summary>
internal sealed class AwsStatement
{
    private readonly IReadOnlyList<string>? _actions;
    private readonly IReadOnlyList<string>? _notActions;
    private readonly IReadOnlyList<string>? _resources;
    private readonly IReadOnlyList<string>? _notResources;
    private readonly AwsPrincipals? _principals;

    public AwsStatement(JsonObject statement)
    {
        Denies = (string?)statement["Effect"] switch
        {
            "Allow" => false,
            "Deny" => true,
            _ => throw new JsonException("The effect is Allow or Deny."),
        };
        _actions = Texts(statement, "Action");
        _notActions = Texts(statement, "NotAction");
        _resources = Texts(statement, "Resource");
        _notResources = Texts(statement, "NotResource");
        _principals =
            statement.ContainsKey("Principal") || statement.ContainsKey("NotPrincipal") ? AwsPrincipals.Of(statement["Principal"]) : null;
        Condition = new AwsCondition(statement[nameof(Condition)]);
        if (_actions is null == _notActions is null)
        {
            throw new JsonException("A statement has actions.");
        }
    }

    public bool Denies { get; }

    public AwsCondition Condition { get; }

    /// <summary>Null in the policies of identities.</summary>
    public IReadOnlyList<string>? Principals => _principals?.Aws;

    public bool Applies(AwsAsk ask) => CoversRequest(ask) && Condition.Holds(ask.Context);

    /// <summary>All but the condition.</summary>
    public bool CoversRequest(AwsAsk ask) =>
        Covers(_actions, _notActions, ask.Action, StringComparison.OrdinalIgnoreCase)
        && ((_resources is null && _notResources is null) || Covers(_resources, _notResources, ask.Resource, StringComparison.Ordinal))
        && (_principals is null || _principals.Match(ask.Caller) != AwsGrantee.None);

    public AwsGrantee Grantee(AwsCaller caller) => _principals?.Match(caller) ?? AwsGrantee.None;

    private static bool Covers(IReadOnlyList<string>? patterns, IReadOnlyList<string>? others, string text, StringComparison comparison) =>
        patterns is not null
            ? patterns.Any(p => AwsPattern.Matches(p, text, comparison))
            : others?.Any(p => AwsPattern.Matches(p, text, comparison)) == false;

    private static IReadOnlyList<string>? Texts(JsonObject statement, string member) =>
        statement[member] is { } node ? AwsPolicy.Texts(node) : null;
}
