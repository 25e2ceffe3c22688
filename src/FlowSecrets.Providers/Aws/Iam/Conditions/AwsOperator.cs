using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace FlowSecrets.Providers.Aws.Iam.Conditions;

/// <summary>The comparisons of conditions: a value of the request, and one that the policy wants.</summary>
internal static partial class AwsOperator
{
    private const string Date = "date";
    private const string Numeral = "number";
    private const string Address = "address";
    private const string Truth = "truth value";
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    /// <summary>A comparison; it returns null where one of the values is not of its kind.</summary>
    public delegate bool? Comparison(string given, string wanted, AwsKeys keys, bool hasVariables);

    /// <param name="name">Without a prefix, IfExists or Not.</param>
    /// <returns>Null: it is not known here.</returns>
    public static Comparison? Find(string name) =>
        name switch
        {
            "StringEquals" => static (g, w, k, v) => AwsPattern.Read(w, k, v, hasWildcards: false).IsLike(g),
            "StringEqualsIgnoreCase" => static (g, w, k, v) => AwsPattern.Read(w, k, v, hasWildcards: false).IsLike(g, ignoreCase: true),
            "StringLike" => static (g, w, k, v) => AwsPattern.Read(w, k, v).IsLike(g),
            "ArnEquals" or "ArnLike" => static (g, w, k, v) => AwsPattern.Read(w, k, v).IsLikeArn(g),
            "Bool" => static (g, w, _, _) => bool.TryParse(g, out bool given) && bool.TryParse(w, out bool wanted) ? given == wanted : null,
            "IpAddress" => static (g, w, _, _) => IPAddress.TryParse(g, out IPAddress? given) ? IsWithin(given, w) : null,
            "DateEquals" => Of(Time, static order => order == 0),
            "DateLessThan" => Of(Time, static order => order < 0),
            "DateLessThanEquals" => Of(Time, static order => order <= 0),
            "DateGreaterThan" => Of(Time, static order => order > 0),
            "DateGreaterThanEquals" => Of(Time, static order => order >= 0),
            "NumericEquals" => Of(Number, static order => order == 0),
            "NumericLessThan" => Of(Number, static order => order < 0),
            "NumericLessThanEquals" => Of(Number, static order => order <= 0),
            "NumericGreaterThan" => Of(Number, static order => order > 0),
            "NumericGreaterThanEquals" => Of(Number, static order => order >= 0),
            _ => null,
        };

    /// <returns>What the values of an operator are, in words; null: any text.</returns>
    public static string? KindOf(string name) =>
        name.StartsWith("Date", StringComparison.Ordinal) ? Date
        : name.StartsWith("Numeric", StringComparison.Ordinal) ? Numeral
        : name is "IpAddress" or "NotIpAddress" ? Address
        : name is "Bool" or "Null" ? Truth
        : null;

    public static bool IsOf(string kind, string value) =>
        kind switch
        {
            Date => Time(value) is not null,
            Numeral => Number(value) is not null,
            Address => IPNetwork.TryParse(value, out _) || IPAddress.TryParse(value, out _),
            _ => bool.TryParse(value, out _),
        };

    /// <summary>Seconds since 1970, or ISO 8601 as the W3C writes it; null: it is neither.</summary>
    public static DateTimeOffset? Time(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
        && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : W3C().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out DateTimeOffset time) ? time
        : null;

    private static Comparison Of<T>(Func<string, T?> read, Func<int, bool> holds)
        where T : struct, IComparable<T> =>
        (given, wanted, _, _) => read(given) is { } g && read(wanted) is { } w ? holds(g.CompareTo(w)) : null;

    /// <param name="range">In CIDR, or one address.</param>
    private static bool? IsWithin(IPAddress address, string range) =>
        IPNetwork.TryParse(range, out IPNetwork network) ? network.Contains(address)
        : IPAddress.TryParse(range, out IPAddress? one) ? one.Equals(address)
        : null;

    private static decimal? Number(string text) =>
        decimal.TryParse(
            text,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out decimal number
        )
            ? number
            : null;

    [GeneratedRegex(
        @"\A[0-9]{4}-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,7})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex W3C();
}
