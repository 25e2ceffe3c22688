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
            statement.ContainsKey("Principal") ? AwsPrincipals.Of(statement["Principal"], isExcept: false)
            : statement.ContainsKey("NotPrincipal") ? AwsPrincipals.Of(statement["NotPrincipal"], isExcept: true)
            : null;
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
        && (
            (_resources is null && _notResources is null)
            || Covers(Filled(_resources, ask.Context), Filled(_notResources, ask.Context), ask.Resource, StringComparison.Ordinal)
        )
        && (_principals is null || (Denies && _principals.DeniesWhoeverHasABoundary(ask.Caller)) || Grantee(ask.Caller) != AwsGrantee.None);

    public AwsGrantee Grantee(AwsCaller caller) => _principals?.Match(caller, Denies) ?? AwsGrantee.None;

    /// <summary>With the values of their variables; one without a value matches nothing.</summary>
    private static IReadOnlyList<string>? Filled(IReadOnlyList<string>? patterns, AwsContext context) =>
        patterns is null ? null : [.. patterns.Select(context.Fill).OfType<string>()];

    private static bool Covers(IReadOnlyList<string>? patterns, IReadOnlyList<string>? others, string text, StringComparison comparison) =>
        patterns is not null
            ? patterns.Any(p => AwsPattern.Matches(p, text, comparison))
            : others?.Any(p => AwsPattern.Matches(p, text, comparison)) == false;

    private static IReadOnlyList<string>? Texts(JsonObject statement, string member) =>
        statement[member] is { } node ? AwsPolicy.Texts(node) : null;
}
