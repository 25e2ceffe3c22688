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

/// <summary>Whom a resource's policy is about. NotPrincipal is not understood and matches nobody.</summary>
internal sealed class AwsPrincipals
{
    private readonly IReadOnlyList<string> _federated;

    private AwsPrincipals(IReadOnlyList<string> aws, IReadOnlyList<string> federated) => (Aws, _federated) = (aws, federated);

    public IReadOnlyList<string> Aws { get; }

    public static AwsPrincipals Of(JsonNode? principal) =>
        principal switch
        {
            JsonObject kinds => new AwsPrincipals(AwsPolicy.Texts(kinds["AWS"]), AwsPolicy.Texts(kinds["Federated"])),
            JsonValue => new AwsPrincipals(AwsPolicy.Texts(principal), []),
            _ => new AwsPrincipals([], []),
        };

    public AwsGrantee Match(AwsCaller caller) =>
        caller.Provider is { } provider
            ? _federated.Contains(provider, StringComparer.Ordinal)
                ? AwsGrantee.Direct
                : AwsGrantee.None
            : Aws.Select(p => Match(p, caller)).DefaultIfEmpty(AwsGrantee.None).Max();

    private static AwsGrantee Match(string principal, AwsCaller caller) =>
        principal == caller.Arn ? AwsGrantee.Direct
        : principal == caller.PrincipalArn ? AwsGrantee.Role
        : principal == "*"
            ? caller.Arn == caller.PrincipalArn ? AwsGrantee.Direct
                : AwsGrantee.Role
        : principal == caller.Account || principal == $"arn:aws:iam::{caller.Account}:root" ? AwsGrantee.Account
        : AwsGrantee.None;
}
