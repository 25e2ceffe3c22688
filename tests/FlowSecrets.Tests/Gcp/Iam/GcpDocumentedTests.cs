using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>What Google's documents say of roles and policies (Fixtures/Access/gcp.json), to the module and to the fake.</summary>
public sealed class GcpDocumentedTests
{
    private static readonly JsonArray Examples = (JsonArray)
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "FlowSecrets.Tests", "Fixtures", "Access", "gcp.json")))!;

    public static TheoryData<string> Names => [.. Examples.Select(static e => (string)e!["name"]!)];

    [Fact]
    public void EveryExampleHasItsSource() =>
        Assert.All(Examples, static e => Assert.StartsWith("https://cloud.google.com/", (string)e!["source"]!, StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task TheModuleAndTheFakeSayTheSame(string name)
    {
        JsonObject example = (JsonObject)Examples.Single(e => (string)e!["name"]! == name)!;
        await using GcpAccessWorld world = await GcpAccessWorld.StartAsync();
        world.Iam.SetAncestry("flow-test", GcpAccessWorld.Folder, GcpAccessWorld.Organization);
        await GcpAccessWorld.CreateAsync(world.As(null), "other");
        world.Fake.EnabledApis.Disable("policytroubleshooter");
        foreach (JsonNode? grant in example["grants"] as JsonArray ?? [])
        {
            world.Iam.Grant(Text(grant, "on"), Text(grant, "member"), Text(grant, "role"), (string?)grant!["condition"]);
        }

        foreach (JsonNode? deny in example["denies"] as JsonArray ?? [])
        {
            world.Iam.Deny(Text(deny, "on"), Texts(deny, "principals"), Texts(deny, "permissions"), Texts(deny, "exceptions"));
        }

        bool allowed = (bool)example["allowed"]!;
        SecretPermission permission = Enum.Parse<SecretPermission>(Text(example, "permission"));
        AccessAnswer told = await world.TestAsync(null, Text(example, "principal"), permission);
        Assert.True(
            told.Result == (allowed ? AccessResult.Allowed : AccessResult.Denied),
            $"{told.Result} {told.Cause}: {told.Evidence}\n{example}"
        );
        bool does = GcpRoles.PermissionsOf(permission).All(p => world.Iam.Allows(Text(example, "principal"), p, Resource(permission)));
        Assert.True(does == allowed, example.ToJsonString());
    }

    /// <summary>A value is read of a version; all else is asked of the secret.</summary>
    private static string Resource(SecretPermission permission) =>
        permission == SecretPermission.Read ? $"{GcpAccessWorld.Db}/versions/1" : GcpAccessWorld.Db;

    private static string Text(JsonNode? node, string member) => (string)node![member]!;

    private static string[] Texts(JsonNode? node, string member) => [.. ((JsonArray)node![member]!).Select(static t => (string)t!)];
}
