using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>Who asks. A bearer token `as:MEMBER` is that member; any other, or none, is the owner, who may do everything.</summary>
internal sealed record GcpCaller(string Member, bool MayAll)
{
    public const string Mark = "as:";

    public static readonly GcpCaller Owner = new("user:owner@example.com", true);

    public bool IsPerson => Member.StartsWith(GcpMembers.User, StringComparison.Ordinal);

    public bool IsServiceAccount => Member.StartsWith(GcpMembers.ServiceAccount, StringComparison.Ordinal);

    /// <summary>What audit logs and token information call it.</summary>
    public string Email => IsPerson || IsServiceAccount ? Member[(Member.IndexOf(':') + 1)..] : "";

    public static GcpCaller Of(ApiRequest request) => OfToken(TokenOf(request));

    public static GcpCaller OfToken(string? token) =>
        token is not null && token.StartsWith(Mark, StringComparison.Ordinal) ? new GcpCaller(token[Mark.Length..].Trim(), false) : Owner;

    public static string? TokenOf(ApiRequest request)
    {
        const string Scheme = "Bearer ";
        return
            request.Headers.TryGetValue("Authorization", out string? header)
            && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? header[Scheme.Length..]
            : null;
    }
}
