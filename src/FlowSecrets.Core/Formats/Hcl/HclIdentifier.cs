using System.Globalization;
using System.Text;

namespace FlowSecrets.Formats.Hcl;

/// <summary>
/// Identifiers made of names, so that two names never become one. ASCII letters and digits stay. Between two of them <c>-</c> becomes
/// <c>_</c> and <c>_</c> becomes <c>__</c>. Everything else becomes <c>___CODE_</c>, with the code of the character in hexadecimal digits.
/// </summary>
internal static class HclIdentifier
{
    /// <summary>Names that Terraform or HCL gives a meaning of its own, as the name of a variable or in an expression.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "count",
        "depends_on",
        "each",
        "else",
        "endfor",
        "endif",
        "false",
        "for",
        "for_each",
        "if",
        "in",
        "lifecycle",
        "local",
        "locals",
        "data",
        "module",
        "null",
        "path",
        "provider",
        "providers",
        "self",
        "source",
        "terraform",
        "true",
        "var",
        "version",
    };

    /// <summary>Words that HCL reads as something else at the beginning of an object, or as a value.</summary>
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal) { "for", "if", "in", "null", "true", "false" };

    public static string Of(string name)
    {
        StringBuilder identifier = new();
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (char.IsAsciiLetter(c) || (char.IsAsciiDigit(c) && i > 0))
            {
                identifier.Append(c);
                continue;
            }

            bool isInside =
                i > 0 && i + 1 < name.Length && char.IsAsciiLetterOrDigit(name[i - 1]) && char.IsAsciiLetterOrDigit(name[i + 1]);
            identifier.Append(
                (c, isInside) switch
                {
                    ('-', true) => "_",
                    ('_', true) => "__",
                    _ => string.Create(CultureInfo.InvariantCulture, $"___{(int)c:x}_"),
                }
            );
        }

        string made = identifier.Length == 0 ? "____" : identifier.ToString();
        // No other name ends in that: a code ends with its own '_' after a digit.
        return Reserved.Contains(made) ? made + "___" : made;
    }

    /// <summary>A key of an object: bare if it is a plain word that means nothing.</summary>
    public static string Key(string name) =>
        name.Length > 0
        && !char.IsAsciiDigit(name[0])
        && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
        && !Words.Contains(name)
            ? name
            : HclText.Quote(name);

    /// <summary>A readable word of a text, for an identifier that has something else to tell it apart.</summary>
    public static string Word(string text)
    {
        StringBuilder word = new();
        foreach (char c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                word.Append(char.ToLowerInvariant(c));
            }
            else if (word.Length > 0 && word[^1] != '_')
            {
                word.Append('_');
            }
        }

        return word.ToString().Trim('_');
    }
}
