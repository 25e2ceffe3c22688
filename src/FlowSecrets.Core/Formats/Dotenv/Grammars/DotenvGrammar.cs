using System.Text.RegularExpressions;

namespace FlowSecrets.Formats.Dotenv.Grammars;

/// <summary>The package dotenv of npm, version 16 and 17: one regular expression over the whole file.</summary>
internal static partial class DotenvGrammar
{
    private const int TimeLimit = 10_000;

    /// <summary>What JavaScript takes for white space.</summary>
    private const string Blank = @"[\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]";

    private const string LineStart = @"(?<=\A|[\n\r\u2028\u2029])";

    private const string LineEnd = @"(?=[\n\r\u2028\u2029]|\z)";

    private static readonly char[] Blanks =
    [
        .. "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff",
    ];

    /// <exception cref="RegexMatchTimeoutException">The file takes the expression too long.</exception>
    public static IReadOnlyList<EnvStatement> Read(string text)
    {
        EnvLines lines = new(text);
        List<EnvStatement> statements = [];
        foreach (Match match in Assignment().Matches(text.Replace('\r', '\n')))
        {
            string value = match.Groups["value"].Value.Trim(Blanks);
            char first = value.Length > 0 ? value[0] : '\0';
            value = Quoted().Replace(value, "${inner}");
            if (first == '"')
            {
                value = value.Replace(@"\n", "\n", StringComparison.Ordinal).Replace(@"\r", "\r", StringComparison.Ordinal);
            }

            Group name = match.Groups["name"];
            int end = match.Index + match.Value.TrimEnd(Blanks).Length;
            statements.Add(new EnvStatement(lines.Of(name.Index), lines.Of(end), name.Value, value));
        }

        return statements;
    }

    [GeneratedRegex(
        LineStart
            + Blank
            + "*(?:export"
            + Blank
            + @"+)?(?<name>[A-Za-z0-9_.\-]+)(?:"
            + Blank
            + "*="
            + Blank
            + "*?|:"
            + Blank
            + "+?)(?<value>"
            + Blank
            + @"*'(?:\\'|[^'])*'|"
            + Blank
            + "*\"(?:\\\\\"|[^\"])*\"|"
            + Blank
            + @"*`(?:\\`|[^`])*`|[^#\r\n]+)?"
            + Blank
            + @"*(?:#[^\n\r\u2028\u2029]*)?"
            + LineEnd,
        RegexOptions.ExplicitCapture,
        TimeLimit
    )]
    private static partial Regex Assignment();

    [GeneratedRegex(LineStart + @"(?<quote>['""`])(?<inner>[\s\S]*)\k<quote>" + LineEnd, RegexOptions.ExplicitCapture, TimeLimit)]
    private static partial Regex Quoted();
}
