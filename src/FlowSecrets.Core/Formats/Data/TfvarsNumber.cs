using System.Globalization;
using System.Text.RegularExpressions;
using FlowSecrets.Model;

namespace FlowSecrets.Formats.Data;

/// <summary>Numbers as Terraform turns them into text: in full, without an exponent, to the last digit.</summary>
internal static partial class TfvarsNumber
{
    /// <summary>Terraform computes with 512 bits; what has more digits it would round.</summary>
    private const int MaxDigits = 150;

    private const int MaxExponent = 1000;

    /// <returns>Null when it is no number, or one that Terraform would round.</returns>
    public static string? ToText(string number)
    {
        Match match = Literal().Match(number);
        if (
            !match.Success
            || !int.TryParse(
                match.Groups["exponent"].Value is { Length: > 0 } e ? e : "0",
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out int exponent
            )
        )
        {
            return null;
        }

        string fraction = match.Groups["fraction"].Value;
        string digits = (match.Groups["whole"].Value + fraction).TrimStart('0');
        exponent -= fraction.Length;
        exponent += digits.Length - digits.TrimEnd('0').Length;
        digits = digits.TrimEnd('0');
        if (digits.Length > MaxDigits || Math.Abs((long)exponent) > MaxExponent)
        {
            return digits.Length == 0 ? match.Groups["sign"].Value + "0" : null;
        }

        return match.Groups["sign"].Value + Place(digits, exponent);
    }

    /// <summary>The digits times ten to the power of the exponent.</summary>
    private static string Place(string digits, int exponent)
    {
        if (digits.Length == 0)
        {
            return "0";
        }

        if (exponent >= 0)
        {
            return digits + new string('0', exponent);
        }

        int point = digits.Length + exponent;
        return point > 0 ? $"{digits[..point]}.{digits[point..]}" : $"0.{new string('0', -point)}{digits}";
    }

    [GeneratedRegex(
        @"\A(?<sign>-?)(?<whole>[0-9]+)(?:\.(?<fraction>[0-9]+))?(?:[eE](?<exponent>[-+]?[0-9]+))?\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Literal();
}
