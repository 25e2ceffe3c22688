namespace FlowSecrets.Providers.Gcp.Iam.Conditions;

/// <summary>The types of CEL that conditions of IAM need here; <see cref="Any"/> is a type that is not known.</summary>
internal enum CelType
{
    Bool,
    Int,
    Text,
    Time,
    Duration,
    List,
    Any,
}

/// <summary>A value of an expression. Its type is known before its value, so that what is not valid CEL is found in every branch.</summary>
/// <param name="Known">
/// bool, long, <see cref="CelText"/>, Int128 (nanoseconds, of a time since the year 1) or CelValue[]; null: it cannot be known here.
/// </param>
/// <param name="Open">The element of the expression that it hangs on; null: it is known.</param>
internal sealed record CelValue(CelType Type, object? Known, string? Open)
{
    public static CelValue Of(bool value) => new(CelType.Bool, value, null);

    public static CelValue Of(long value) => new(CelType.Int, value, null);

    public static CelValue Of(CelText value) => new(CelType.Text, value, null);

    public static CelValue Of(CelType type, Int128 nanoseconds) => new(type, nanoseconds, null);

    public static CelValue Of(CelValue[] items) => new(CelType.List, items, null);

    public static CelValue Unknown(CelType type, string element) => new(type, null, element);

    /// <summary>The same reason, for a value that hangs on one of these.</summary>
    public static CelValue Unknown(CelType type, params ReadOnlySpan<CelValue> values)
    {
        foreach (CelValue value in values)
        {
            if (value.Reason is { } reason)
            {
                return Unknown(type, reason);
            }
        }

        return Unknown(type, "an expression");
    }

    /// <summary>What keeps it from being known for certain.</summary>
    public string? Reason => Open ?? (Known is CelText { Whole: null } ? "the version's number" : null);

    public bool Is(CelType type) => Type == type || Type == CelType.Any;
}

/// <summary>A text of which the end may not be known.</summary>
/// <param name="Text">The text; of a text with an open end what it begins with.</param>
/// <param name="HasMore">Whether a version's number or alias follows: letters, digits, hyphens and underscores, one at least.</param>
internal sealed record CelText(string Text, bool HasMore = false)
{
    /// <summary>The whole text, if it is known for certain.</summary>
    public string? Whole => HasMore ? null : Text;
}

/// <summary>The expression is not CEL as IAM takes it, or has something that is not understood here.</summary>
internal sealed class CelException(string element) : Exception(element)
{
    public string Element { get; } = element;
}
