using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Iam;

namespace FlowSecrets.Tests.Gcp.Iam.Verdicts;

/// <summary>Each fault of a verdict by the smallest policy that showed it, and what is not understood, which is never a grant.</summary>
public sealed class GcpJudgeTests
{
    private const string Dev = "user:dev@example.com";
    private const string Accessor = "roles/secretmanager.secretAccessor";
    private const string Access = "secretmanager.versions.access";
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("user:dev@example.com", "flow-test", nameof(AccessResult.Allowed))]
    [InlineData("domain:example.com", "flow-test", nameof(AccessResult.Allowed))]
    [InlineData("group:devs@example.com", "flow-test", nameof(AccessResult.Unknown))]
    [InlineData("user:other@example.com", "flow-test", nameof(AccessResult.Denied))]
    [InlineData("user:dev@example.com", "other-project", nameof(AccessResult.Unknown))]
    [InlineData("projectOwner:flow-test", "flow-test", nameof(AccessResult.Unknown))]
    public async Task AProjectsEditorsAreWhomItsOwnPolicyNames(string editor, string project, string result) =>
        Assert.Equal(result, await ResultAsync(Policy($"projectEditor:{project}", Accessor), Policy(editor, "roles/editor")));

    [Fact]
    public async Task WithoutTheProjectsPolicyItsEditorsAreNotKnown()
    {
        Assert.Equal("Unknown", await ResultAsync(Policy("projectEditor:flow-test", Accessor), null));
        Assert.Equal(
            "Unknown",
            await ResultAsync(Policy("projectEditor:flow-test", Accessor), Policy(Dev, "roles/viewer"), Policy(Dev, "roles/editor"))
        );
    }

    [Theory]
    [InlineData("""{"bindings":[{"role":"roles/secretmanager.secretAccessor","members":["user:dev@example.com"]}],"version":4}""")]
    [InlineData("""{"bindings":[],"futureBindings":[]}""")]
    [InlineData("""{"bindings":{}}""")]
    [InlineData("""{"bindings":[7]}""")]
    [InlineData("""{"bindings":[{"role":"roles/secretmanager.secretAccessor","members":"user:dev@example.com"}]}""")]
    [InlineData("""{"bindings":[{"role":"roles/secretmanager.secretAccessor","members":[7]}]}""")]
    [InlineData("""{"bindings":[{"role":7,"members":["user:dev@example.com"]}]}""")]
    [InlineData("""{"bindings":[{"members":["user:dev@example.com"]}]}""")]
    [InlineData("""{"bindings":[{"role":"roles/secretmanager.secretAccessor","members":["user:dev@example.com"],"unless":1}]}""")]
    [InlineData("""{"bindings":[{"role":"roles/secretmanager.secretAccessor","members":["user:dev@example.com"],"condition":"true"}]}""")]
    [InlineData("""{"bindings":[{"role":"roles/secretmanager.secretAccessor","members":["user:dev@example.com"],"condition":{}}]}""")]
    [InlineData(
        """{"bindings":[{"role":"roles/secretmanager.secretAccessor","members":["user:dev@example.com"],"condition":{"expression":7}}]}"""
    )]
    [InlineData(
        """{"bindings":[{"role":"roles/secretmanager.secretAccessor","members":["user:dev@example.com"],"condition":{"expression":""}}]}"""
    )]
    [InlineData(
        """{"bindings":[{"role":"roles/secretmanager.secretAccessor","members":["user:dev@example.com"],"""
            + """ "condition":{"expression":"if so"}}]}"""
    )]
    [InlineData("""{"bindings":[{"role":"roles/secretmanager.secretAccessor","members":["robot:r2"]}]}""")]
    [InlineData("""{"bindings":[],"bindings":[]}""")]
    [InlineData("""{"bindings":[{"role":"a","role":"b","members":["user:dev@example.com"]}]}""")]
    public async Task WhatAPolicyHasThatIsNotUnderstoodIsNamedAndNoGrant(string policy)
    {
        GcpVerdict verdict = await JudgeAsync([GcpLevel.Of("the secret 'db'", JsonNode.Parse(policy)!.AsObject(), "")]);
        Assert.Null(verdict.Grant);
        Assert.NotEmpty(Assert.Single(verdict.Open).Words);
    }

    [Fact]
    public async Task MegabytesAreJudgedInTime()
    {
        JsonArray bindings = [];
        for (int i = 0; i < 20_000; i++)
        {
            bindings.Add(
                new JsonObject
                {
                    ["role"] = Accessor,
                    ["members"] = new JsonArray($"user:{i}@example.com", Dev),
                    ["condition"] = new JsonObject
                    {
                        ["expression"] = $"resource.name.startsWith('projects/123/secrets/{new string('x', 200)}{i}')",
                    },
                }
            );
        }

        bindings.Add(
            new JsonObject
            {
                ["role"] = Accessor,
                ["members"] = new JsonArray(Dev),
                ["condition"] = new JsonObject { ["expression"] = new string('(', 3_000_000) },
            }
        );
        GcpVerdict verdict = await JudgeAsync([GcpLevel.Of("the secret 'db'", new JsonObject { ["bindings"] = bindings }, "")]);
        Assert.Null(verdict.Grant);
        Assert.True(Assert.Single(verdict.Open).Words.Length < 500);
    }

    [Theory]
    [InlineData(
        """{"deniedPrincipals":["principal://goog/subject/dev@example.com"],"""
            + """ "deniedPermissions":["secretmanager.googleapis.com/*.access"]}""",
        "Denied"
    )]
    [InlineData(
        """{"deniedPrincipals":["principalSet://goog/public:all"],"deniedPermissions":["secretmanager.googleapis.com/*"]}""",
        "Unknown"
    )]
    [InlineData(
        """{"deniedPrincipals":["principalSet://cloudresourcemanager.googleapis.com/organizations/3"],"""
            + """ "deniedPermissions":["secretmanager.googleapis.com/*.*"]}""",
        "Unknown"
    )]
    [InlineData(
        """{"deniedPrincipals":["principalSet://goog/public:all"],"""
            + """ "deniedPermissions":["secretmanager.googleapis.com/*.*"],"""
            + """ "exceptionPermissions":["secretmanager.googleapis.com/v*.access"]}""",
        "Unknown"
    )]
    [InlineData(
        """{"deniedPrincipals":["principalSet://goog/public:all"],"""
            + """ "deniedPermissions":["secretmanager.googleapis.com/*.*"],"denialCondition":{"title":"t"}}""",
        "Unknown"
    )]
    [InlineData(
        """{"deniedPrincipals":["principalSet://goog/public:all"],"""
            + """ "deniedPermissions":["secretmanager.googleapis.com/*.*"],"""
            + """ "denialCondition":{"expression":"request.time < timestamp('soon')"}}""",
        "Unknown"
    )]
    [InlineData(
        """{"deniedPrincipals":["principalSet://goog/public:all"],"deniedPermissions":["secretmanager.googleapis.com/*.*"],"unless":[]}""",
        "Unknown"
    )]
    [InlineData(
        """{"deniedPrincipals":["principalSet://goog/public:all"],"deniedPermissions":["secretmanager.googleapis.com/versions.add"]}""",
        "Allowed"
    )]
    public async Task ADenyRuleForbidsIsInDoubtOrDoesNot(string rule, string result)
    {
        GcpDenyPolicy policy = JsonSerializer.Deserialize(
            $$"""{"name":"p","rules":[{"denyRule":{{rule}}}]}""",
            IamJson.Default.GcpDenyPolicy
        )!;
        GcpVerdict verdict = await JudgeAsync([Level("the secret 'db'", Policy(Dev, Accessor))], ("project flow-test", policy));
        Assert.Equal(result, Result(verdict));
    }

    [Fact]
    public async Task ADenyRuleOfAnUnknownKindLeavesAGrantInDoubt()
    {
        GcpDenyPolicy policy = JsonSerializer.Deserialize("""{"name":"p","rules":[{"blockRule":{}}]}""", IamJson.Default.GcpDenyPolicy)!;
        Assert.Equal("Unknown", Result(await JudgeAsync([Level("the secret 'db'", Policy(Dev, Accessor))], ("project flow-test", policy))));
    }

    private static JsonObject Policy(string member, string role) =>
        new() { ["bindings"] = new JsonArray(new JsonObject { ["role"] = role, ["members"] = new JsonArray(member) }) };

    private static GcpLevel Level(string source, JsonObject? policy) => GcpLevel.Of(source, policy, "to read it");

    private static async Task<string> ResultAsync(JsonObject secret, JsonObject? project, JsonObject? folder = null) =>
        Result(
            await JudgeAsync([
                Level("the secret 'db'", secret),
                Level("project flow-test", project),
                Level("folder 1", folder ?? new JsonObject()),
            ])
        );

    private static string Result(GcpVerdict verdict) =>
        verdict.Denial is not null ? "Denied"
        : verdict is { Grant: not null, Doubt: null } ? "Allowed"
        : verdict is { Grant: null, Open: [] } ? "Denied"
        : "Unknown";

    /// <summary>Only roles are used that need not be asked for.</summary>
    private static Task<GcpVerdict> JudgeAsync(IReadOnlyList<GcpLevel> levels, params (string, GcpDenyPolicy)[] denials) =>
        new GcpJudge(Dev, Access, "projects/123/secrets/db", levels, new GcpRoleBook(null!, null!), Now).JudgeAsync(
            denials,
            TestContext.Current.CancellationToken
        );
}
