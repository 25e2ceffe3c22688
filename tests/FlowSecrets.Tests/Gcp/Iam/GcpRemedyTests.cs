using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FlowSecrets.Model;
using FlowSecrets.Tests.CloudFakes;
using FlowSecrets.Tests.CloudFakes.Gcp;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>gcloud runs the commands of the remedies as they stand there, and then the access is allowed.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed partial class GcpRemedyTests : IAsyncLifetime
{
    private const string Subject =
        "principal://iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/github/"
        + "subject/repo:org/app:ref:refs/heads/main";

    private readonly Sandbox _sandbox = new();
    private GcpAccessWorld _world = null!;
    private GcpCli _gcloud = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await StartAsync();
        _gcloud = new GcpCli(_world.Fake, _sandbox);
    }

    public ValueTask DisposeAsync()
    {
        _sandbox.Dispose();
        return _world.DisposeAsync();
    }

    [Theory]
    [InlineData("Forbidden")]
    [InlineData("NoGrant")]
    [InlineData("Condition")]
    [InlineData("UnknownCondition")]
    [InlineData("Key")]
    [InlineData("DisabledKey")]
    [InlineData("Api")]
    public async Task TheCallerMayAfterwards(string scene)
    {
        await GcpScenes.SetAsync(_world, scene);
        bool live = scene.EndsWith("Key", StringComparison.Ordinal);
        AccessAnswer before = await _world.TestAsync(Dev, live: live);
        Assert.NotEqual(AccessResult.Allowed, before.Result);
        _gcloud.Ok(Assert.Single(Commands(before.Remedy.ToString())));
        Assert.Equal(
            (AccessResult.Allowed, ""),
            (await _world.TestAsync(Dev, live: live) is var after ? (after.Result, after.Remedy.ToString()) : default)
        );
    }

    [Theory]
    [InlineData("Deny")]
    [InlineData("Organization")]
    public async Task AnExceptionLetsTheCallerIn(string scene)
    {
        await GcpScenes.SetAsync(_world, scene);
        string[][] commands = [.. Commands((await _world.TestAsync(Dev)).Remedy.ToString())];
        Assert.Equal(2, commands.Length);
        Assert.Equal(">", commands[0][^2]);
        JsonNode policy = JsonNode.Parse(_gcloud.Ok([.. commands[0].SkipLast(2)]))!;
        policy["rules"]![0]!["denyRule"]!["exceptionPrincipals"] = new JsonArray("principal://goog/subject/dev@example.com");
        _sandbox.Write(commands[0][^1], policy.ToJsonString());
        _gcloud.Ok(commands[1]);
        Assert.Equal(AccessResult.Allowed, (await _world.TestAsync(Dev)).Result);
    }

    [Theory]
    [InlineData(Api, SecretPermission.Read)]
    [InlineData("group:devs@example.com", SecretPermission.Write)]
    [InlineData("domain:example.com", SecretPermission.Read)]
    [InlineData(Subject, SecretPermission.Read)]
    [InlineData("serviceAccount:flow-test.svc.id.goog[team/app]", SecretPermission.Manage)]
    public async Task AnybodyMayAfterwards(string principal, SecretPermission permission)
    {
        AccessAnswer before = await _world.TestAsync(null, principal, permission);
        Assert.Equal(AccessCauses.NoGrant, before.Cause);
        _gcloud.Ok(Assert.Single(Commands(before.Remedy.ToString())));
        Assert.Equal(AccessResult.Allowed, (await _world.TestAsync(null, principal, permission)).Result);
    }

    [Fact]
    public async Task ARegionalSecretIsOpened()
    {
        await CreateAsync(_world.As(null, "europe-west3"), "there");
        _world.Iam.Grant(Project, Dev, Viewer);
        AccessAnswer before = await AnswerAsync(_world.As(Dev, "europe-west3"), name: "there");
        Says(
            AccessResult.Denied,
            AccessCauses.NoGrant,
            "Let an owner grant it: gcloud secrets add-iam-policy-binding there --project=flow-test --location=europe-west3 "
                + "--member='user:dev@example.com' --role='roles/secretmanager.secretAccessor' --condition=None",
            before
        );
        _gcloud.Ok(Assert.Single(Commands(before.Remedy.ToString())));
        Assert.Equal(AccessResult.Allowed, (await AnswerAsync(_world.As(Dev, "europe-west3"), name: "there")).Result);
    }

    [Fact]
    public async Task WhatIsUnknownIsLookedUpOrGranted()
    {
        AccessAnswer answer = await _world.TestAsync(Dev, Api);
        Assert.Equal(AccessCauses.PolicyUnreadable, answer.Cause);
        _gcloud.Ok(Assert.Single(Commands(answer.Remedy.ToString())));
        answer = await _world.TestAsync(Dev, Api);
        Assert.DoesNotContain("The policy of 'db'", answer.Evidence);
        _gcloud.Ok(Assert.Single(Commands(answer.Remedy.ToString())));
        Assert.Equal(AccessResult.Allowed, (await _world.TestAsync(Dev, Api)).Result);
    }

    [Theory]
    [InlineData(AccessCauses.GroupUnresolved)]
    [InlineData(AccessCauses.ConditionUnresolved)]
    public async Task WhatCannotBeDecidedIsGrantedToBeSure(string cause)
    {
        _world.Iam.GroupsHidden = true;
        _world.Iam.Grant(
            Db,
            cause == AccessCauses.GroupUnresolved ? "group:devs@example.com" : Dev,
            Accessor,
            cause == AccessCauses.GroupUnresolved ? null : "resource.matchTag('222/env', 'prod')"
        );
        AccessAnswer answer = await _world.TestAsync(null, Dev);
        Assert.Equal(cause, answer.Cause);
        _gcloud.Ok(Commands(answer.Remedy.ToString()).Last());
        Assert.Equal(AccessResult.Allowed, (await _world.TestAsync(null, Dev)).Result);
    }

    [Fact]
    public async Task AServiceAccountLetsAWorkloadIn()
    {
        const string Name = "repo:org/app:ref:refs/heads/main";
        _world.Iam.Grant(Db, Api, Accessor);
        _world.Iam.Grant(ApiAccount, Subject.Replace("main", "dev", StringComparison.Ordinal), "roles/iam.workloadIdentityUser");
        AccessAnswer answer = await _world.TestAsync(null, Api, subject: Name);
        Assert.Equal(AccessCauses.FederationMismatch, answer.Cause);
        _gcloud.Ok(Assert.Single(Commands(answer.Remedy.ToString())));
        Assert.Equal(AccessResult.Allowed, (await _world.TestAsync(null, Api, subject: Name)).Result);
        answer = await _world.TestAsync(null, Subject.Replace("main", "other", StringComparison.Ordinal), subject: Name);
        _gcloud.Ok(Assert.Single(Commands(answer.Remedy.ToString())));
        Assert.Equal(AccessResult.Allowed, (await _world.TestAsync(null, Subject, subject: Name)).Result);
    }

    [Fact]
    public async Task WhatOnlyLooksRunsToo()
    {
        _world.Iam.Grant(Project, Dev, Viewer);
        _world.Iam.Grant(Db, Dev, Accessor, "request.time > timestamp(\"2020-01-01T00:00:00Z\")");
        _world.Iam.SetAncestry("flow-test", Organization);
        _world.Iam.Deny(Organization, [Dev], [AccessVersions]);
        _world.Fake.Skew = TimeSpan.FromHours(1);
        AccessAnswer answer = await _world.TestAsync(Dev);
        Assert.Equal(AccessCauses.OrganizationPolicy, answer.Cause);
        Assert.Contains("deny-1", _gcloud.Ok(Assert.Single(Commands(answer.Remedy.ToString()))));
        answer = await _world.TestAsync(Dev, Api, subject: "s");
        Assert.Equal(AccessCauses.PolicyUnreadable, answer.Cause);
        _gcloud.Ok(Assert.Single(Commands(answer.Remedy.ToString())));
    }

    [Fact]
    public async Task TheProvidersConditionIsShown()
    {
        const string Provider = "projects/123456789/locations/global/workloadIdentityPools/github/providers/actions";
        _world.Iam.AddProvider(
            Provider,
            "https://token.actions.githubusercontent.com",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["google.subject"] = "assertion.sub" },
            "assertion.repository == 'org/other'"
        );
        string token = _world.Setting.Write("token.jwt", "e30.e30.x").Replace('\\', '/');
        string file = _world.Setting.Write(
            "federated.json",
            $$"""
            {"type":"external_account","audience":"//iam.googleapis.com/{{Provider}}",
            "subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"{{_world.Fake.Endpoint}}v1/token",
            "credential_source":{"file":"{{token}}"} }
            """
        );
        AccessAnswer answer = await AnswerAsync(
            _world.Setting.Gcp(_world.Fake.Endpoint, new StoreSelection(StoreKind.Gcp) { CredentialPath = file })
        );
        Assert.Equal(AccessCauses.FederationMismatch, answer.Cause);
        Assert.Equal("assertion.repository == 'org/other'", _gcloud.Ok(Assert.Single(Commands(answer.Remedy.ToString()))).Trim());
    }

    /// <summary>The gcloud commands of a remedy, in words as a shell splits them.</summary>
    private static IEnumerable<string[]> Commands(string remedy) =>
        remedy
            .Split("; ")
            .Where(static part => part.Contains("gcloud ", StringComparison.Ordinal))
            .Select(static part =>
                Word()
                    .Matches(part[(part.IndexOf("gcloud ", StringComparison.Ordinal) + "gcloud ".Length)..])
                    .Select(static m => m.Value.Replace("'", "", StringComparison.Ordinal))
                    .ToArray()
            );

    [GeneratedRegex(@"([^\s']|'[^']*')+", RegexOptions.ExplicitCapture)]
    private static partial Regex Word();
}
