using System.Text.RegularExpressions;

namespace FlowSecrets.Text;

/// <summary>Durations such as 30m, 24h, 90d and 2w, and those of Go.</summary>
internal static partial class Durations
{
    private const int MostDigits = 5;

    private static readonly (char Unit, TimeSpan Span)[] Units =
    [
        ('h', TimeSpan.FromHours(1)),
        ('m', TimeSpan.FromMinutes(1)),
        ('s', TimeSpan.FromSeconds(1)),
    ];

    /// <param name="text">Checked by the catalog's grammar; null gives null.</param>
    public static TimeSpan? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        int number = int.Parse(text.AsSpan(0, text.Length - 1));
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'w' => TimeSpan.FromDays(7L * number),
            _ => TimeSpan.FromDays(number),
        };
    }

    /// <summary>As both the catalog and Go read it, in the largest unit that has no rest: 24h, 90m, 0s.</summary>
    /// <param name="span">Whole seconds.</param>
    public static string Go(TimeSpan span)
    {
        (char unit, TimeSpan one) = span == TimeSpan.Zero ? Units[^1] : Units.First(u => span.Ticks % u.Span.Ticks == 0);
        return $"{span.Ticks / one.Ticks}{unit}";
    }

    /// <summary>A duration of Go, such as 1h0m0s.</summary>
    /// <returns>Null: it is none, or the catalog cannot say it in one unit.</returns>
    public static TimeSpan? FromGo(string text)
    {
        if (text == "0")
        {
            return TimeSpan.Zero;
        }

        if (text.Length > 64 || !GoText().IsMatch(text))
        {
            return null;
        }

        TimeSpan sum = TimeSpan.Zero;
        foreach (Match part in GoPart().Matches(text))
        {
            if (part.Groups["number"].Length > MostDigits)
            {
                return null;
            }

            sum += Units.First(u => u.Unit == part.Groups["unit"].ValueSpan[0]).Span * int.Parse(part.Groups["number"].ValueSpan);
        }

        return Go(sum).Length <= MostDigits + 1 ? sum : null;
    }

    [GeneratedRegex(@"\A(?:[0-9]+[hms])+\z", RegexOptions.NonBacktracking)]
    private static partial Regex GoText();

    [GeneratedRegex(@"(?<number>[0-9]+)(?<unit>[hms])", RegexOptions.NonBacktracking)]
    private static partial Regex GoPart();
}
