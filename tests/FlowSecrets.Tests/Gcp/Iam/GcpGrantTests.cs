using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Tests.Transport;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>Granting and revoking on Google: one binding is changed, once, and honestly told.</summary>
public sealed class GcpGrantTests : IAsyncLifetime
{
    private static readonly AccessEdit Read = new(true, Api, SecretPermission.Read);
    private static readonly AccessEdit Take = new(false, Api, SecretPermission.Read);

    private GcpAccessWorld _world = null!;
    private GcpStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await StartAsync();
        _store = _world.As(null);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task ASecondTimeNothingChanges()
    {
        Assert.Equal([$"+ {Api}  {Accessor}"], (await _store.Access.PlanAsync("db", [Read], default)).Diff);
        Assert.Equal([$"+ {Api}  {Accessor}"], (await _store.Access.ApplyAsync("db", [Read], default)).Diff);
        JsonObject policy = _world.Iam.Policy(Db);
        _world.Fake.ClearCalls();
        Assert.Empty((await _store.Access.PlanAsync("db", [Read], default)).Diff);
        Assert.Empty(
            (
                await _store.Access.ApplyAsync(
                    "db",
                    [
                        Read with
                        {
                            Principal = Api.ToUpperInvariant().Replace("SERVICEACCOUNT:", "serviceAccount:", StringComparison.Ordinal),
                        },
                    ],
                    default
                )
            ).Diff
        );
        Assert.Equal(policy.ToJsonString(), _world.Iam.Policy(Db).ToJsonString());
        Assert.DoesNotContain("SetIamPolicy", _world.Fake.Calls.Select(static c => c.Operation));
        Assert.Equal([$"- {Api}  {Accessor}"], (await _store.Access.ApplyAsync("db", [Take], default)).Diff);
        Assert.Empty((await _store.Access.ApplyAsync("db", [Take], default)).Diff);
        Assert.False(_world.Iam.Allows(Api, AccessVersions, Db));
    }

    [Fact]
    public async Task ASubjectInAnotherCaseIsAnother()
    {
        const string Lower = "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/repo";
        string upper = Lower.Replace("repo", "REPO", StringComparison.Ordinal);
        await _store.Access.ApplyAsync("db", [Read with { Principal = Lower }], default);
        Assert.Single((await _store.Access.ApplyAsync("db", [Read with { Principal = upper }], default)).Diff);
        await _store.Access.ApplyAsync("db", [Take with { Principal = upper }], default);
        Assert.Equal([(Lower, true)], (await _store.Access.ListAsync("db", default)).Grants.Select(static g => (g.Principal, g.Ours)));
    }

    [Fact]
    public async Task AnEndIsAConditionThatIsProlonged()
    {
        DateTimeOffset first = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _world.Iam.Grant(Db, Api, Accessor, "request.time < timestamp(\"2050-01-01T00:00:00Z\")");
        await _store.Access.ApplyAsync("db", [Read with { Expires = first }], default);
        JsonObject policy = _world.Iam.Policy(Db);
        Assert.Equal(3, (int)policy["version"]!);
        Assert.Equal(
            """{"title":"flowsecrets-expires","expression":"request.time \u003C timestamp(\u00222100-01-01T00:00:00Z\u0022)"}""",
            policy["bindings"]![1]!["condition"]!.ToJsonString()
        );
        AccessChange longer = await _store.Access.ApplyAsync("db", [Read with { Expires = first.AddYears(1) }], default);
        Assert.Equal(
            [
                $"- {Api}  {Accessor}  if request.time < timestamp(\"2100-01-01T00:00:00Z\")",
                $"+ {Api}  {Accessor}  if request.time < timestamp(\"2101-01-01T00:00:00Z\")",
            ],
            longer.Diff
        );
        Assert.Equal(
            [(false, 2050), (true, 2101)],
            (await _store.Access.ListAsync("db", default)).Grants.Select(static g => (g.Ours, g.Expires!.Value.Year))
        );
        AccessChange forever = await _store.Access.ApplyAsync("db", [Read], default);
        Assert.Equal([$"- {Api}  {Accessor}  if request.time < timestamp(\"2101-01-01T00:00:00Z\")", $"+ {Api}  {Accessor}"], forever.Diff);
        _world.Fake.Skew = TimeSpan.FromDays(365 * 200);
        Assert.True(_world.Iam.Allows(Api, AccessVersions, Db));
    }

