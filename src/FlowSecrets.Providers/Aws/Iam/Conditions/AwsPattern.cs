using System.Text;

namespace FlowSecrets.Providers.Aws.Iam.Conditions;

/// <summary>
/// A text of a policy with its variables and wildcards: ${aws:username}, ${aws:PrincipalTag/team, 'none'}, ${*}, *, ?.
/// </summary>
internal sealed class AwsPattern
{
    // Characters that no text has.
    private const char Any = '\uFDD0';
    private const char One = '\uFDD1';
    private const int ArnParts = 6;

    private readonly string _text;

    /// <summary>Where the first variable stands whose value is not known: anything in its place. Null: there is none.</summary>
    private readonly int? _open;

    private AwsPattern(string text, int? open = null) => (_text, _open) = (text, open);

    public static AwsPattern Read(string text, AwsKeys keys, bool hasVariables, bool hasWildcards = true)
    {
        StringBuilder read = new();
        int? open = null;
        int lastEnd = text.LastIndexOf('}');
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '$' && i < lastEnd && text.AsSpan(i).StartsWith("${"))
            {
                int end = text.IndexOf('}', i);
                string? value = hasVariables ? Value(text[(i + 2)..end], keys) : null;
                open ??= value is null ? read.Length : null;
                read.Append(value ?? $"{Any}");
                i = end;
            }
            else
            {
                read.Append(hasWildcards ? Wildcard(text[i]) : text[i]);
            }
        }

        return new AwsPattern(read.ToString(), open);
    }

    /// <summary>Without variables, as Action has none.</summary>
    public static AwsPattern OfWildcards(string text) => new(string.Concat(text.Select(Wildcard)));

    /// <summary>Of a pattern without variables.</summary>
    public bool Is(string text, bool ignoreCase = false) => IsLike(_text, text, ignoreCase, isOpen: false);

    /// <returns>Null: it hangs on a variable whose value is not known.</returns>
    public bool? IsLike(string text, bool ignoreCase = false) => Unless(_open, IsLike(_text, text, ignoreCase, isOpen: false));

    /// <summary>As ArnLike compares: part by part.</summary>
    /// <returns>Null: one of both is no ARN, or it hangs on a variable whose value is not known.</returns>
    public bool? IsLikeArn(string arn)
    {
        if (HidesParts)
        {
            return null;
        }

        string[] wanted = _text.Split(':', ArnParts);
        string[] given = arn.Split(':', ArnParts);
        return wanted.Length == ArnParts && given.Length == ArnParts
            ? Unless(_open, wanted.Zip(given).All(static p => IsLike(p.First, p.Second, ignoreCase: false, isOpen: false)))
            : null;
    }

    /// <summary>As Resource compares: part by part, except that an asterisk at the end reaches further.</summary>
    /// <param name="arn">With question marks, or an asterisk for the account, where it is not known.</param>
    public bool? IsLikeResource(string arn)
    {
        if (_text.Length == 1 && _text[0] == Any)
        {
            return Unless(_open, true);
        }

        if (HidesParts)
        {
            return null;
        }

        string[] wanted = _text.Split(':', ArnParts);
        return wanted[0] != "arn" || (wanted.Length < ArnParts && !_text.EndsWith(Any))
            ? null
            : Unless(_open, Known.All(wanted.Zip(arn.Split(':', wanted.Length)).Select(static p => IsLikePart(p.First, p.Second))));
    }

    /// <summary>Whether a value that is not known may have colons where an ARN is divided.</summary>
    private bool HidesParts => _open is { } open && _text.AsSpan(0, open).Count(':') < ArnParts - 1;

    /// <summary>What fits anything in the variable's place may not fit its value; what does not fit anything fits no value.</summary>
    private static bool? Unless(int? open, bool? isLike) => open is null || isLike == false ? isLike : null;

    private static char Wildcard(char character) =>
        character switch
        {
            '*' => Any,
            '?' => One,
            _ => character,
        };

    private static bool? IsLikePart(string wanted, string given) =>
        IsLike(wanted, given, ignoreCase: false, isOpen: false) ? true
        : given == "*" || IsLike(wanted, given, ignoreCase: false, isOpen: true) ? null
        : false;

    private static string? Value(string variable, AwsKeys keys)
    {
        if (variable is "*" or "?" or "$")
        {
            return variable;
        }

        string[] parts = variable.Split(',', 2, StringSplitOptions.TrimEntries);
        return keys[parts[0]] switch
        {
            { Values: [{ } value] } => value,
            { IsPresent: false } when parts is [_, ['\'', .. string other, '\'']] => other,
            _ => null,
        };
    }

    /// <param name="isOpen">Whether a question mark of the text can be any character.</param>
    private static bool IsLike(string pattern, string text, bool ignoreCase, bool isOpen)
    {
        (int p, int t, int star, int mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == Any)
            {
                (star, mark) = (p++, t);
            }
            else if (p < pattern.Length && IsSame(pattern[p], text[t], ignoreCase, isOpen))
            {
                (p, t) = (p + 1, t + 1);
            }
            else if (star >= 0)
            {
                // The last asterisk takes one character more.
                (p, t) = (star + 1, ++mark);
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).TrimStart(Any).IsEmpty;
    }

    private static bool IsSame(char wanted, char given, bool ignoreCase, bool isOpen) =>
        wanted == given
        || wanted == One
        || (isOpen && given == '?')
        || (ignoreCase && char.ToUpperInvariant(wanted) == char.ToUpperInvariant(given));
}
