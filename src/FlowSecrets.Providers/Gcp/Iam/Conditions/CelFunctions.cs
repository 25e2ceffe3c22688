namespace FlowSecrets.Providers.Gcp.Iam.Conditions;

/// <summary>The functions of CEL that conditions of IAM have.</summary>
internal static class CelFunctions
{
    public static CelValue Of(string name, CelValue[] arguments) =>
        (name, arguments) switch
        {
            ("timestamp", [{ Type: CelType.Time } time]) => time,
            ("timestamp", [var text]) when text.Is(CelType.Text) => text.Known is CelText { Whole: { } whole }
                ? CelTime.Time(whole)
                : CelValue.Unknown(CelType.Time, text),
            ("duration", [{ Type: CelType.Duration } duration]) => duration,
            ("duration", [var text]) when text.Is(CelType.Text) => text.Known is CelText { Whole: { } whole }
                ? CelTime.Duration(whole)
                : CelValue.Unknown(CelType.Duration, text),
            ("size", [var of]) => Size(of),
            _ => throw new CelException($"'{name}()'"),
        };

    public static CelValue Of(CelValue on, string name, CelValue[] arguments) =>
        on.Type switch
        {
            CelType.Any => OfUnknown(on, name),
            CelType.Text => OfText(on, name, arguments),
            CelType.Time => OfTime(on, name, arguments),
            CelType.Duration when arguments.Length == 0 => on.Known is Int128 length
                ? CelTime.Part(length, name)
                : CelValue.Unknown(CelType.Int, on),
            CelType.List when name == "size" && arguments.Length == 0 => Size(on),
            _ => throw new CelException($"'{name}()'"),
        };

    /// <summary>Tags and the like, which only Google knows.</summary>
    private static CelValue OfUnknown(CelValue on, string name)
    {
        CelType type = (on.Open, name) switch
        {
            ("'resource'", "matchTag" or "matchTagId" or "hasTagKey" or "hasTagKeyId") => CelType.Bool,
            ("'api'", "getAttribute") => CelType.Any,
            ("'resource'" or "'api'", _) => throw new CelException($"'{on.Open!.Trim('\'')}.{name}()'"),
            _ => CelType.Any,
        };
        return CelValue.Unknown(type, on.Open is "'resource'" or "'api'" ? $"'{on.Open.Trim('\'')}.{name}'" : on.Open!);
    }

    private static CelValue OfText(CelValue on, string name, CelValue[] arguments)
    {
        if (name == "size" && arguments.Length == 0)
        {
            return Size(on);
        }

        if (arguments is not [{ } argument] || !argument.Is(CelType.Text))
        {
            throw new CelException($"'{name}()'");
        }

        if (name == "extract")
        {
            return CelValue.Unknown(CelType.Text, "'extract()'");
        }

        Func<CelText, string, bool?> ask = name switch
        {
            "startsWith" => CelTexts.StartsWith,
            "endsWith" => CelTexts.EndsWith,
            "contains" => CelTexts.Contains,
            "matches" => CelTexts.Matches,
            _ => throw new CelException($"'{name}()'"),
        };
        return on.Known is not CelText text || argument.Known is not CelText { Whole: { } part }
                ? CelValue.Unknown(CelType.Bool, on.Open ?? argument.Reason ?? $"'{name}()'")
            : ask(text, part) is { } answer ? CelValue.Of(answer)
            : CelValue.Unknown(CelType.Bool, on.Reason ?? $"'{name}('{part}')'");
    }

    private static CelValue OfTime(CelValue on, string name, CelValue[] arguments)
    {
        if (!name.StartsWith("get", StringComparison.Ordinal) || arguments.Length > 1 || arguments.Any(static a => !a.Is(CelType.Text)))
        {
            throw new CelException($"'{name}()'");
        }

        // What is no part of a time is found also where the time is not known.
        CelValue part = CelTime.Part(on.Known as Int128? ?? 1_000_000_000L * 3600 * 24 * 1000, name, null);
        return on.Known is not Int128 time ? CelValue.Unknown(part.Type, on)
            : arguments is not [{ } zone] ? part
            : zone.Known is CelText { Whole: { } whole } ? CelTime.Part(time, name, whole)
            : CelValue.Unknown(part.Type, zone.Reason ?? "the time zone");
    }

    private static CelValue Size(CelValue of) =>
        !of.Is(CelType.Text) && !of.Is(CelType.List) ? throw new CelException("'size()'")
        : of.Known is CelText text && CelTexts.Size(text) is { } length ? CelValue.Of(length)
        : of.Known is CelValue[] items ? CelValue.Of(items.LongLength)
        : CelValue.Unknown(CelType.Int, of.Reason ?? "'size()'");
}
