using Amazon.Runtime.Internal.Endpoints.StandardLibrary;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>Who reads, as IAM knows it.</summary>
/// <param name="Arn">Of a user, a role with its path, or an account's root.</param>
/// <param name="Session">The session's ARN, where it is one of a role's; null: it is not asked as a session.</param>
internal sealed record AwsPrincipal(string Arn, string? Session)
{
    /// <summary>Whether the role's ARN has its path. A session's ARN lacks it, and not everybody may look it up.</summary>
    public bool IsPathKnown { get; init; } = true;

    public string Account => Arn.Split(':')[4];

    public bool IsRole => Arn.Contains(":role/", StringComparison.Ordinal);

    public bool IsUser => Arn.Contains(":user/", StringComparison.Ordinal);

    public bool IsRoot => Arn.EndsWith(":root", StringComparison.Ordinal);

    /// <summary>Without its path.</summary>
    public string Name => Arn[(Arn.LastIndexOf('/') + 1)..];

    /// <summary>Roles of single sign-on and of services may not be changed by hand. A session's ARN has their names alone.</summary>
    public bool IsManaged =>
        Arn.Contains(":role/aws-reserved/", StringComparison.Ordinal)
        || Arn.Contains(":role/aws-service-role/", StringComparison.Ordinal)
        || (
            IsRole
            && (
                Name.StartsWith("AWSReservedSSO_", StringComparison.Ordinal)
                || Name.StartsWith("AWSServiceRoleFor", StringComparison.Ordinal)
            )
        );

    public string RootOf => string.Join(':', Arn.Split(':')[..5]) + ":root";

    /// <summary>How a sentence names it.</summary>
    public override string ToString() => Session ?? Arn;

    /// <summary>A principal as it is named; of an assumed role's session, the role's own ARN is not known yet.</summary>
    public static AwsPrincipal Parse(string text, string region)
    {
        string partition = Fn.Partition(region).name;
        if (text.Length == 12 && text.All(char.IsAsciiDigit))
        {
            return new AwsPrincipal($"arn:{partition}:iam::{text}:root", null);
        }

        // arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION
        return text.Split(':') is [_, { } p, "sts", _, { } account, { } rest] && rest.Split('/') is ["assumed-role", { } role, ..]
            ? new AwsPrincipal($"arn:{p}:iam::{account}:role/{role}", text)
            : new AwsPrincipal(text, null);
    }

    /// <summary>How a statement is about this principal: each way that it might be.</summary>
    /// <returns>Empty: it is not. Is: null where it cannot be known here.</returns>
    public IReadOnlyList<(AwsReach Reach, bool? Is)> In(AwsWho who)
    {
        if (who.IsExcept)
        {
            bool? isOutside = IsOutside(who);
            return isOutside == false ? [] : [(AwsReach.Everyone, isOutside)];
        }

        return [.. who.Aws.Select(Named).Where(static n => n.Is != false)];
    }

    private (AwsReach Reach, bool? Is) Named(string name) =>
        name == "*" ? (AwsReach.Everyone, true)
        : name == Account || name == RootOf ? (AwsReach.Account, true)
        : name == ToString() ? (IsRole && Session is null ? AwsReach.Role : AwsReach.Direct, true)
        : Session is not null && IsPathKnown ? (AwsReach.Role, name == Arn)
        // A session's ARN lacks the path of its role.
        : Session is not null ? (AwsReach.Role, IsSameRole(name) ? null : false)
        // One session of the role; whether it will be that one is not known.
        : IsRole ? (AwsReach.Direct, name.Contains(":assumed-role/", StringComparison.Ordinal) && IsSameRole(name) ? null : false)
        // A federated session has what its user is granted, as far as its own policy lets it.
        : IsFederated ? (AwsReach.Direct, name == FederatedUser ? null : false)
        : (AwsReach.Direct, false);

    /// <summary>
    /// AWS wants the account and the principal named, of a session the role too, for it to be left out; what it does where some are
    /// missing it does not say.
    /// </summary>
    private bool? IsOutside(AwsWho who)
    {
        HashSet<AwsReach> named = [.. who.Aws.Select(Named).Where(static n => n.Is == true).Select(static n => n.Reach)];
        return who.Aws.Select(Named).All(static n => n.Is == false) ? true
            : named.Contains(AwsReach.Everyone) ? false
            : named.Contains(AwsReach.Account) && named.Contains(AwsReach.Direct) && (Session is null || named.Contains(AwsReach.Role))
                ? false
            : null;
    }

    private bool IsFederated => Arn.Contains(":federated-user/", StringComparison.Ordinal);

    private string FederatedUser =>
        Arn.Replace(":sts:", ":iam:", StringComparison.Ordinal).Replace(":federated-user/", ":user/", StringComparison.Ordinal);

    private bool IsSameRole(string name) =>
        Parse(name, "us-east-1") is { IsRole: true } role && role.Name == Name && role.Account == Account;
}

/// <summary>How a resource's policy names somebody, which decides what else limits what it grants.</summary>
internal enum AwsReach
{
    /// <summary>The account, which leaves it to the account's own policies.</summary>
    Account,

    /// <summary>All, or all but some.</summary>
    Everyone,

    /// <summary>The role; a permissions boundary limits its sessions all the same.</summary>
    Role,

    /// <summary>The user or the session itself.</summary>
    Direct,
}

/// <summary>Whom a statement is about.</summary>
/// <param name="Names">ARNs, accounts and '*'; of identity providers and services the names as they stand.</param>
/// <param name="IsExcept">All but those.</param>
internal sealed record AwsWho(IReadOnlyList<string> Names, bool IsExcept)
{
    /// <summary>Those of them that can be a user, a role, a session or an account.</summary>
    public IReadOnlyList<string> Aws { get; init; } = Names;
}