    [Fact]
    public async Task TwentyAtOnceAreAllInForce()
    {
        _world.Iam.Grant(Db, Dev, Viewer, "request.time > timestamp(\"2020-01-01T00:00:00Z\")");
        string[] members = [.. Enumerable.Range(0, 20).Select(static i => $"user:u{i}@example.com")];
        AccessChange[] changes = await Task.WhenAll(
            members.Select(m => _world.As(null).Access.ApplyAsync("db", [Read with { Principal = m }], default))
        );
        Assert.Equal(members.Select(static m => $"+ {m}  {Accessor}"), changes.Select(static c => Assert.Single(c.Diff)));
        Assert.All(members, m => Assert.True(_world.Iam.Allows(m, AccessVersions, Db)));
        Assert.True(_world.Iam.Allows(Dev, "secretmanager.secrets.get", Db));
        Assert.All(changes, static c => Assert.Null(c.Warning));
        IReadOnlyList<SecretGrant> grants = (await _store.Access.ListAsync("db", default)).Grants;
        Assert.Equal(
            members.Order(StringComparer.Ordinal),
            grants.Where(static g => g.Ours).Select(static g => g.Principal).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task OfTwentyWhoGrantTheSameOneDoes()
    {
        // All have read before the first one writes.
        _world.Fake.Faults.Latency = TimeSpan.FromMilliseconds(100);
        AccessChange[] changes = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => _world.As(null).Access.ApplyAsync("db", [Read], default))
        );
        Assert.Single(changes.SelectMany(static c => c.Diff));
        Assert.Equal(1, _world.Fake.Calls.Count(static c => c is { Operation: "SetIamPolicy", Applied: true }));
    }

    [Theory]
    [InlineData(Fault.CutReply)]
    [InlineData(Fault.BadJson)]
    [InlineData(Fault.EmptyReply)]
    [InlineData(Fault.DropAfter)]
    [InlineData(Fault.ServerErrorAfter)]
    [InlineData(Fault.DropBefore)]
    [InlineData(Fault.ServerError)]
    [InlineData(Fault.Unavailable)]
    [InlineData(Fault.Throttle)]
    public async Task AFaultLeavesOneEffectThatIsTold(Fault fault)
    {
        _world.Fake.Faults.QueueFor("SetIamPolicy", fault);
        AccessChange change = await _store.Access.ApplyAsync("db", [Read], default);
        Assert.Equal((1, $"+ {Api}  {Accessor}", null), (change.Diff.Count, change.Diff[0], change.Warning));
        Assert.Equal(1, _world.Fake.Calls.Count(static c => c is { Operation: "SetIamPolicy", Applied: true }));
        SecretGrant grant = Assert.Single((await _store.Access.ListAsync("db", default)).Grants);
        Assert.Equal((Api, true, true), (grant.Principal, grant.Direct, grant.Ours));
        _world.Fake.Faults.QueueFor("SetIamPolicy", fault);
        Assert.Equal([$"- {Api}  {Accessor}"], (await _store.Access.ApplyAsync("db", [Take], default)).Diff);
        Assert.Empty((await _store.Access.ListAsync("db", default)).Grants);
    }

    [Fact]
    public async Task WhatChangedSinceThePlanIsReadAgain()
    {
        await _store.Access.PlanAsync("db", [Read], default);
        _world.Iam.Grant(Db, Dev, Viewer);
        Assert.Equal([$"+ {Api}  {Accessor}"], (await _store.Access.ApplyAsync("db", [Read], default)).Diff);
        Assert.True(_world.Iam.Allows(Dev, "secretmanager.secrets.get", Db));
    }

    [Fact]
    public async Task AGrantThatCannotBeMarkedSaysSo()
    {
        _world.Iam.Grant(Db, Dev, "roles/iam.securityAdmin");
        AccessChange change = await _world.As(Dev).Access.ApplyAsync("db", [Read], default);
        Assert.Equal(
            $"It is granted, but 'db' could not be marked so that -Prune knows who granted it ({ErrorIds.AccessDenied}; it needs "
                + $"secretmanager.secrets.update).",
            change.Warning
        );
        Assert.True(_world.Iam.Allows(Api, AccessVersions, Db));
        Assert.Null((await _world.As(Dev).Access.ApplyAsync("db", [Take], default)).Warning);
    }

