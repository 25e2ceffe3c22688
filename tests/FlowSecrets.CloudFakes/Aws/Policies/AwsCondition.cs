using System.Text.Json;
using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws.Policies;

/// <summary>The conditions of a statement: all of them hold; of a key's values one is enough.</summary>
internal sealed class AwsCondition
{
    private const string AnyValue = "ForAnyValue:";
    private const string AllValues = "ForAllValues:";
    private const string IfExists = "IfExists";
    private readonly IReadOnlyList<(string Operator, string Key, IReadOnlyList<string> Wanted)> _tests;

    /// <param name="block">Null: there is none.</param>
    public AwsCondition(JsonNode? block) =>
        _tests = block is null
            ? []
            : [.. Members(block).SelectMany(static o => Members(o.Value).Select(k => (o.Key, k.Key, AwsPolicy.Texts(k.Value))))];

    public bool IsEmpty => _tests.Count == 0;

    public IEnumerable<string> Keys => _tests.Select(static t => t.Key);

    public bool Holds(AwsContext context) =>
        _tests.All(t => Holds(t.Operator, context.Values(t.Key), [.. t.Wanted.Select(context.Fill).OfType<string>()]));

    private static JsonObject Members(JsonNode? node) =>
        node as JsonObject ?? throw new JsonException("A condition is an object of objects.");

    private static bool Holds(string name, IReadOnlyList<string> given, IReadOnlyList<string> wanted)
    {
        string test = name;
        bool isAll = Cut(ref test, AllValues);
        _ = Cut(ref test, AnyValue);
        bool isOptional = test.EndsWith(IfExists, StringComparison.Ordinal);
        test = isOptional ? test[..^IfExists.Length] : test;
        if (test == "Null")
        {
            return wanted.Any(w => bool.TryParse(w, out bool absent) && absent == (given.Count == 0));
        }

        bool negates = test.Contains("Not", StringComparison.Ordinal);
        if (given.Count == 0)
        {
            return isOptional || isAll || (negates && !name.StartsWith(AnyValue, StringComparison.Ordinal));
        }

        Func<string, string, bool> compare = AwsOperators.Find(test);
        bool One(string value) => wanted.Any(w => compare(value, w)) != negates;
        return isAll ? given.All(One) : given.Any(One);
    }

    private static bool Cut(ref string text, string prefix)
    {
        bool has = text.StartsWith(prefix, StringComparison.Ordinal);
        text = has ? text[prefix.Length..] : text;
        return has;
    }
}
