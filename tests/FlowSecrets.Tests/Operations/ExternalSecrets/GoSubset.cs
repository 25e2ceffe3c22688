using System.Text;

namespace FlowSecrets.Tests.Operations.ExternalSecrets;

/// <summary>
/// What the operator makes of the templates that we write: fields, index, string constants, urlquery, replace, b64enc, toRawJson and
/// default, as Go's text/template and sprig document them. It shares no code with the product.
/// </summary>
internal static class GoSubset
{
    public static string Run(string template, IReadOnlyDictionary<string, string> data)
    {
        StringBuilder result = new();
        int at = 0;
        while (true)
        {
            int open = template.IndexOf("{{", at, StringComparison.Ordinal);
            result.Append(template.AsSpan(at, (open < 0 ? template.Length : open) - at));
            if (open < 0)
            {
                return result.ToString();
            }

            at = open + 2;
            List<List<string>> commands =
            [
                [],
            ];
            for (string token = Token(template, ref at); token != "}}"; token = Token(template, ref at))
            {
                if (token == "|")
                {
                    commands.Add([]);
                }
                else
                {
                    commands[^1].Add(token);
                }
            }

            string value = First(commands[0], data);
            result.Append(commands.Skip(1).Aggregate(value, static (v, c) => Call(c, v)));
        }
    }

    private static string First(List<string> command, IReadOnlyDictionary<string, string> data) =>
        command switch
        {
            [var one] when one[0] == '"' => Unquote(one),
            [var field] when field[0] == '.' && field.Length > 1 => data[field[1..]],
            ["index", ".", var name] => data[Unquote(name)],
            _ => throw new InvalidOperationException(string.Join(' ', command)),
        };

    private static string Call(List<string> command, string value) =>
        command switch
        {
            ["urlquery"] => UrlQuery(value),
            ["replace", var from, var to] => value.Replace(Unquote(from), Unquote(to), StringComparison.Ordinal),
            ["b64enc"] => Convert.ToBase64String(Encoding.UTF8.GetBytes(value)),
            ["toRawJson"] => RawJson(value),
            ["default", var other] => value.Length == 0 ? Unquote(other) : value,
            _ => throw new InvalidOperationException(string.Join(' ', command)),
        };

    /// <summary>url.QueryEscape.</summary>
    private static string UrlQuery(string value)
    {
        StringBuilder result = new();
        foreach (byte b in Encoding.UTF8.GetBytes(value))
        {
            result.Append(
                b == ' ' ? "+"
                : char.IsAsciiLetterOrDigit((char)b) || "-_.~"u8.Contains(b) ? ((char)b).ToString()
                : $"%{b:X2}"
            );
        }

        return result.ToString();
    }

    /// <summary>encoding/json without the escapes for HTML.</summary>
    private static string RawJson(string value)
    {
        StringBuilder result = new("\"");
        foreach (char c in value)
        {
            result.Append(
                c switch
                {
                    '"' => "\\\"",
                    '\\' => "\\\\",
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    '\b' => "\\b",
                    '\f' => "\\f",
                    < ' ' or '\u2028' or '\u2029' => $"\\u{(int)c:x4}",
                    _ => c.ToString(),
                }
            );
        }

        return result.Append('"').ToString();
    }

    private static string Token(string text, ref int at)
    {
        while (text[at] == ' ')
        {
            at++;
        }

        int start = at;
        if (text.AsSpan(at).StartsWith("}}"))
        {
            at += 2;
        }
        else if (text[at] == '"')
        {
            for (at++; text[at] != '"'; at++)
            {
                at += text[at] == '\\' ? 1 : 0;
            }

            at++;
        }
        else if (text[at] == '|')
        {
            at++;
        }
        else
        {
            while (text[at] is not (' ' or '|' or '}'))
            {
                at++;
            }
        }

        return text[start..at];
    }

    private static string Unquote(string token) => System.Text.Json.JsonSerializer.Deserialize<string>(token)!;
}
