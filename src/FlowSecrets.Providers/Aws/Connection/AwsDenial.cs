using System.Text.RegularExpressions;
using FlowSecrets.Model;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>
/// What AWS's own message says of the policy that refused: "…because no identity-based policy allows…", "…with an explicit deny in a
/// resource-based policy".
/// </summary>
internal static partial class AwsDenial
{
    /// <returns>A cause; null: the message does not say.</returns>
    public static string? CauseOf(string message)
    {
        Match match = Reason().Match(message);
        return !match.Success
            ? null
            : (match.Groups["kind"].Value, match.Groups["deny"].Success) switch
            {
                ("service control policy" or "resource control policy" or "VPC endpoint policy", _) => AccessCauses.OrganizationPolicy,
                ("permissions boundary", _) => AccessCauses.PermissionsBoundary,
                (_, true) => AccessCauses.ExplicitDeny,
                _ => AccessCauses.NoGrant,
            };
    }

    /// <summary>The kind of policy that a denial's message names; empty: none.</summary>
    public static string KindOf(string message) => Reason().Match(message).Groups["kind"].Value;

    /// <summary>
    /// What one call needs besides its own action, and is refused for in its name: iam:PassRole, ecs:TagResource; null: that is not it.
    /// </summary>
    public static (string Action, string Resource)? OtherOf(string message, string action) =>
        Subject().Match(message) is { Success: true } match && match.Groups["action"].Value != action
            ? (match.Groups["action"].Value, match.Groups["resource"].Value)
            : null;

    [GeneratedRegex(
        @"to perform: (?<action>[a-z0-9-]+:[A-Za-z]+) on resource: (?<resource>arn:[A-Za-z0-9:/+=,.@_*-]+|\*)",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Subject();

    [GeneratedRegex(
        "((?<deny>with an explicit deny) in an? |because no )(?<kind>identity-based policy|resource-based policy|service control "
            + "policy|resource control policy|permissions boundary|session policy|VPC endpoint policy)",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Reason();
}
