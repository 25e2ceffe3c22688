using Amazon.Runtime.Internal.Endpoints.StandardLibrary;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>Who reads, as IAM knows it.</summary>
/// <param name="Arn">Of a user, a role with its path, or an account's root.</param>
/// <param name="Session">The session's ARN, where it is one of a role's; null: it is not asked as a session.</param>
internal sealed record AwsPrincipal(string Arn, string? Session)
{
    public string Account => Arn.Split(':')[4];

    public bool IsRole => Arn.Contains(":role/", StringComparison.Ordinal);

    public bool IsRoot => Arn.EndsWith(":root", StringComparison.Ordinal);

    /// <summary>Without its path.</summary>
    public string Name => Arn[(Arn.LastIndexOf('/') + 1)..];

    /// <summary>Roles of single sign-on may not be changed by hand.</summary>
    public bool IsManaged => Arn.Contains(":role/aws-reserved/", StringComparison.Ordinal);

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

    /// <summary>Whether a statement is about this principal.</summary>
    /// <param name="byAccount">It names the account as a whole, which leaves it to the account's own policies.</param>
    /// <returns>Null: it cannot be known here.</returns>
    public bool? IsIn(AwsWho who, out bool byAccount)
    {
        byAccount = false;
        if (who.IsExcept)
        {
            return who.Names.Any(n => n == Arn || n == Session) ? false : null;
        }

        bool? found = false;
        foreach (string name in who.Names)
        {
            if (name == "*" || name == Arn || (Session is not null && name == Session))
            {
                byAccount = false;
                return true;
            }

            if (name == Account || name == RootOf)
            {
                byAccount = true;
                found = true;
            }
            else if (
                Session is null
                && IsRole
                && Parse(name, "us-east-1") is { Session: not null } session
                && session.Name == Name
                && session.Account == Account
            )
            {
                // One session of the role; whether it will be that one is not known.
                found = found == true ? true : null;
            }
        }

        return found;
    }
}

/// <summary>Whom a statement is about.</summary>
/// <param name="Names">ARNs, accounts and '*'; of identity providers and services the names as they stand.</param>
/// <param name="IsExcept">All but those.</param>
internal sealed record AwsWho(IReadOnlyList<string> Names, bool IsExcept);
