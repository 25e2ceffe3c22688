namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>Whether what a policy names is, or holds, a principal.</summary>
internal static class GcpMember
{
    private const string UserForm = "principal://goog/subject/";
    private const string ServiceAccountForm = "principal://iam.googleapis.com/projects/-/serviceAccounts/";

    /// <summary>E-mail addresses and domains are the same in either case; the subjects of tokens are not.</summary>
    public static bool IsSame(string member, string other) => string.Equals(Canonical(member), Canonical(other), StringComparison.Ordinal);

    public static string Canonical(string member) =>
        member.Split(':')[0] is { } kind && (kind is "user" or "serviceAccount" or "group" or "domain")
            ? kind + member[kind.Length..].ToLowerInvariant()
            : member;

    /// <returns>Null: it is neither a person nor a service account.</returns>
    public static string? EmailOf(string principal) => principal.Split(':') is ["user" or "serviceAccount", { } email] ? email : null;

    /// <returns>Null: it cannot be known here, as with groups.</returns>
    public static bool? Holds(string member, string principal)
    {
        if (IsSame(member, principal))
        {
            return true;
        }

        bool isPerson = principal.StartsWith("user:", StringComparison.Ordinal);
        bool isAccount = isPerson || principal.StartsWith("serviceAccount:", StringComparison.Ordinal);
        return member switch
        {
            "allUsers" => true,
            "allAuthenticatedUsers" => isAccount,
            _ when member.StartsWith("domain:", StringComparison.Ordinal) => isPerson
                && principal.EndsWith("@" + member["domain:".Length..], StringComparison.OrdinalIgnoreCase),
            _ when member.StartsWith("group:", StringComparison.Ordinal) => null,
            _ when member.StartsWith("projectOwner:", StringComparison.Ordinal)
                    || member.StartsWith("projectEditor:", StringComparison.Ordinal)
                    || member.StartsWith("projectViewer:", StringComparison.Ordinal) => null,
            _ when member.StartsWith("principalSet://", StringComparison.Ordinal) => InSet(member, principal),
            _ => false,
        };
    }

    /// <summary>The same in the forms that deny policies have.</summary>
    public static bool? IsDenied(string denied, string principal) =>
        denied switch
        {
            "principalSet://goog/public:all" => true,
            _ when denied.StartsWith(UserForm, StringComparison.Ordinal) => Holds("user:" + denied[UserForm.Length..], principal),
            _ when denied.StartsWith(ServiceAccountForm, StringComparison.Ordinal) => Holds(
                "serviceAccount:" + denied[ServiceAccountForm.Length..],
                principal
            ),
            _ when denied.StartsWith("principalSet://goog/", StringComparison.Ordinal) => null,
            _ => Holds(denied, principal),
        };

    /// <summary>
    /// principalSet://…/workloadIdentityPools/POOL/* or …/attribute.repository/ORG/REPO, beside principal://…/POOL/subject/SUBJECT.
    /// </summary>
    private static bool? InSet(string set, string principal)
    {
        const string Subject = "/subject/";
        int subject = principal.IndexOf(Subject, StringComparison.Ordinal);
        if (subject < 0 || !principal.StartsWith("principal://", StringComparison.Ordinal))
        {
            // A service account may be in a set of a project's or an organisation's.
            return
                set.Contains("/workloadIdentityPools/", StringComparison.Ordinal)
                || set.Contains("/workforcePools/", StringComparison.Ordinal)
                ? false
                : null;
        }

        string pool = principal["principal://".Length..subject];
        string rest = set["principalSet://".Length..];
        if (!rest.StartsWith(pool + "/", StringComparison.Ordinal))
        {
            return false;
        }

        string of = rest[(pool.Length + 1)..];
        return of == "*" ? true : InRepository(of, principal[(subject + Subject.Length)..]);
    }

    /// <summary>GitHub's subjects begin with the repository; any other attribute only the token says.</summary>
    private static bool? InRepository(string of, string subject)
    {
        const string Attribute = "attribute.repository/";
        return of.StartsWith(Attribute, StringComparison.Ordinal) && subject.Split(':') is ["repo", { } repository, ..]
            ? string.Equals(of[Attribute.Length..], repository, StringComparison.OrdinalIgnoreCase)
            : null;
    }
}
