namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>Whether what a policy names is, or holds, a principal (cloud.google.com/iam/docs/principal-identifiers).</summary>
internal static class GcpMember
{
    private const string UserForm = "principal://goog/subject/";
    private const string ServiceAccountForm = "principal://iam.googleapis.com/projects/-/serviceAccounts/";
    private const string GroupForm = "principalSet://goog/group/";
    private const string Everybody = "principalSet://goog/public:all";

    /// <summary>E-mail addresses and domains are the same in either case; the subjects of tokens are not.</summary>
    public static bool IsSame(string member, string other) => string.Equals(Canonical(member), Canonical(other), StringComparison.Ordinal);

    public static string Canonical(string member) =>
        KindOf(member) is { } kind && (kind is "user" or "serviceAccount" or "group" or "domain")
            ? kind + member[kind.Length..].ToLowerInvariant()
            : member;

    /// <returns>Null: it is neither a person nor a service account.</returns>
    public static string? EmailOf(string principal) => principal.Split(':') is ["user" or "serviceAccount", { } email] ? email : null;

    /// <returns>Null: it cannot be known here, as with groups and with members of a kind that is not known.</returns>
    public static bool? Holds(string member, string principal)
    {
        if (IsSame(member, principal))
        {
            return true;
        }

        string kind = KindOf(principal);
        return (KindOf(member), kind) switch
        {
            _ when member == "allUsers" => true,
            _ when member == "allAuthenticatedUsers" => kind switch
            {
                "user" => true,
                "serviceAccount" => GcpPoolIdentity.Of(principal) is null ? true : null,
                "group" or "domain" => null,
                _ => false,
            },
            ("domain", "user") => principal.EndsWith("@" + member["domain:".Length..], StringComparison.OrdinalIgnoreCase),
            ("domain", "group") or ("group", _) => null,
            ("projectOwner" or "projectEditor" or "projectViewer", _) => null,
            ("principalSet", _) => GcpPrincipalSets.Holds(member, principal),
            ("principal", _) when GcpPoolIdentity.Of(member) is null => null,
            // One workload has two names, and whether a policy means it by the other is not documented.
            ("principal" or "serviceAccount", _) => GcpPoolIdentity.MayBeSame(member, principal) ? null : false,
            ("user" or "domain" or "deleted", _) => false,
            _ => null,
        };
    }

    /// <summary>The same in the forms that deny policies have.</summary>
    public static bool? IsDenied(string denied, string principal) =>
        denied switch
        {
            Everybody => true,
            _ when denied.StartsWith(UserForm, StringComparison.Ordinal) => Holds("user:" + denied[UserForm.Length..], principal),
            _ when denied.StartsWith(ServiceAccountForm, StringComparison.Ordinal) => Holds(
                "serviceAccount:" + denied[ServiceAccountForm.Length..],
                principal
            ),
            _ when denied.StartsWith(GroupForm, StringComparison.Ordinal) => Holds("group:" + denied[GroupForm.Length..], principal),
            _ => Holds(denied, principal),
        };

    /// <summary>A principal as deny policies write it.</summary>
    /// <returns>Null: its form there hangs on a number that is not known here.</returns>
    public static string? ForDeny(string principal) =>
        KindOf(principal) switch
        {
            "user" => UserForm + principal["user:".Length..],
            "serviceAccount" when GcpPoolIdentity.Of(principal) is null => ServiceAccountForm + principal["serviceAccount:".Length..],
            "group" => GroupForm + principal["group:".Length..],
            "principal" or "principalSet" => principal,
            _ => null,
        };

    private static string KindOf(string member) => member.IndexOf(':') is > 0 and int end ? member[..end] : member;
}
