using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>A grant and a revoke of whatever it may be leave every other binding byte for byte.</summary>
public sealed class GcpGrantPropertyTests
{
    private const string Workload = "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/";

    private static readonly string[] Members =
    [
        Dev,
        "user:Dev2@Example.com",
        Api,
        "group:devs@example.com",
        "domain:example.com",
        Workload + "a",
        Workload + "A",
        "serviceAccount:flow-test.svc.id.goog[ns/app]",
    ];
    private static readonly string[] Strangers =
    [
        "allUsers",
        "deleted:user:gone@example.com?uid=1",
        "projectOwner:flow-test",
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*",
    ];
    private static readonly string[] Roles =
    [
        Accessor,
        "roles/secretmanager.secretVersionAdder",
        "roles/secretmanager.admin",
        Viewer,
        "projects/flow-test/roles/custom",
    ];
    private static readonly string?[] Conditions =
    [
        null,
        null,
        """{"title":"flowsecrets-expires","expression":"request.time < timestamp(\"2090-01-01T00:00:00Z\")"}""",
        """{"expression":"resource.name.startsWith(\"x\")","title":"theirs é","description":"a \u003C b"}""",
    ];

    private static readonly Gen<string> Binding =
        from role in Gen.Elements(Roles)
        from condition in Gen.Elements(Conditions)
        from members in Gen.SubListOf<string>([.. Members, .. Strangers])
        where members.Count > 0
        let list = string.Join(',', members.Select(static m => $"\"{m}\""))
        let more = condition is null ? "" : ",\"condition\":" + condition
        select $$"""{"members":[{{list}}],"role":"{{role}}"{{more}}}""";

    private static readonly Arbitrary<(string Policy, AccessEdit Edit)> Cases = Arb.From(
        from bindings in Binding.ListOf()
        from audit in Gen.Elements("", ""","auditConfigs":[{"service":"allServices","auditLogConfigs":[{"logType":"DATA_READ"}]}]""")
        from member in Gen.Elements(Members)
        from permission in Gen.Elements(Enum.GetValues<SecretPermission>())
        from year in Gen.Elements(0, 2090, 2100)
        select (
            $$"""{"version":3,"bindings":[{{string.Join(',', bindings)}}]{{audit}}}""",
            new AccessEdit(true, member, permission, year == 0 ? null : new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero))
        )
    );

    [Fact]
    public async Task EveryOtherBindingStays()
    {
        await using GcpAccessWorld world = await StartAsync();
        GcpStore store = world.As(null);
        Properties.Hold(
            Cases,
            c => Task.Run(() => GrantAndRevokeAsync(world, store, c.Policy, c.Edit)).GetAwaiter().GetResult(),
            tests: 150
        );
    }

    private static async Task GrantAndRevokeAsync(GcpAccessWorld world, GcpStore store, string policy, AccessEdit edit)
    {
        world.Iam.SetPolicy(Db, (JsonObject)JsonNode.Parse(policy)!);
        string role = edit.Permission switch
        {
            SecretPermission.Read => Roles[0],
            SecretPermission.Write => Roles[1],
            _ => Roles[2],
        };
        JsonObject before = world.Iam.Policy(Db);
        IReadOnlyList<string> planned = (await store.Access.PlanAsync("db", [edit], default)).Diff;
        Assert.Equal(planned, (await store.Access.ApplyAsync("db", [edit], default)).Diff);
        Assert.Empty((await store.Access.ApplyAsync("db", [edit], default)).Diff);
        JsonObject granted = world.Iam.Policy(Db);
        Assert.Equal(Others(before, edit.Principal, role), Others(granted, edit.Principal, role));
        Assert.Contains(
            granted["bindings"]!.AsArray(),
            b => (string?)b!["role"] == role && Has(b, edit.Principal) && (b["condition"] is null) == (edit.Expires is null)
        );

        await store.Access.ApplyAsync("db", [edit with { Grant = false }], default);
        JsonObject revoked = world.Iam.Policy(Db);
        Assert.Equal(Others(before, edit.Principal, role), Others(revoked, edit.Principal, role));
        Assert.DoesNotContain(revoked["bindings"]?.AsArray() ?? [], b => (string?)b!["role"] == role && Has(b, edit.Principal));
        Assert.Equal(before["auditConfigs"]?.ToJsonString(), revoked["auditConfigs"]?.ToJsonString());
    }

    /// <summary>The bindings as text, without the principal in those of the role.</summary>
    private static string Others(JsonObject policy, string principal, string role)
    {
        JsonArray bindings = (JsonArray)(policy["bindings"]?.DeepClone() ?? new JsonArray());
        foreach (JsonNode binding in bindings.OfType<JsonObject>().Where(b => (string?)b["role"] == role).ToArray())
        {
            JsonArray members = binding["members"]!.AsArray();
            members.RemoveAll(m => (string?)m == principal);
            if (members.Count == 0)
            {
                bindings.Remove(binding);
            }
        }

        return bindings.ToJsonString();
    }

    private static bool Has(JsonNode binding, string principal) => binding["members"]!.AsArray().Any(m => (string?)m == principal);
}
