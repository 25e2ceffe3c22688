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

    private AwsPattern(string text) => _text = text;

    /// <summary>Null: a variable's value is not known.</summary>
    public static AwsPattern? Read(string text, AwsKeys keys, bool hasVariables, bool hasWildcards = true)
    {
        StringBuilder read = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '$' && text.AsSpan(i).StartsWith("${") && text.IndexOf('}', i) is int end and > 0)
            {
                if (!hasVariables || Value(text[(i + 2)..end], keys) is not { } value)
                {
                    return null;
                }

                read.Append(value);
                i = end;
            }
            else
            {
                read.Append(
                    text[i] switch
                    {
                        '*' when hasWildcards => Any,
                        '?' when hasWildcards => One,
                        char other => other,
                    }
                );
            }
        }

        return new AwsPattern(read.ToString());
    }

    public bool IsLike(string text, bool ignoreCase = false) => IsLike(_text, text, ignoreCase, isOpen: false);

    /// <summary>As ArnLike compares: part by part. Null: one of both is no ARN.</summary>
    public bool? IsLikeArn(string arn)
    {
        string[] wanted = _text.Split(':', ArnParts);
        string[] given = arn.Split(':', ArnParts);
        return wanted.Length == ArnParts && given.Length == ArnParts
            ? wanted.Zip(given).All(static p => IsLike(p.First, p.Second, ignoreCase: false, isOpen: false))
            : null;
    }

    /// <summary>As Resource compares: part by part, except that an asterisk at the end reaches further.</summary>
    /// <param name="arn">With question marks, or an asterisk for the account, where it is not known.</param>
    public bool? IsLikeResource(string arn)
    {
        if (_text.Length == 1 && _text[0] == Any)
        {
            return true;
        }

        string[] wanted = _text.Split(':', ArnParts);
        return wanted[0] != "arn" || (wanted.Length < ArnParts && !_text.EndsWith(Any))
            ? null
            : Known.All(wanted.Zip(arn.Split(':', wanted.Length)).Select(static p => IsLikePart(p.First, p.Second)));
    }

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
