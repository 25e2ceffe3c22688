namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>
/// An identity of a pool: principal://POOL/subject/SUBJECT, or the older name of a workload of GKE,
/// serviceAccount:PROJECT.svc.id.goog[NAMESPACE/ACCOUNT].
/// </summary>
/// <param name="Pool">Full name of the pool; of the older form its last part alone.</param>
/// <param name="Subject">Null: it is named by another attribute.</param>
internal sealed record GcpPoolIdentity(string Pool, string? Subject)
{
    private const string Form = "principal://";
    private const string Account = "serviceAccount:";
    private const string OfGke = ".svc.id.goog";

    /// <summary>The namespace of a workload of GKE; null: it is none.</summary>
    public string? Namespace =>
        Pool.EndsWith(OfGke, StringComparison.Ordinal) && Subject?.Split('/') is ["ns", { } space, "sa", _] ? space : null;

    /// <returns>Null: it is of no pool.</returns>
    public static GcpPoolIdentity? Of(string principal)
    {
        const string SubjectPart = "subject/";
        if (principal.StartsWith(Form, StringComparison.Ordinal))
        {
            return GcpPrincipalSets.PoolOf(principal[Form.Length..]) is ({ } pool, { } of)
                ? new GcpPoolIdentity(pool, of.StartsWith(SubjectPart, StringComparison.Ordinal) ? of[SubjectPart.Length..] : null)
                : null;
        }

        int at = principal.IndexOf(OfGke + "[", StringComparison.OrdinalIgnoreCase);
        return
            principal.StartsWith(Account, StringComparison.Ordinal)
            && at > 0
            && principal.EndsWith(']')
            && principal[(at + OfGke.Length + 1)..^1].Split('/') is [{ } space, { } account]
            ? new GcpPoolIdentity(principal[Account.Length..(at + OfGke.Length)].ToLowerInvariant(), $"ns/{space}/sa/{account}")
            : null;
    }

    public bool IsIn(string pool) => Pool == pool;

    public bool MayBeIn(string pool) => IsIn(pool) || (Last(Pool) == Last(pool) && (!Pool.Contains('/') || !pool.Contains('/')));

    public static bool MayBeSame(string member, string principal) =>
        Of(member) is { } one
        && Of(principal) is { } other
        && one.MayBeIn(other.Pool)
        && (one.Subject is null || other.Subject is null || (one.Subject == other.Subject && one.Pool != other.Pool));

    private static string Last(string pool) => pool[(pool.LastIndexOf('/') + 1)..];
}
