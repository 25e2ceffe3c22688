using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>
/// What says that this module made a grant, and when: one annotation of the secret a grant, since a binding has no place for it. Its key is
/// made of role, member
/// and condition.
/// </summary>
internal static class GrantMarks
{
    private const string Prefix = "flowsecrets-grant-";

    public static string Key(string member, string role, string? condition) =>
        Prefix
        + Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{role}\n{GcpMember.Canonical(member)}\n{condition}")).AsSpan(0, 8)
        );

    public static string Value(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <returns>Null: this module did not make it.</returns>
    public static DateTimeOffset? TimeOf(IReadOnlyDictionary<string, string>? annotations, string member, GcpBinding binding) =>
        annotations?.TryGetValue(Key(member, binding.Role, binding.Condition), out string? text) == true
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;
}
