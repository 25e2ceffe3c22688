using System.Text.Json.Nodes;
using FlowSecrets.Providers.Aws.Iam.Conditions;

namespace FlowSecrets.Providers.Aws.Iam.Policies;

/// <summary>
/// Conditions of AWS policies over what is known of the keys here. Whatever hangs on another key (an address, MFA, an organisation) or on
/// an operator that is not known is not known (null).
/// </summary>
internal static class AwsCondition
{
    private const string AnyValue = "ForAnyValue:";
    private const string AllValues = "ForAllValues:";
    private const string IfExists = "IfExists";
    private const string Null = "Null";

    /// <summary>What each of them is not.</summary>
    private static readonly Dictionary<string, string> Negations = new(StringComparer.Ordinal)
    {
        ["StringNotEquals"] = "StringEquals",
        ["StringNotEqualsIgnoreCase"] = "StringEqualsIgnoreCase",
        ["StringNotLike"] = "StringLike",
        ["ArnNotEquals"] = "ArnEquals",
        ["ArnNotLike"] = "ArnLike",
        ["DateNotEquals"] = "DateEquals",
        ["NumericNotEquals"] = "NumericEquals",
        ["NotIpAddress"] = "IpAddress",
    };

    /// <param name="condition">Null: there is none.</param>
    /// <param name="keys">What is known of the request.</param>
    /// <param name="hasVariables">Whether the policy's version has variables.</param>
    /// <returns>Null: it cannot be known here.</returns>
    public static bool? IsMet(JsonObject? condition, AwsKeys keys, bool hasVariables = true) =>
        Known.All(Tests(condition).Select(t => IsMet(t.Operator, keys[t.Key], t.Wanted, keys, hasVariables)));

    /// <summary>The keys that the answer hangs on, each with its operator if that is not known.</summary>
    public static IEnumerable<string> OpenKeys(JsonObject? condition, AwsKeys keys, bool hasVariables = true) =>
        Tests(condition)
            .Where(t => IsMet(t.Operator, keys[t.Key], t.Wanted, keys, hasVariables) is null)
            .Select(static t => IsKnown(t.Operator) ? t.Key : $"{t.Operator} {t.Key}");

    /// <summary>A value that is none of the kind that its operator compares; null: there is none.</summary>
    public static string? UnreadOf(JsonObject? condition) =>
        (
            from test in Tests(condition)
            let kind = AwsOperator.KindOf(Base(test.Operator, out _, out _))
            where kind is not null
            from value in test.Wanted
            where !value.Contains("${", StringComparison.Ordinal) && !AwsOperator.IsOf(kind, value)
            select $"the {kind} '{value}'"
        ).FirstOrDefault();

    /// <summary>The time that a condition ends at, when that is all it says.</summary>
    public static DateTimeOffset? EndOf(JsonObject? condition) =>
        condition is { Count: 1 }
        && condition["DateLessThan"] is JsonObject { Count: 1 } dates
        && AwsPolicy.Texts(dates["aws:CurrentTime"]) is [{ } text]
        && AwsOperator.Time(text) is { } end
            ? end
            : null;

    private static IEnumerable<(string Operator, string Key, IReadOnlyList<string> Wanted)> Tests(JsonObject? condition) =>
        (condition ?? []).SelectMany(static o =>
            // An operator without keys is nothing that AWS writes.
            o.Value
                is JsonObject keys
                ? keys.Select(k => (o.Key, k.Key, AwsPolicy.Texts(k.Value)))
                : [("", o.Key, (IReadOnlyList<string>)[])]
        );

    private static bool IsKnown(string name) => Base(name, out _, out _) is var test && (test is Null || Comparison(test) is not null);

    private static bool? IsMet(string name, AwsKeyState key, IReadOnlyList<string> wanted, AwsKeys keys, bool hasVariables)
    {
        string test = Base(name, out string set, out bool isOptional);
        if (test == Null)
        {
            return set.Length > 0 || isOptional || wanted.Count == 0 || key.IsPresent is not { } isPresent
                ? null
                : Known.Any(wanted.Select(w => bool.TryParse(w, out bool absent) ? absent != isPresent : (bool?)null));
        }

        bool negates = Negations.ContainsKey(test);
        if (Comparison(test) is not { } compare || wanted.Count == 0)
        {
            return null;
        }

        if (key.IsPresent == false)
        {
            return set switch
            {
                AllValues => true,
                AnyValue => isOptional ? null : false,
                _ => isOptional || negates,
            };
        }

        if (key.Values is not { } values || (values.Count != 1 && set.Length == 0))
        {
            return null;
        }

        IEnumerable<bool?> each = values.Select(v => Holds(v));
        return set == AllValues ? Known.All(each) : Known.Any(each);

        bool? Holds(string value)
        {
            bool? any = Known.Any(wanted.Select(w => compare(value, w, keys, hasVariables)));
            return negates ? !any : any;
        }
    }

    private static AwsOperator.Comparison? Comparison(string test) => AwsOperator.Find(Negations.GetValueOrDefault(test, test));

    private static string Base(string name, out string set, out bool isOptional)
    {
        set =
            name.StartsWith(AnyValue, StringComparison.Ordinal) ? AnyValue
            : name.StartsWith(AllValues, StringComparison.Ordinal) ? AllValues
            : "";
        string test = name[set.Length..];
        isOptional = test.EndsWith(IfExists, StringComparison.Ordinal);
        return isOptional ? test[..^IfExists.Length] : test;
    }
}
