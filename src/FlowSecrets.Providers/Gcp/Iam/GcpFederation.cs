using FlowSecrets.Transport;

namespace FlowSecrets.Providers.Gcp.Access;

/// <summary>What a federated token says of itself, beside what lets it in.</summary>
internal static class GcpFederation
{
    /// <summary>The exchange of a token was refused, or the service account does not let it act for it.</summary>
    public static FlowSecretException Refused(Place place, GcpPlace at, GcpCredential credential, string reason)
    {
        FederatedToken? token = FederatedToken.Read(credential.TokenFile);
        string told = token is null ? "what its token says could not be read" : token.ToString();
        string remedy = credential.Member.StartsWith("serviceAccount:", StringComparison.Ordinal)
            ? GcpRemedies.LetIn(
                credential.Member["serviceAccount:".Length..],
                $"principal://iam.googleapis.com/{credential.Pool}/subject/{RemoteText.Argument(token?.Subject, "SUBJECT")}"
            )
            : $"Compare it with the provider's condition: gcloud iam workload-identity-pools providers describe {credential.Provider} "
                + $"--format='value(attributeCondition)'";
        string check =
            token?.Subject is { } subject && remedy.Contains("add-iam-policy-binding", StringComparison.Ordinal)
                ? $"; what it lets in now shows: Test-FlowSecretAccess NAME -Principal '{credential.Member}' -TokenSubject "
                    + $"'{RemoteText.Argument(subject, "SUBJECT")}'"
                : "";
        return GcpErrors.NotAuthenticated(
            at.Project,
            $"Google did not take the token of {place.Identity}{reason}: {told}",
            remedy + check,
            AccessCauses.FederationMismatch
        );
    }

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
                    GcpRemedies.LetIn(account, RemoteText.Argument(asked, "PRINCIPAL"))
                )
            : AccessAnswer.Denied(
                name,
                AccessCauses.FederationMismatch,
                $"The token's subject is '{subject}', and {account} lets in {lets}",
                GcpRemedies.LetIn(account, RemoteText.Argument(asked, "PRINCIPAL"))
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
