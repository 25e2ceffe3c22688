using System.Globalization;
using System.Text.RegularExpressions;

namespace FlowSecrets.Providers.Aws.Iam.Conditions;

/// <summary>The comparisons of conditions: a value of the request, and one that the policy wants.</summary>
internal static partial class AwsOperator
{
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