    [Fact]
    public async Task WhatIsInheritedAndDeniedIsListed()
    {
        _world.Iam.SetAncestry("flow-test", Folder, Organization);
        _world.Iam.Grant(Folder, "group:devs@example.com", "roles/secretmanager.admin");
        _world.Iam.Grant(Project, "user:ops@example.com", "roles/run.viewer");
        _world.Iam.Deny(Organization, [Dev], [AccessVersions]);
        await _store.Access.ApplyAsync("db", [Read], default);
        AccessList list = await _store.Access.ListAsync("db", default);
        Assert.Equal(
            [
                (Api, Accessor, "the secret", true, false),
                ("group:devs@example.com", "roles/secretmanager.admin", "folder 111", false, false),
                (
                    "principal://goog/subject/dev@example.com",
                    "secretmanager.googleapis.com/versions.access",
                    "deny policy 'deny-1' of organisation 222",
                    false,
                    true
                ),
            ],
            list.Grants.Select(static g => (g.Principal, g.Role, g.Source, g.Direct, g.Denies))
        );
        Assert.Equal([SecretPermission.Read, SecretPermission.Write, SecretPermission.Manage], list.Grants[1].Holds);
        Assert.Empty(list.Unreadable);
        _world.Iam.Grant(Db, Dev, Viewer);
        Assert.Equal(
            [
                "the policy of project flow-test needs resourcemanager.projects.getIamPolicy on project flow-test",
                "the policy of what project flow-test belongs to needs resourcemanager.projects.get on project flow-test",
                "deny policies of project flow-test (iam.denypolicies.list) may not be read",
                "what is above project flow-test may not be read",
            ],
            (await _world.As(Dev).Access.ListAsync("db", default)).Unreadable
        );
    }

    [Fact]
    public async Task AGrantIsTriedByActingAsTheAccount()
    {
        AccessQuestion question = new(Api, SecretPermission.Read);
        _world.Iam.Grant(Db, Dev, "roles/secretmanager.admin");
        GcpStore store = _world.As(Dev);
        Assert.Null(await store.Access.TryAsync("db", question, default));
        _world.Iam.Grant(ApiAccount, Dev, "roles/iam.serviceAccountTokenCreator");
        Assert.Equal(AccessCauses.PolicyUnreadable, (await store.Access.TryAsync("db", question, default))?.Cause);
        _world.Iam.PropagationDelay = TimeSpan.FromMinutes(3);
        await store.Access.ApplyAsync("db", [Read], default);
        Assert.Equal(
            (AccessResult.Denied, AccessCauses.GrantTooYoung),
            (await store.Access.TryAsync("db", question, default) is { } young ? (young.Result, young.Cause) : default)
        );
        _world.Fake.Skew = TimeSpan.FromMinutes(4);
        Assert.Equal(
            "Asked as api@flow-test.iam.gserviceaccount.com, Google's test of permissions, which may say yes where a call is refused, "
                + "says yes.",
            (await store.Access.TryAsync("db", question, default))?.Evidence
        );
        Assert.Null(await store.Access.TryAsync("db", new AccessQuestion("user:other@example.com", SecretPermission.Read), default));
    }

    [Fact]
    public async Task AConditionOnTheVersionIsNoOrganisationsPolicy()
    {
        AccessQuestion question = new(Api, SecretPermission.Read);
        _world.Iam.Grant(Db, Dev, "roles/secretmanager.admin");
        _world.Iam.Grant(ApiAccount, Dev, "roles/iam.serviceAccountTokenCreator");
        _world.Iam.Grant(
            Db,
            Api,
            "roles/secretmanager.secretAccessor",
            "resource.name.startsWith('projects/123456789/secrets/db/versions/')"
        );
        AccessAnswer? told = await _world.As(Dev).Access.TryAsync("db", question, default);
        Assert.Equal((AccessResult.Unknown, AccessCauses.ConditionUnresolved), (told?.Result, told?.Cause));
    }
}
