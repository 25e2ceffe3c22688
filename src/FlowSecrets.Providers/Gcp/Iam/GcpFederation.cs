using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>What a federated token says of itself, beside what lets it in.</summary>
internal static class GcpFederation
{
    /// <summary>Whether a token with this subject may become the principal, by the bindings of the service account.</summary>
    /// <returns>Null: it may, as far as can be seen.</returns>
    public static AccessAnswer? Compare(string name, string account, string subject, IEnumerable<GcpBinding> trust, string? number)
    {
        string[] members =
        [
            .. trust
                .Where(static b => b.Role == "roles/iam.workloadIdentityUser")
                .SelectMany(static b => b.Members)
                .Distinct(StringComparer.Ordinal),
        ];
        string pool =
            members.Select(static m => PoolOf(m)).FirstOrDefault(static p => p is not null)
            ?? $"projects/{number ?? "PROJECT_NUMBER"}/locations/global/workloadIdentityPools/POOL";
        string asked = $"principal://iam.googleapis.com/{pool}/subject/{subject}";
        bool?[] holds = [.. members.Select(m => GcpMember.Holds(m, asked))];
        string lets = members.Length == 0 ? "nobody" : string.Join(", ", members.Select(static m => Words(m)));
        return holds.Contains(true) ? null
            : holds.Contains(null)
                ? AccessAnswer.Unknown(
                    name,
                    AccessCauses.FederationMismatch,
                    $"The token's subject is '{subject}', and {account} lets in {lets}, which only the token's other claims decide",
                    GcpRemedies.LetIn(account, asked)
                )
            : AccessAnswer.Denied(
                name,
                AccessCauses.FederationMismatch,
                $"The token's subject is '{subject}', and {account} lets in {lets}",
                GcpRemedies.LetIn(account, asked)
            );
    }

    /// <summary>The part of a member that tells: subject/…, attribute.…/…, or all of the pool.</summary>
    private static string Words(string member) =>
        PoolOf(member) is { } pool && member.IndexOf(pool, StringComparison.Ordinal) is >= 0 and int at
            ? member[(at + pool.Length)..].TrimStart('/') is { Length: > 0 } rest
                ? $"'{rest}'"
                : member
            : member;

    private static string? PoolOf(string member)
    {
        const string Pools = "/workloadIdentityPools/";
        int from = member.IndexOf("projects/", StringComparison.Ordinal);
        int pools = member.IndexOf(Pools, StringComparison.Ordinal);
        int end = pools < 0 ? -1 : member.IndexOf('/', pools + Pools.Length);
        return from >= 0 && end > from ? member[from..end] : null;
    }
}
