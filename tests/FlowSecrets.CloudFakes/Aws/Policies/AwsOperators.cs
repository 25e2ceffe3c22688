using System.Globalization;
using System.Net;

namespace FlowSecrets.CloudFakes.Aws.Policies;

/// <summary>
/// The comparisons of conditions: the request's value first, the policy's second. The Not-forms are those of what they negate.
/// </summary>
internal static class AwsOperators
{
    public static Func<string, string, bool> Find(string name) =>
        name switch
        {
            "StringEquals" or "StringNotEquals" => static (g, w) => g == w,
            "StringEqualsIgnoreCase" or "StringNotEqualsIgnoreCase" => static (g, w) =>
                string.Equals(g, w, StringComparison.OrdinalIgnoreCase),
            "StringLike" or "StringNotLike" => static (g, w) => AwsPattern.Matches(w, g),
            "ArnEquals" or "ArnNotEquals" or "ArnLike" or "ArnNotLike" => static (g, w) => AwsPattern.MatchesArn(w, g),
            "Bool" => static (g, w) => string.Equals(g, w, StringComparison.OrdinalIgnoreCase),
            "DateEquals" or "DateNotEquals" => static (g, w) => Time(g) == Time(w),
            "DateLessThan" => static (g, w) => Time(g) < Time(w),
            "DateLessThanEquals" => static (g, w) => Time(g) <= Time(w),
            "DateGreaterThan" => static (g, w) => Time(g) > Time(w),
            "DateGreaterThanEquals" => static (g, w) => Time(g) >= Time(w),
            "NumericEquals" or "NumericNotEquals" => static (g, w) => Number(g) == Number(w),
            "NumericLessThan" => static (g, w) => Number(g) < Number(w),
            "NumericLessThanEquals" => static (g, w) => Number(g) <= Number(w),
            "NumericGreaterThan" => static (g, w) => Number(g) > Number(w),
            "NumericGreaterThanEquals" => static (g, w) => Number(g) >= Number(w),
            "IpAddress" or "NotIpAddress" => IsWithin,
            _ => static (_, _) => false,
        };

    public static bool IsTime(string text) => Time(text) is not null;

    private static bool IsWithin(string address, string range) =>
        IPAddress.TryParse(address, out IPAddress? given)
        && (
            IPNetwork.TryParse(range, out IPNetwork network)
                ? network.Contains(given)
                : IPAddress.TryParse(range, out IPAddress? one) && one.Equals(given)
        );

    /// <summary>ISO 8601, or seconds since 1970.</summary>
    private static DateTimeOffset? Time(string text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out long seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time
        : null;

    private static decimal? Number(string text) => decimal.TryParse(text, CultureInfo.InvariantCulture, out decimal number) ? number : null;
}
