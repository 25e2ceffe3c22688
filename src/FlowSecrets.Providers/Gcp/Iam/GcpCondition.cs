using System.Globalization;
using System.Text.RegularExpressions;
using FlowSecrets.Providers.Gcp.Connection;

namespace FlowSecrets.Providers.Gcp.Iam;

/// <summary>
/// Conditions of IAM as far as they can be decided here: comparisons of request.time, resource.name, resource.service and resource.type,
/// with !, &amp;&amp;, || and
/// parentheses. Whatever else they hold is not known (null), and so is what hangs on it.
/// </summary>
internal sealed partial class GcpCondition
{
    private readonly List<string> _tokens;
    private readonly DateTimeOffset _now;
    private readonly string _name;
    private readonly bool _isVersion;
    private readonly bool _isNamed;
    private int _at;

    /// <param name="secret">Full name of the secret, with the project's number: projects/N/secrets/ID.</param>
    /// <param name="permission">Some are asked for on a version, whose number is not known; all others on the secret itself.</param>
    private GcpCondition(string expression, DateTimeOffset now, string secret, string permission)
    {
        _tokens = [.. Token().Matches(expression).Select(static m => m.Value)];
        _isVersion =
            permission.StartsWith("secretmanager.versions.", StringComparison.Ordinal)
            && permission is not (GcpRoles.Add or "secretmanager.versions.list");
        (_now, _name) = (now, _isVersion ? secret + "/versions/" : secret);

        // Conditions see the project's number; with its id alone nothing is known of the name.
        _isNamed = secret.Split('/') is ["projects", { } number, ..] && number.All(char.IsAsciiDigit);
    }

    /// <returns>Null: it cannot be known here.</returns>
    public static bool? IsMet(string expression, DateTimeOffset now, string secret, string permission)
    {
        GcpCondition condition = new(expression, now, secret, permission);
        try
        {
            bool? met = condition.Or();
            return condition._at == condition._tokens.Count ? met : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private bool? Or()
    {
        bool? left = And();
        while (Take("||"))
        {
            bool? right = And();
            left =
                left == true || right == true ? true
                : left == false && right == false ? false
                : null;
        }

        return left;
    }

    private bool? And()
    {
        bool? left = Not();
        while (Take("&&"))
        {
            bool? right = Not();
            left =
                left == false || right == false ? false
                : left == true && right == true ? true
                : null;
        }

        return left;
    }

    private bool? Not()
    {
        if (Take("!"))
        {
            return !Not();
        }

        if (Take("("))
        {
            bool? inner = Or();
            Expect(")");
            return inner;
        }

        return Comparison();
    }

    private bool? Comparison()
    {
        string name = Next();
        switch (name)
        {
            case "true":
                return true;
            case "false":
                return false;
            case "request.time":
                string sign = Next();
                Expect("timestamp");
                Expect("(");
                DateTimeOffset time = DateTimeOffset.Parse(Text(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
                Expect(")");
                return sign switch
                {
                    "<" => _now < time,
                    "<=" => _now <= time,
                    ">" => _now > time,
                    ">=" => _now >= time,
                    _ => null,
                };
            case "resource.name.startsWith":
                return Within(text =>
                    _name.StartsWith(text, StringComparison.Ordinal) ? true
                    : _isVersion && text.StartsWith(_name, StringComparison.Ordinal) ? null
                    : false
                );
            case "resource.name.endsWith":
                // How the version will be named is not known.
                return Within(text => _isVersion ? null : _name.EndsWith(text, StringComparison.Ordinal));
            case "resource.name" or "resource.service" or "resource.type":
                bool equal = Next() switch
                {
                    "==" => true,
                    "!=" => false,
                    _ => throw new FormatException(),
                };
                string told = Text();
                bool? same = name switch
                {
                    "resource.name" => !_isNamed ? null
                    : !_isVersion ? told == _name
                    : told.StartsWith(_name, StringComparison.Ordinal) ? null
                    : false,
                    "resource.service" => told == "secretmanager.googleapis.com",
                    _ => told == (_isVersion ? "secretmanager.googleapis.com/SecretVersion" : "secretmanager.googleapis.com/Secret") ? true
                    : _isVersion && told == "secretmanager.googleapis.com/Secret" ? null
                    : false,
                };
                return equal ? same : !same;
            default:
                throw new FormatException();
        }
    }

    private bool? Within(Func<string, bool?> decide)
    {
        Expect("(");
        string text = Text();
        Expect(")");
        return _isNamed ? decide(text) : null;
    }

    private string Text()
    {
        string token = Next();
        return token.Length >= 2 && token[0] is '"' or '\'' && !token.Contains('\\', StringComparison.Ordinal)
            ? token[1..^1]
            : throw new FormatException();
    }

    private bool Take(string token)
    {
        if (_at < _tokens.Count && _tokens[_at] == token)
        {
            _at++;
            return true;
        }

        return false;
    }

    private void Expect(string token)
    {
        if (!Take(token))
        {
            throw new FormatException();
        }
    }

    private string Next() => _at < _tokens.Count ? _tokens[_at++] : throw new FormatException();

    /// <summary>Anything that is none of the words is a token of its own, which no rule takes.</summary>
    [GeneratedRegex("""[A-Za-z_][A-Za-z0-9_.]*|"(\\.|[^"\\])*"|'(\\.|[^'\\])*'|&&|\|\||[<>=!]=|[<>!()]|\S""", RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}
