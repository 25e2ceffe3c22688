namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>Whether who asks is meant by a member of a binding or a principal of a deny rule.</summary>
internal sealed class GcpMembers
{
    public const string User = "user:";
    public const string ServiceAccount = "serviceAccount:";

    private const string GroupPrefix = "group:";
    private const string Set = "principalSet:";

    private readonly Dictionary<string, HashSet<string>> _groups = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Dictionary<string, string>> _attributes = new(StringComparer.Ordinal);

    public void SetGroup(string group, IEnumerable<string> members) =>
        _groups[Plain(group, GroupPrefix)] = new HashSet<string>(members, StringComparer.OrdinalIgnoreCase);

    /// <summary>What a federated identity's token said of it.</summary>
    public void SetAttribute(string principal, string name, string value)
    {
        if (!_attributes.TryGetValue(principal, out Dictionary<string, string>? attributes))
        {
            _attributes[principal] = attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        }

        attributes[name] = value;
    }

    /// <param name="holders">Who has a basic role on a project, for projectOwner: and its like.</param>
    public bool Means(string member, string caller, Func<string, string, IEnumerable<string>> holders)
    {
        string kind = member[..(member.IndexOf(':') + 1)];
        string rest = member[kind.Length..];
        return kind switch
        {
            "" => member == "allUsers"
                || (
                    member == "allAuthenticatedUsers"
                    && (caller.StartsWith(User, StringComparison.Ordinal) || caller.StartsWith(ServiceAccount, StringComparison.Ordinal))
                ),
            GroupPrefix => InGroup(rest, caller, []),
            "domain:" => caller.StartsWith(User, StringComparison.Ordinal)
                && caller.EndsWith("@" + rest, StringComparison.OrdinalIgnoreCase),
            Set => InSet(member, caller),
            "projectOwner:" => holders(rest, "roles/owner").Any(m => Means(m, caller, holders)),
            "projectEditor:" => holders(rest, "roles/editor").Any(m => Means(m, caller, holders)),
            "projectViewer:" => holders(rest, "roles/viewer").Any(m => Means(m, caller, holders)),
            "principal:" => member == caller,
            _ => string.Equals(member, caller, StringComparison.OrdinalIgnoreCase),
        };
    }

    /// <summary>The second spelling of principals, which deny policies use.</summary>
    public bool MeansInDeny(string principal, string caller)
    {
        const string Subject = "principal://goog/subject/";
        const string Account = "principal://iam.googleapis.com/projects/-/serviceAccounts/";
        const string Group = "principalSet://goog/group/";
        return principal == "principalSet://goog/public:all"
            || (
                principal.StartsWith(Subject, StringComparison.Ordinal)
                    ? string.Equals(User + principal[Subject.Length..], caller, StringComparison.OrdinalIgnoreCase)
                : principal.StartsWith(Account, StringComparison.Ordinal)
                    ? string.Equals(ServiceAccount + principal[Account.Length..], caller, StringComparison.OrdinalIgnoreCase)
                : principal.StartsWith(Group, StringComparison.Ordinal) ? InGroup(principal[Group.Length..], caller, [])
                : principal == caller || InSet(principal, caller)
            );
    }

    /// <summary>A member of a binding as deny policies write it.</summary>
    public static string ForDeny(string member) =>
        member.StartsWith(User, StringComparison.Ordinal) ? "principal://goog/subject/" + member[User.Length..]
        : member.StartsWith(ServiceAccount, StringComparison.Ordinal)
            ? "principal://iam.googleapis.com/projects/-/serviceAccounts/" + member[ServiceAccount.Length..]
        : member.StartsWith(GroupPrefix, StringComparison.Ordinal) ? "principalSet://goog/group/" + member[GroupPrefix.Length..]
        : member == "allUsers" ? "principalSet://goog/public:all"
        : member;

    private bool InGroup(string group, string caller, HashSet<string> seen) =>
        seen.Add(group)
        && _groups.TryGetValue(group, out HashSet<string>? members)
        && (
            members.Contains(caller)
            || members.Any(m => m.StartsWith(GroupPrefix, StringComparison.Ordinal) && InGroup(Plain(m, GroupPrefix), caller, seen))
        );

    /// <summary>principalSet://…/POOL/* and principalSet://…/POOL/attribute.NAME/VALUE.</summary>
    private bool InSet(string set, string caller)
    {
        const string SubjectPart = "/subject/";
        int at = caller.IndexOf(SubjectPart, StringComparison.Ordinal);
        string pool = at < 0 ? "" : "principalSet" + caller["principal".Length..at] + "/";
        if (at < 0 || !set.StartsWith(pool, StringComparison.Ordinal))
        {
            return false;
        }

        string rest = set[pool.Length..];
        string[] parts = rest.Split('/', 2);
        return rest == "*"
            || (
                parts.Length == 2
                && parts[0].StartsWith("attribute.", StringComparison.Ordinal)
                && _attributes.TryGetValue(caller, out Dictionary<string, string>? attributes)
                && attributes.GetValueOrDefault(parts[0]["attribute.".Length..]) == parts[1]
            );
    }

    private static string Plain(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
}
