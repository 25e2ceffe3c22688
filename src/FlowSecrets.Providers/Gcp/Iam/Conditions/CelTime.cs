using System.Globalization;
using System.Text.RegularExpressions;

namespace FlowSecrets.Providers.Gcp.Iam.Conditions;

/// <summary>Times and durations of CEL, in nanoseconds: RFC 3339 only, and the durations of Go.</summary>
internal static partial class CelTime
{
    private const long Second = 1_000_000_000;
    private const long Tick = 100;

    private static readonly Int128 Most = (Int128)DateTime.MaxValue.Ticks * Tick;
    private static readonly Int128 MostDuration = (Int128)315_576_000_000 * Second;

    public static CelValue Now(DateTimeOffset now) => CelValue.Of(CelType.Time, (Int128)now.UtcTicks * Tick);

    public static CelValue Time(string text) =>
        Parse(text) is { } time && Within(CelType.Time, time)
            ? CelValue.Of(CelType.Time, time)
            : CelValue.Unknown(CelType.Time, $"the time '{text}', which is not of RFC 3339");

    /// <returns>Null: it is not of RFC 3339, or there is no such day.</returns>
    public static DateTimeOffset? Moment(string text) =>
        Parse(text) is { } time && Within(CelType.Time, time) ? new DateTimeOffset((long)(time / Tick), TimeSpan.Zero) : null;

    public static CelValue Duration(string text)
    {
        Match match = GoDuration().Match(text);
        if (text == "0")
        {
            return CelValue.Of(CelType.Duration, Int128.Zero);
        }

        if (!match.Success)
        {
            return CelValue.Unknown(CelType.Duration, $"the duration '{text}'");
        }

        decimal sum = 0;
        for (int i = 0; i < match.Groups["number"].Captures.Count; i++)
        {
            sum +=
                decimal.Parse(match.Groups["number"].Captures[i].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)
                * match.Groups["unit"].Captures[i].Value switch
                {
                    "h" => 3600m * Second,
                    "m" => 60m * Second,
                    "s" => Second,
                    "ms" => 1_000_000m,
                    "us" => 1_000m,
                    _ => 1m,
                };
        }

        Int128 length = (Int128)decimal.Truncate(match.Groups["sign"].Value == "-" ? -sum : sum);
        return Within(CelType.Duration, length)
            ? CelValue.Of(CelType.Duration, length)
            : CelValue.Unknown(CelType.Duration, $"the duration '{text}'");
    }

    /// <summary>Sums that no time or duration of CEL can be are errors there.</summary>
    public static CelValue Sum(CelType type, Int128 value) =>
        Within(type, value) ? CelValue.Of(type, value) : CelValue.Unknown(type, "a time that is out of range");

    /// <param name="zone">A name of the tz database or an offset; null: UTC.</param>
    public static CelValue Part(Int128 time, string part, string? zone)
    {
        DateTime utc = new((long)(time / Tick), DateTimeKind.Utc);
        if (OffsetOf(zone, utc) is not { } offset || utc.Year is < 2 or > 9998)
        {
            return CelValue.Unknown(CelType.Int, $"the time zone '{zone}'");
        }

        DateTime local = utc + offset;
        return part switch
        {
            "getFullYear" => CelValue.Of(local.Year),
            "getMonth" => CelValue.Of(local.Month - 1),
            "getDate" => CelValue.Of(local.Day),
            "getDayOfMonth" => CelValue.Of(local.Day - 1),
            "getDayOfYear" => CelValue.Of(local.DayOfYear - 1),
            "getDayOfWeek" => CelValue.Of((long)local.DayOfWeek),
            "getHours" => CelValue.Of(local.Hour),
            "getMinutes" => CelValue.Of(local.Minute),
            "getSeconds" => CelValue.Of(local.Second),
            "getMilliseconds" => CelValue.Of(local.Millisecond),
            _ => throw new CelException(part),
        };
    }

    /// <summary>A duration in whole hours, minutes or seconds.</summary>
    public static CelValue Part(Int128 duration, string part) =>
        part switch
        {
            "getHours" => CelValue.Of((long)(duration / (3600 * (Int128)Second))),
            "getMinutes" => CelValue.Of((long)(duration / (60 * (Int128)Second))),
            "getSeconds" => CelValue.Of((long)(duration / Second)),
            _ => throw new CelException(part),
        };

    private static bool Within(CelType type, Int128 value) =>
        type == CelType.Time ? value >= 0 && value <= Most : value >= -MostDuration && value <= MostDuration;

    private static Int128? Parse(string text)
    {
        Match match = Rfc3339().Match(text);
        if (
            !match.Success
            || !DateTime.TryParseExact(
                match.Groups["local"].Value,
                "yyyy-MM-dd'T'HH:mm:ss",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out DateTime local
            )
        )
        {
            return null;
        }

        long fraction = match.Groups["fraction"] is { Success: true } digits
            ? long.Parse(digits.Value.PadRight(9, '0'), CultureInfo.InvariantCulture)
            : 0;
        return match.Groups["zone"].Value is var zone && zone == "Z" ? (Int128)local.Ticks * Tick + fraction
            : Offset().IsMatch(zone) ? (Int128)(local.Ticks - OffsetOf(zone).Ticks) * Tick + fraction
            : null;
    }

    private static TimeSpan OffsetOf(string offset)
    {
        TimeSpan size = new(
            int.Parse(offset.AsSpan(1, 2), CultureInfo.InvariantCulture),
            int.Parse(offset.AsSpan(4, 2), CultureInfo.InvariantCulture),
            0
        );
        return offset[0] == '-' ? -size : size;
    }

    private static TimeSpan? OffsetOf(string? zone, DateTime utc)
    {
        if (zone is null or "UTC")
        {
            return TimeSpan.Zero;
        }

        return Offset().IsMatch(zone) ? OffsetOf(zone)
            : ZoneName().IsMatch(zone) && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out TimeZoneInfo? found) ? found.GetUtcOffset(utc)
            : null;
    }

    [GeneratedRegex(
        @"\A(?<local>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8})(\.(?<fraction>[0-9]{1,9}))?(?<zone>Z|[+-][0-9:]{5})\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Rfc3339();

    [GeneratedRegex(@"\A(?<sign>[+-]?)((?<number>[0-9]{1,12}(\.[0-9]{1,9})?)(?<unit>h|ms|m|s|us|ns)){1,8}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex GoDuration();

    [GeneratedRegex(@"\A[+-]([01][0-9]|2[0-3]):[0-5][0-9]\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Offset();

    /// <summary>The names of Windows for time zones, which .NET takes too, have no slash.</summary>
    [GeneratedRegex(@"\A[A-Z][A-Za-z_]*(/[A-Za-z0-9_+-]+)+\z", RegexOptions.ExplicitCapture)]
    private static partial Regex ZoneName();
}
