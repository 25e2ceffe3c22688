using FlowSecrets.Model;
using FlowSecrets.Tests.Transport;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>Each cause that the caller can meet on Google, with the whole of what mends it.</summary>
public sealed class GcpCauseTests : IAsyncLifetime
{
    private const string KeyOf = "--keyring=r --location=global --project=flow-test";

    private GcpAccessWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData(
        "NoGrant",
        nameof(AccessResult.Denied),
        AccessCauses.NoGrant,
        "No role grants user:dev@example.com 'secretmanager.versions.access' on 'db' or above it in project flow-test"
    )]
    [InlineData(
        "Condition",
        nameof(AccessResult.Denied),
        AccessCauses.ConditionNotMet,
        "user:dev@example.com has roles/secretmanager.secretAccessor on the secret 'db' under a condition that is not met: it ended at "
            + "2020-01-01 00:00 UTC"
    )]
    [InlineData(
        "UnknownCondition",
        nameof(AccessResult.Denied),
        AccessCauses.ConditionNotMet,
        "user:dev@example.com has roles/secretmanager.secretAccessor on the secret 'db' under a condition that is not met "
            + "(resource.matchTag('222/env', 'prod'))"
    )]
    public async Task WhatIsNotGrantedIsToBeGrantedOnTheSecret(string scene, string result, string cause, string evidence)
    {
        await GcpScenes.SetAsync(_world, scene);
        AccessAnswer answer = await _world.TestAsync(Dev);
        Says(Enum.Parse<AccessResult>(result), cause, scene == "Condition" ? Renew(Dev) : Grant(Dev), answer);
        Assert.Equal((evidence, Dev), (answer.Evidence, answer.Principal));
    }

    [Theory]
    [InlineData(SecretPermission.Write, "roles/secretmanager.secretVersionAdder")]
    [InlineData(SecretPermission.Manage, "roles/secretmanager.admin")]
    public async Task TheRoleIsTheLeastForThePermission(SecretPermission permission, string role)
    {
        await GcpScenes.SetAsync(_world, "NoGrant");
        Says(AccessResult.Denied, AccessCauses.NoGrant, Grant(Dev, role), await _world.TestAsync(Dev, permission: permission));
    }

    [Fact]
    public async Task AbsentOrForbiddenIsNotGuessed()
    {
        string remedy = "Is it the project you meant? See Get-FlowSecretStore. If it is, l" + Grant(Dev)[1..];
        AccessAnswer forbidden = await _world.TestAsync(Dev);
        Says(AccessResult.Unknown, AccessCauses.SecretNotFoundOrForbidden, remedy, forbidden);
        await _world.As(null).DeleteAsync("db", null, default);
        Assert.Equal(forbidden, await _world.TestAsync(Dev));
    }

    [Fact]
    public async Task WhoMayLookIsToldThatItIsAbsent()
    {
        await GcpScenes.SetAsync(_world, "Absent");
        const string Remedy =
            "Set up what the catalog names with Initialize-FlowSecret, or make this one: New-FlowSecret -StoreName 'db'. Is it the "
            + "store you meant? See Get-FlowSecretStore.";
        Says(AccessResult.Denied, AccessCauses.SecretNotFound, Remedy, await _world.TestAsync(Dev));
        Says(AccessResult.Denied, AccessCauses.SecretNotFound, Remedy, await _world.TestAsync(null, Api));
    }

    [Theory]
    [InlineData("Deny", AccessCauses.ExplicitDeny, "projects/123456789", "project flow-test")]
    [InlineData("Organization", AccessCauses.OrganizationPolicy, "organizations/222", "organisation 222")]
    public async Task ADenyPolicyIsNamedWithWhereItHangs(string scene, string cause, string point, string where)
    {
        await GcpScenes.SetAsync(_world, scene);
        AccessAnswer answer = await _world.TestAsync(Dev);
        Says(AccessResult.Denied, cause, Except(point), answer);
        Assert.Equal($"The deny policy 'deny-1' of {where} forbids user:dev@example.com 'secretmanager.versions.access'", answer.Evidence);
    }

    [Fact]
    public async Task ADenialThatCannotBeSeenIsTheOrganisations()
    {
        _world.Iam.SetAncestry("flow-test", Folder, Organization);
        _world.Iam.Grant(Project, Dev, Viewer);
        _world.Iam.Grant(Db, Dev, Accessor, "request.time > timestamp(\"2020-01-01T00:00:00Z\")");
        _world.Iam.Deny(Organization, [Dev], [AccessVersions]);
        _world.Fake.Skew = TimeSpan.FromHours(1);
        AccessAnswer answer = await _world.TestAsync(Dev);
        Says(
            AccessResult.Denied,
            AccessCauses.OrganizationPolicy,
            "Ask the organisation's administrators what applies: gcloud policy-intelligence troubleshoot-policy iam "
                + "//secretmanager.googleapis.com/projects/123456789/secrets/db --principal-email='dev@example.com' "
                + "--permission=secretmanager.versions.access",
            answer
        );
        Assert.EndsWith(
            "(not to be read here: deny policies of project flow-test (iam.denypolicies.list); deny policies of folder 111 "
                + "(iam.denypolicies.list); what is above folder 111)",
            answer.Evidence
        );
    }

    [Fact]
    public async Task APerimeterIsTheOrganisations()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(static _ => new Answer(
            403,
            """
            {"error":{"code":403,"message":"Request is prohibited by organization's policy.","status":"PERMISSION_DENIED",
            "details":[{"reason":"SECURITY_POLICY_VIOLATED","domain":"googleapis.com"}]}}
            """
        ));
        _world.Setting.Set("GOOGLE_OAUTH_ACCESS_TOKEN", "t");
        Says(
            AccessResult.Denied,
            AccessCauses.OrganizationPolicy,
            "Ask the organisation's administrators to let this network or identity in.",
            await AnswerAsync(_world.Setting.Gcp(server.Address))
        );
    }

    [Theory]
    [InlineData(
        "Key",
        "Let the key's owner grant it: gcloud kms keys add-iam-policy-binding k "
            + KeyOf
            + " --member='serviceAccount:service-123456789@gcp-sa-secretmanager.iam.gserviceaccount.com' "
            + "--role='roles/cloudkms.cryptoKeyEncrypterDecrypter'"
    )]
    [InlineData("DisabledKey", "Let the key's owner enable it: gcloud kms keys versions enable 1 --key=k " + KeyOf)]
    public async Task AKeyIsFoundByReading(string scene, string remedy)
    {
        await GcpScenes.SetAsync(_world, scene);
        Assert.Equal(AccessResult.Allowed, (await _world.TestAsync(Dev)).Result);
        Says(AccessResult.Denied, AccessCauses.KmsKeyNotUsable, remedy, await _world.TestAsync(Dev, live: true));
    }

    [Fact]
    public async Task TheKeysUserIsFoundWhereTheSecretMayNotBeDescribed()
    {
        await GcpScenes.SetAsync(_world, "Key");
        _world.Iam.Revoke(Project, Dev, Viewer);
        Assert.Contains("PROJECT_NUMBER", (await _world.TestAsync(Dev, live: true)).Remedy.ToString());
        _world.Iam.Grant(Project, Dev, "roles/browser");
        Assert.Contains("serviceAccount:service-123456789@", (await _world.TestAsync(Dev, live: true)).Remedy.ToString());
    }

    [Theory]
    [InlineData(
        "Disabled",
        AccessCauses.VersionDisabled,
        "Enable it: Set-FlowSecretVersion -StoreName 'db' -Version 1 -State Enabled; or read another with -Version."
    )]
    [InlineData(
        "DisabledWithOlder",
        AccessCauses.VersionDisabled,
        "Enable it: Set-FlowSecretVersion -StoreName 'db' -Version 2 -State Enabled; or read version 1: Get-FlowSecretValue -StoreName "
            + "'db' -Version 1."
    )]
    [InlineData("Destroyed", AccessCauses.VersionDestroyed, "See which there are: Get-FlowSecretVersion -StoreName 'db'")]
    [InlineData("Empty", AccessCauses.SecretHasNoVersion, "Give it its first: Set-FlowSecret -StoreName 'db'")]
    public async Task WhoMayReadFindsNothingToRead(string scene, string cause, string remedy)
    {
        await GcpScenes.SetAsync(_world, scene);
        AccessAnswer answer = await _world.TestAsync(Dev);
        Says(AccessResult.Denied, cause, remedy, answer);
        Assert.Equal(answer, await _world.TestAsync(Dev, live: true));
        Says(AccessResult.Denied, cause, remedy, await _world.TestAsync(null, Dev));
        Assert.Equal(AccessResult.Denied, (await _world.TestAsync(Dev, permission: SecretPermission.Write)).Result);
    }

    [Fact]
    public async Task AnApiThatIsOffIsToBeEnabled()
    {
        await GcpScenes.SetAsync(_world, "Api");
        const string Remedy = "Enable it, then wait some minutes: gcloud services enable secretmanager.googleapis.com --project=flow-test";
        Says(AccessResult.Denied, AccessCauses.ApiNotEnabled, Remedy, await _world.TestAsync(Dev));
        Says(AccessResult.Denied, AccessCauses.ApiNotEnabled, Remedy, await _world.TestAsync(Dev, Api));
    }
}
