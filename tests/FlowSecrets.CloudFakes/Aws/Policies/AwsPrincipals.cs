using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Iam;

namespace FlowSecrets.CloudFakes.Aws.Policies;

/// <summary>How directly a policy names who asks; what is later reaches further.</summary>
internal enum AwsGrantee
{
    None,

    /// <summary>The account, which then decides by its identities' policies.</summary>
    Account,

    /// <summary>A session's role: a permissions boundary still limits it.</summary>
    Role,

    /// <summary>The user or the session itself.</summary>
    Direct,
}

/// <summary>Whom a resource's policy is about.</summary>
internal sealed class AwsPrincipals
{
    private readonly IReadOnlyList<string> _federated;
    private readonly bool _isExcept;

    private AwsPrincipals(IReadOnlyList<string> aws, IReadOnlyList<string> federated, bool isExcept) =>
        (Aws, _federated, _isExcept) = (aws, federated, isExcept);

    public IReadOnlyList<string> Aws { get; }

    public static AwsPrincipals Of(JsonNode? principal, bool isExcept) =>
        principal switch
        {
            JsonObject kinds => new AwsPrincipals(AwsPolicy.Texts(kinds["AWS"]), AwsPolicy.Texts(kinds["Federated"]), isExcept),
            JsonValue => new AwsPrincipals(AwsPolicy.Texts(principal), [], isExcept),
            _ => new AwsPrincipals([], [], isExcept),
        };

    /// <summary>AWS: a deny to all but some "will always deny" whoever has a permissions boundary.</summary>
    public bool DeniesWhoeverHasABoundary(AwsCaller caller) => _isExcept && caller.Entity?.Policies.Boundary is not null;

    public AwsGrantee Match(AwsCaller caller, bool denies) =>
        _isExcept ? MatchExcept(caller, denies)
        : caller.Provider is { } provider
            ? _federated.Contains(provider, StringComparer.Ordinal) ? AwsGrantee.Direct
                : AwsGrantee.None
        : Aws.Select(p => Match(p, caller)).DefaultIfEmpty(AwsGrantee.None).Max();

    /// <summary>
    /// A deny leaves out whose account and principal, of a session its role too, are named; an allow leaves out whom any of them names.
    /// </summary>
    private AwsGrantee MatchExcept(AwsCaller caller, bool denies)
    {
        HashSet<AwsGrantee> named = [.. Aws.Select(p => Match(p, caller))];
        bool isLeftOut =
            Aws.Contains("*", StringComparer.Ordinal)
            || (
                denies
                    ? named.Contains(AwsGrantee.Account)
                        && named.Contains(AwsGrantee.Direct)
                        && (caller.Arn == caller.PrincipalArn || named.Contains(AwsGrantee.Role))
                    : named.Any(static n => n != AwsGrantee.None)
            );
        return isLeftOut ? AwsGrantee.None : Match("*", caller);
    }

    private static AwsGrantee Match(string principal, AwsCaller caller) =>
        principal == caller.Arn ? AwsGrantee.Direct
        : principal == caller.PrincipalArn ? AwsGrantee.Role
        : principal == "*"
            ? caller.Arn == caller.PrincipalArn ? AwsGrantee.Direct
                : AwsGrantee.Role
        : principal == caller.Account || principal == $"arn:aws:iam::{caller.Account}:root" ? AwsGrantee.Account
        : AwsGrantee.None;
}
