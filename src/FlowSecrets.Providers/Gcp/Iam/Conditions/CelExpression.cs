using System.Globalization;

namespace FlowSecrets.Providers.Gcp.Iam.Conditions;

/// <summary>
/// Reads an expression of CEL by its grammar and evaluates it meanwhile, every branch of it. What CEL would refuse, and what is not
/// understood here, ends in a <see cref="CelException"/> that names it, whatever it is joined with.
/// </summary>
internal sealed class CelExpression
{
    /// <summary>IAM takes less; what is longer is not looked at.</summary>
    private const int MostCharacters = 16_384;
    private const int MostDepth = 50;

    private readonly List<CelToken> _tokens;
    private readonly Func<string, CelValue?> _attribute;
    private int _at;
    private int _depth;

    private CelExpression(string expression, Func<string, CelValue?> attribute)
    {
        _tokens = CelTokens.Of(expression);
        _attribute = attribute;
    }

    /// <param name="attribute">The value of a name with dots; null: there is no such attribute.</param>
    public static CelValue Evaluate(string expression, Func<string, CelValue?> attribute)
    {
        if (expression.Length > MostCharacters)
        {
            throw new CelException($"more than {MostCharacters} characters");
        }

        CelExpression reader = new(expression, attribute);
        CelValue value = reader.Choice();
        return reader.Peek.Kind == CelTokenKind.End ? value : throw reader.Unexpected();
    }

    private CelToken Peek => _tokens[_at];

    private CelValue Choice()
    {
        if (++_depth > MostDepth)
        {
            throw new CelException($"a nesting deeper than {MostDepth}");
        }

        CelValue value = Or();
        if (Take("?"))
        {
            CelValue yes = Or();
            Expect(":");
            value = CelOperators.Choose(value, yes, Choice());
        }

        _depth--;
        return value;
    }

    private CelValue Or()
    {
        CelValue left = And();
        while (Take("||"))
        {
            left = CelOperators.Or(left, And());
        }

        return left;
    }

    private CelValue And()
    {
        CelValue left = Relation();
        while (Take("&&"))
        {
            left = CelOperators.And(left, Relation());
        }

        return left;
    }

    private CelValue Relation()
    {
        CelValue left = Sum();
        while (true)
        {
            if (Peek is { Kind: CelTokenKind.Name, Words: "in" })
            {
                _at++;
                left = CelOperators.In(left, Sum());
            }
            else if (TakeAny("==", "!=", "<", "<=", ">", ">=") is { } sign)
            {
                left = CelOperators.Compare(sign, left, Sum());
            }
            else
            {
                return left;
            }
        }
    }

    private CelValue Sum()
    {
        CelValue left = Product();
        while (TakeAny("+", "-") is { } sign)
        {
            left = CelOperators.Reckon(sign, left, Product());
        }

        return left;
    }

    private CelValue Product()
    {
        CelValue left = Unary();
        while (TakeAny("*", "/", "%") is { } sign)
        {
            left = CelOperators.Reckon(sign, left, Unary());
        }

        return left;
    }

    /// <summary>! and - bind more tightly than any comparison: !a == b is (!a) == b.</summary>
    private CelValue Unary()
    {
        if (TakeAny("!", "-") is not { } sign)
        {
            return Member();
        }

        int count = 1;
        while (Take(sign))
        {
            count++;
        }

        CelValue value = Member();
        for (; count > 0; count--)
        {
            value = sign == "!" ? CelOperators.Not(value) : CelOperators.Negative(value);
        }

        return value;
    }

    private CelValue Member()
    {
        CelValue value = Primary();
        while (true)
        {
            if (Take("."))
            {
                string name = Name();
                value =
                    Take("(") ? CelFunctions.Of(value, name, Arguments(")"))
                    : value.Type == CelType.Any ? value
                    : throw new CelException($"'.{name}'");
            }
            else if (Take("["))
            {
                CelValue index = Choice();
                Expect("]");
                value = value.Type == CelType.Any ? CelValue.Unknown(CelType.Any, value, index) : throw new CelException("'[ ]'");
            }
            else
            {
                return value;
            }
        }
    }

    private CelValue Primary()
    {
        CelToken token = _tokens[_at];
        _at = token.Kind == CelTokenKind.End ? _at : _at + 1;
        switch (token)
        {
            case { Kind: CelTokenKind.Text }:
                return CelValue.Of(new CelText(token.Words));
            case { Kind: CelTokenKind.Number }:
                return long.TryParse(token.Words, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                    ? CelValue.Of(number)
                    : throw new CelException($"the number {token.Words}");
            case { Kind: CelTokenKind.Sign, Words: "(" }:
                CelValue inner = Choice();
                Expect(")");
                return inner;
            case { Kind: CelTokenKind.Sign, Words: "[" }:
                return CelOperators.List(Arguments("]"));
            case { Kind: CelTokenKind.Name, Words: "true" or "false" }:
                return CelValue.Of(token.Words == "true");
            case { Kind: CelTokenKind.Name } when Take("("):
                return CelFunctions.Of(token.Words, Arguments(")"));
            case { Kind: CelTokenKind.Name }:
                return Attribute(token.Words);
            default:
                _at = Math.Max(0, token.Kind == CelTokenKind.End ? _at : _at - 1);
                throw Unexpected();
        }
    }

    /// <summary>As many names with dots as there are before a call.</summary>
    private CelValue Attribute(string name)
    {
        string path = name;
        while (
            Peek is { Kind: CelTokenKind.Sign, Words: "." }
            && _tokens[_at + 1].Kind == CelTokenKind.Name
            && _tokens[_at + 2] is not { Kind: CelTokenKind.Sign, Words: "(" }
        )
        {
            path += "." + _tokens[_at + 1].Words;
            _at += 2;
        }

        return _attribute(path) ?? throw new CelException($"'{path}'");
    }

    private CelValue[] Arguments(string end)
    {
        List<CelValue> arguments = [];
        if (Take(end))
        {
            return [];
        }

        do
        {
            arguments.Add(Choice());
        } while (Take(","));

        Expect(end);
        return [.. arguments];
    }

    private string Name() => Peek.Kind == CelTokenKind.Name ? _tokens[_at++].Words : throw Unexpected();

    private bool Take(string sign)
    {
        if (Peek is { Kind: CelTokenKind.Sign } token && token.Words == sign)
        {
            _at++;
            return true;
        }

        return false;
    }

    private string? TakeAny(params ReadOnlySpan<string> signs)
    {
        foreach (string sign in signs)
        {
            if (Take(sign))
            {
                return sign;
            }
        }

        return null;
    }

    private void Expect(string sign)
    {
        if (!Take(sign))
        {
            throw Unexpected();
        }
    }

    private CelException Unexpected() => new(Peek.Kind == CelTokenKind.End ? "an end that is too early" : $"'{Peek.Words}'");
}
