namespace FlowSecrets.Providers.Gcp.Iam.Conditions;

/// <summary>
/// The operators of CEL. Types that do not fit are an error at once; a value that is not known makes what hangs on it unknown.
/// </summary>
internal static class CelOperators
{
    public static CelValue Or(CelValue left, CelValue right) => Joined(left, right, decides: true, "||");

    public static CelValue And(CelValue left, CelValue right) => Joined(left, right, decides: false, "&&");

    public static CelValue Not(CelValue value) =>
        !value.Is(CelType.Bool) ? throw new CelException("'!'")
        : value.Known is bool known ? CelValue.Of(!known)
        : CelValue.Unknown(CelType.Bool, value);

    public static CelValue Negative(CelValue value) =>
        !value.Is(CelType.Int) ? throw new CelException("'-'")
        : value.Known is long known && known != long.MinValue ? CelValue.Of(-known)
        : CelValue.Unknown(CelType.Int, value);

    public static CelValue Choose(CelValue condition, CelValue yes, CelValue no)
    {
        if (!condition.Is(CelType.Bool) || !Fit(yes, no))
        {
            throw new CelException("'? :'");
        }

        return condition.Known is bool known
            ? (known ? yes : no)
            : CelValue.Unknown(yes.Type == CelType.Any ? no.Type : yes.Type, condition);
    }

    public static CelValue Compare(string sign, CelValue left, CelValue right)
    {
        if (sign is "==" or "!=")
        {
            CelValue same = Same(left, right);
            return sign == "==" ? same : Not(same);
        }

        CelType type = left.Type == CelType.Any ? right.Type : left.Type;
        if (!Fit(left, right) || type is CelType.Bool or CelType.List)
        {
            throw new CelException($"'{sign}'");
        }

        int? order = (left.Known, right.Known) switch
        {
            (long a, long b) => a.CompareTo(b),
            (Int128 a, Int128 b) => a.CompareTo(b),
            (CelText a, CelText b) => CelTexts.Compare(a, b),
            _ => null,
        };
        return order is not { } known
            ? CelValue.Unknown(CelType.Bool, left, right)
            : CelValue.Of(
                sign switch
                {
                    "<" => known < 0,
                    "<=" => known <= 0,
                    ">" => known > 0,
                    _ => known >= 0,
                }
            );
    }

    public static CelValue In(CelValue value, CelValue list)
    {
        if (!list.Is(CelType.List))
        {
            throw new CelException("'in'");
        }

        if (list.Known is not CelValue[] items)
        {
            return CelValue.Unknown(CelType.Bool, list);
        }

        CelValue[] same = [.. items.Select(i => Same(value, i))];
        return items.FirstOrDefault(static i => i.Open is not null) is { } open ? CelValue.Unknown(CelType.Bool, open)
            : value.Open is not null ? CelValue.Unknown(CelType.Bool, value)
            : same.FirstOrDefault(static s => s.Known is true) is { } found ? found
            : same.FirstOrDefault(static s => s.Known is null) ?? CelValue.Of(false);
    }

    public static CelValue List(CelValue[] items)
    {
        if (items.Skip(1).Any(i => !Fit(items[0], i)))
        {
            throw new CelException("a list of several types");
        }

        return CelValue.Of(items);
    }

    public static CelValue Reckon(string sign, CelValue left, CelValue right)
    {
        CelType type = (sign, left.Type, right.Type) switch
        {
            (_, CelType.Int, CelType.Int) => CelType.Int,
            ("+", CelType.Text, CelType.Text) => CelType.Text,
            ("+" or "-", CelType.Time, CelType.Duration) or ("+", CelType.Duration, CelType.Time) => CelType.Time,
            ("+" or "-", CelType.Duration, CelType.Duration) or ("-", CelType.Time, CelType.Time) => CelType.Duration,
            (_, CelType.Any, _) or (_, _, CelType.Any) => CelType.Any,
            _ => throw new CelException($"'{sign}'"),
        };
        return (left.Known, right.Known) switch
        {
            (long a, long b) => Whole(sign, a, b) is { } whole ? CelValue.Of(whole) : CelValue.Unknown(type, $"'{sign}' out of range"),
            (Int128 a, Int128 b) => CelTime.Sum(type, sign == "+" ? a + b : a - b),
            (CelText { Whole: { } a }, CelText { Whole: { } b }) => CelValue.Of(new CelText(a + b)),
            _ => CelValue.Unknown(type, left, right),
        };
    }

    private static CelValue Same(CelValue left, CelValue right)
    {
        if (!Fit(left, right) || left.Type == CelType.List || right.Type == CelType.List)
        {
            throw new CelException("'=='");
        }

        bool? same = (left.Known, right.Known) switch
        {
            (CelText a, CelText b) => CelTexts.Same(a, b),
            (null, _) or (_, null) => null,
            (var a, var b) => a.Equals(b),
        };
        return same is { } known ? CelValue.Of(known) : CelValue.Unknown(CelType.Bool, left, right);
    }

    private static bool Fit(CelValue left, CelValue right) => left.Is(right.Type) || right.Type == CelType.Any;

    private static CelValue Joined(CelValue left, CelValue right, bool decides, string sign) =>
        !left.Is(CelType.Bool) || !right.Is(CelType.Bool) ? throw new CelException($"'{sign}'")
        : left.Known is bool a && a == decides || right.Known is bool b && b == decides ? CelValue.Of(decides)
        : left.Known is bool && right.Known is bool ? CelValue.Of(!decides)
        : CelValue.Unknown(CelType.Bool, left, right);

    /// <summary>Overflow and division by zero are errors in CEL.</summary>
    private static long? Whole(string sign, long left, long right)
    {
        try
        {
            return sign switch
            {
                "+" => checked(left + right),
                "-" => checked(left - right),
                "*" => checked(left * right),
                "/" => left / right,
                _ => left % right,
            };
        }
        catch (ArithmeticException)
        {
            return null;
        }
    }
}
