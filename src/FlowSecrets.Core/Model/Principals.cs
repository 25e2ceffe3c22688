using System.Text.RegularExpressions;
using FlowSecrets.Errors;
using FlowSecrets.Text;

namespace FlowSecrets.Model;

/// <summary>The forms in which the clouds' policies name who reads.</summary>
internal static partial class Principals
{
    private const string GcpForms = "user:EMAIL, serviceAccount:EMAIL, group:EMAIL, domain:NAME, principal://… or principalSet://…";
    private const string AwsForms =
        "arn:aws:iam::ACCOUNT:role/NAME, arn:aws:iam::ACCOUNT:user/NAME, arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION or a whole "
        + "account's 12 digits";

    /// <summary>The store whose form it has; null: none's.</summary>
    public static StoreKind? KindOf(string principal) =>
        GcpMember().IsMatch(principal) || principal is "allUsers" or "allAuthenticatedUsers" ? StoreKind.Gcp
        : AwsArn().IsMatch(principal) || principal == "*" ? StoreKind.Aws
        : null;

    /// <summary>Whether it means everybody, or everybody of any account.</summary>
    public static bool IsPublic(string principal) => principal is "allUsers" or "allAuthenticatedUsers" or "*";

    /// <summary>The form in which policies keep it: an account's 12 digits become its root's ARN.</summary>
    internal static string Canonical(string principal, string? region) =>
        principal.Length == 12 && principal.All(char.IsAsciiDigit) ? $"arn:{PartitionOf(region)}:iam::{principal}:root" : principal;

    private static string PartitionOf(string? region) =>
        region?.StartsWith("cn-", StringComparison.Ordinal) == true ? "aws-cn"
        : region?.StartsWith("us-gov-", StringComparison.Ordinal) == true ? "aws-us-gov"
        : "aws";

    /// <exception cref="FlowSecretException">BadPrincipal, with the right form.</exception>
    public static void Require(StoreKind store, string principal, bool allowPublic)
    {
        if (store == StoreKind.Local)
        {
            throw Bad(
                principal,
                "A Local store knows no principals",
                "Who may read its file and its key may read it: Test-FlowSecretAccess without -Principal shows what others could."
            );
        }

        StoreKind? kind = KindOf(principal);
        if (kind is null)
        {
            throw Bad(principal, $"'{RemoteText.Clean(principal)}' is no principal of a policy", RightForm(store, principal));
        }

        if (kind != store)
        {
            throw Bad(
                principal,
                $"'{RemoteText.Clean(principal)}' is a principal of {Cloud(kind.Value)}, and the store is {Cloud(store)}'s",
                $"Name one of {Cloud(store)}: {Forms(store)}; or another store: -Environment NAME"
            );
        }

        if (!allowPublic && IsPublic(principal))
        {
            throw Bad(
                principal,
                $"'{principal}' means everybody{(principal == "allAuthenticatedUsers" ? " with any Google account" : "")}: the secret "
                    + $"would be public",
                "Name who shall read it. If all the world really shall: -AllowPublicAccess"
            );
        }
    }

    /// <summary>What is wrong with a principal wherever it stands; null: nothing.</summary>
    internal static string? Problem(string principal)
    {
        try
        {
            Require(
                KindOf(principal) ?? (principal.StartsWith("arn:", StringComparison.Ordinal) ? StoreKind.Aws : StoreKind.Gcp),
                principal,
                allowPublic: true
            );
            return null;
        }
        catch (FlowSecretException e)
        {
            return e.Message;
        }
    }

    private static string RightForm(StoreKind store, string principal)
    {
        if (store == StoreKind.Aws)
        {
            return Word().IsMatch(principal)
                ? $"Name it by its ARN: arn:aws:iam::ACCOUNT:role/{principal} or arn:aws:iam::ACCOUNT:user/{principal}"
                : $"Use {AwsForms}.";
        }

        return Email().IsMatch(principal)
            ? principal.EndsWith("gserviceaccount.com", StringComparison.OrdinalIgnoreCase)
                ? $"Name it as a policy does: serviceAccount:{principal}"
                : $"Name it as a policy does: user:{principal}, group:{principal} or serviceAccount:{principal}"
            : $"Use {GcpForms}.";
    }

    private static string Forms(StoreKind store) => store == StoreKind.Gcp ? GcpForms : AwsForms;

    private static string Cloud(StoreKind store) => store == StoreKind.Gcp ? "Google Cloud" : "AWS";

    private static FlowSecretException Bad(string principal, string cause, Remedy remedy) =>
        new(ErrorIds.BadPrincipal, principal, cause, remedy);

    /// <summary>Without what would mean something in a quotation of a shell, or in an address.</summary>
    [GeneratedRegex(
        @"\A((user|group):[A-Za-z0-9+._%-]+@[A-Za-z0-9.-]+|serviceAccount:[A-Za-z0-9.-]+@[A-Za-z0-9.-]+"
            + @"|serviceAccount:[a-z0-9.:-]+\.svc\.id\.goog\[[a-z0-9.-]+/[a-z0-9.-]+\]|domain:[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
            + @"|(principal|principalSet)://[A-Za-z0-9_:/.@+=*~%#,()|!$&;-]+)\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex GcpMember();

    [GeneratedRegex(
        @"\A(arn:aws[a-z-]*:(iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9+=,.@_/-]+)"
            + @"|sts::[0-9]{12}:(assumed-role|federated-user)/[A-Za-z0-9+=,.@_/-]+)|[0-9]{12})\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex AwsArn();

    [GeneratedRegex(@"\A[^\s:@/]+@[^\s:@/]+\z")]
    private static partial Regex Email();

    [GeneratedRegex(@"\A[A-Za-z0-9+=,.@_-]{1,128}\z")]
    private static partial Regex Word();
}
