using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Operations.Transfer;
using FlowSecrets.Tests.Operations.Transfer;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Secrets;

/// <summary>A path means the same in a template, in -Field and in the catalog: the member with the whole name first.</summary>
public sealed class MemberPathTests
{
    private const string Catalog = """
        application: app
        default: local
        environments: { local: { store: local, path: store.db } }
        secrets:
          db: { fields: { a: { }, "c.d": { env: DECLARED } } }
        localEnv:
          variables: { DOTTED: "{{ db.a.b }}", BRACKETS: '{{ db["a"]["b"] }}', FIELD: "{{ db.c.d }}" }
        """;

    [Theory]
    [InlineData("""{"a.b":"literal","a":{"b":"nested"},"c.d":"literal","c":{"d":"nested"}}""", "literal", "nested", "literal")]
    [InlineData("""{"a":{"b":"nested"},"c":{"d":"nested"}}""", "nested", "nested", "nested")]
    public async Task CommandsAgree(string json, string dotted, string brackets, string field)
    {
        using ExportScene scene = new(Catalog);
        await scene.WithAsync(("db", json));
        ExportOptions options = new() { Format = ExportFormat.Json };
        using JsonDocument exported = JsonDocument.Parse(await scene.TextAsync(options));
        Assert.Equal(dotted, exported.RootElement.GetProperty("DOTTED").GetString());
        Assert.Equal(brackets, exported.RootElement.GetProperty("BRACKETS").GetString());
        Assert.Equal(field, exported.RootElement.GetProperty("FIELD").GetString());
        Assert.Equal(field, exported.RootElement.GetProperty("DECLARED").GetString());
        Assert.Equal(dotted, await ReadAsync(scene, "a.b"));
        Assert.Equal(brackets, await ReadAsync(scene, """["a"]["b"]"""));
        Assert.Equal(field, await ReadAsync(scene, "c.d"));
    }

    [Fact]
    public void TemplatesAndFieldsAgreeOnRandomObjects()
    {
        Random random = new(17);
        int literal = 0;
        for (int round = 0; round < 10_000; round++)
        {
            JsonObject json = Object(random, 3);
            string path = string.Join('.', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Letter(random)));
            using SecretValue value = SecretValue.FromText(json.ToJsonString());
            JsonSecret secret = JsonSecret.Parse(value, "db");
            string? expected = Expected(json, path.Split('.'));
            TemplateReference reference = Template.Parse("{{ db." + path + " }}").References.Single();
            Assert.True(expected == secret.TextAt(path), $"{path} in {json.ToJsonString()}");
            Assert.True(expected == secret.Text(reference), $"{{{{ db.{path} }}}} in {json.ToJsonString()}");
            string quoted = string.Concat(path.Split('.').Select(static s => $"[ '{s}' ]"));
            string? nested = Template.Parse($"{{{{ db{quoted} }}}}").References.Select(secret.Text).Single();
            Assert.True(Nested(json, path.Split('.')) == nested, $"{quoted} in {json.ToJsonString()}");
            literal += expected is not null && expected != nested ? 1 : 0;
        }

        Assert.True(literal > 200, $"{literal}"); // the test means what it says
    }

    [Fact]
    public void ANameInBracketsIsOneName()
    {
        using SecretValue value = SecretValue.FromText("""{"a":{"b.c":"1","b":{"c":"2"}},"x\"y.z":"3","x":{"y":"4"}}""");
        JsonSecret secret = JsonSecret.Parse(value, "db");
        Assert.Equal("1", secret.Text(Template.Parse("""{{ db.a["b.c"] }}""").References.Single()));
        Assert.Equal("1", secret.Text(Template.Parse("{{ db.a.b.c }}").References.Single()));
        Assert.Equal("3", secret.Text(Template.Parse("""{{ db['x"y.z'] }}""").References.Single()));
        Assert.Null(secret.Text(Template.Parse("""{{ db["x.y"] }}""").References.Single()));
    }

    [Fact]
    public void TheLongestFieldOfTheCatalogIsMeant()
    {
        TemplateReference reference = Template.Parse("{{ db.a.b.c }}").References.Single();
        Assert.Equal("a", reference.Meaning(static f => f == "a").Field);
        Assert.Equal("b.c", reference.Meaning(static f => f == "a").Path);
        Assert.Equal("a.b", reference.Meaning(static f => f is "a" or "a.b").Field);
        Assert.Equal("c", reference.Meaning(static f => f is "a" or "a.b").Path);
        Assert.Null(reference.Meaning(static f => f is "a" or "a.b" or "a.b.c").Path);
    }

    private static async Task<string> ReadAsync(ExportScene scene, string field)
    {
        ReadValuesOptions options = new() { Names = ["db"], Field = field };
        using SecretReading reading = Assert.Single(await new ReadValuesOperation(scene.Context).RunAsync(options, scene.Host));
        Assert.Null(reading.Error);
        return reading.Value!.RevealText("db");
    }

    private static JsonObject Object(Random random, int depth)
    {
        JsonObject result = [];
        for (int members = random.Next(1, 5); members > 0; members--)
        {
            string name = string.Join('.', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Letter(random)));
            result[name] = depth > 0 && random.Next(2) == 0 ? Object(random, depth - 1) : $"v{random.Next(1000)}";
        }

        return result;
    }

    private static char Letter(Random random) => (char)('a' + random.Next(3));

    /// <summary>The member with the longest name that leads to the end.</summary>
    private static string? Expected(JsonObject json, string[] names) => Owner(json, names) is { } found ? Text(found) : null;

    private static JsonNode? Owner(JsonObject json, string[] names)
    {
        for (int count = names.Length; count > 0; count--)
        {
            JsonNode? member = json[string.Join('.', names.Take(count))];
            if (
                (
                    count == names.Length ? member
                    : member is JsonObject inner ? Owner(inner, names[count..])
                    : null
                ) is
                { } found
            )
            {
                return found;
            }
        }

        return null;
    }

    private static string? Nested(JsonObject json, string[] names)
    {
        JsonNode? at = json;
        foreach (string name in names)
        {
            at = at is JsonObject inner ? inner[name] : null;
        }

        return at is null ? null : Text(at);
    }

    private static string Text(JsonNode node) => node is JsonValue value ? value.GetValue<string>() : node.ToJsonString();
}
