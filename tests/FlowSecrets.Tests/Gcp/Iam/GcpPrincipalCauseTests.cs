using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Model;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>
/// Another principal than the caller: what the policies on the way up say, and Policy Troubleshooter where they cannot be read.
/// </summary>
public sealed class GcpPrincipalCauseTests : IAsyncLifetime
{
    private const string NoBoundaries = " (not seen here: principal access boundary policies)";
    private const string Group = "group:devs@example.com";
    private const string SubjectOf =
        "principal://iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/github/subject/";

    private GcpAccessWorld _world = null!;

    private GcpIam Iam => _world.Iam;

    public async ValueTask InitializeAsync()
    {
        _world = await StartAsync();
        Iam.SetAncestry("flow-test", Folder, Organization);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData(Db, "the secret 'db'")]
    [InlineData(Project, "project flow-test")]
    [InlineData(Folder, "folder 111")]
    [InlineData(Organization, "organisation 222")]
    public async Task AGrantIsInherited(string resource, string where)
    {
        Says(AccessResult.Denied, AccessCauses.NoGrant, Grant(Api), await _world.TestAsync(null, Api));
        Iam.Grant(resource, Api, Accessor);
        AccessAnswer answer = await _world.TestAsync(null, Api);
        Assert.Equal(
            (AccessResult.Allowed, null, $"{Api} has {Accessor} on {where}{Unseen}.", ""),
            (answer.Result, answer.Cause, answer.Evidence, answer.Remedy)
        );
        Assert.Equal(AccessResult.Denied, (await _world.TestAsync(null, Api, SecretPermission.Write)).Result);
    }

    [Fact]
    public async Task ACustomRoleIsLookedUp()
    {
        Iam.AddRole("projects/flow-test/roles/reader", AccessVersions);
        Iam.AddRole("organizations/222/roles/lister", "secretmanager.secrets.list");
        Iam.Grant(Project, Api, "organizations/222/roles/lister");
        Assert.Equal(AccessCauses.NoGrant, (await _world.TestAsync(null, Api)).Cause);
        Iam.Grant(Project, Api, "projects/flow-test/roles/reader");
        Assert.Equal(
            $"{Api} has projects/flow-test/roles/reader on project flow-test{Unseen}.",
            (await _world.TestAsync(null, Api)).Evidence
        );
    }

    [Fact]
    public async Task AProjectsOwnersAreThoseOfItsPolicy()
    {
        Iam.Grant(Db, "projectEditor:flow-test", Accessor);
        Assert.Equal(AccessCauses.NoGrant, (await _world.TestAsync(null, Dev)).Cause);
        Iam.Grant(Project, Dev, "roles/editor");
        Assert.Equal($"{Dev} has {Accessor} on the secret 'db'{Unseen}.", (await _world.TestAsync(null, Dev)).Evidence);
    }

    [Fact]
    public async Task ConditionsAreOfTheTimeAndTheName()
    {
        Iam.Grant(Db, Api, Accessor, "request.time < timestamp(\"2020-01-01T00:00:00Z\")");
        Says(AccessResult.Denied, AccessCauses.ConditionNotMet, Renew(Api), await _world.TestAsync(null, Api));
        Iam.Grant(
            Project,
            Api,
            Accessor,
            "resource.name.startsWith(\"projects/123456789/secrets/db/\") && request.time > timestamp(\"2020-01-01T00:00:00Z\")"
        );
        Assert.Equal(AccessResult.Allowed, (await _world.TestAsync(null, Api)).Result);
    }

    [Fact]
    public async Task AConditionThatCannotBeDecidedIsNotGuessed()
    {
        Iam.Grant(Db, Api, Accessor, "resource.matchTag('222/env', 'prod')");
        AccessAnswer answer = await _world.TestAsync(null, Api);
        Says(AccessResult.Unknown, AccessCauses.ConditionUnresolved, "To be sure, l" + Grant(Api)[1..], answer);
        Assert.Equal(
            $"Nothing that can be read grants {Api} '{AccessVersions}', but {Accessor} on the secret 'db' has a condition that cannot "
                + $"be decided here: 'resource.matchTag' in resource.matchTag('222/env', 'prod')",
            answer.Evidence
        );
    }

    [Fact]
    public async Task AGroupThatCannotBeLookedIntoIsNotGuessed()
    {
        Iam.GroupsHidden = true;
        Iam.Grant(Folder, Group, Accessor);
        Iam.Group(Group, Dev);
        AccessAnswer answer = await _world.TestAsync(null, Dev);
        Says(
            AccessResult.Unknown,
            AccessCauses.GroupUnresolved,
            "Look whether it is in the group: gcloud identity groups memberships check-transitive-membership "
                + "--group-email='devs@example.com' --member-email='dev@example.com'; to be sure, l"
                + Grant(Dev)[1..],
            answer
        );
        Says(
            AccessResult.Unknown,
            AccessCauses.GroupUnresolved,
            "To be sure, l" + Grant(SubjectOf + "s")[1..],
            await _world.TestAsync(null, SubjectOf + "s")
        );
        Iam.GroupsHidden = false;
        Assert.Equal(
            $"Policy Troubleshooter says that {Dev} has '{AccessVersions}'{NoBoundaries}.",
            (await _world.TestAsync(null, Dev)).Evidence
        );
    }

    [Theory]
    [InlineData(Project, AccessCauses.ExplicitDeny, "projects/123456789")]
    [InlineData(Folder, AccessCauses.OrganizationPolicy, Folder)]
    [InlineData(Organization, AccessCauses.OrganizationPolicy, Organization)]
    public async Task ADenialComesBeforeAnyGrant(string point, string cause, string attached)
    {
        Iam.Grant(Db, Api, Accessor);
        Iam.Deny(point, [Api], [AccessVersions]);
        Says(AccessResult.Denied, cause, Except(attached, exception: ApiException), await _world.TestAsync(null, Api));
        Assert.Equal(AccessCauses.NoGrant, (await _world.TestAsync(null, Api, SecretPermission.Write)).Cause);
    }

    [Fact]
    public async Task ADenialOfAGroupLeavesAGrantInDoubt()
    {
        _world.Fake.EnabledApis.Disable("policytroubleshooter");
        Iam.Deny(Project, [Group], [AccessVersions]);
        Says(AccessResult.Denied, AccessCauses.NoGrant, Grant(Dev), await _world.TestAsync(null, Dev));
        Iam.Grant(Db, Dev, Accessor);
        Says(
            AccessResult.Unknown,
            AccessCauses.ConditionUnresolved,
            "To be sure, l" + Except("projects/123456789")[1..],
            await _world.TestAsync(null, Dev)
        );
        _world.Fake.EnabledApis.Enable("policytroubleshooter");
        Assert.Equal(AccessResult.Allowed, (await _world.TestAsync(null, Dev)).Result);
    }

    [Fact]
    public async Task WithoutItsPolicyNothingIsKnown()
    {
        const string Look =
            "To look, let an owner grant it: gcloud projects add-iam-policy-binding flow-test --member='user:dev@example.com' "
            + "--role='roles/iam.securityReviewer' --condition=None";
        Iam.Grant(Db, Api, Accessor);
        AccessAnswer answer = await _world.TestAsync(Dev, Api);
        Says(AccessResult.Unknown, AccessCauses.PolicyUnreadable, Look, answer);
        Assert.Equal(
            "The policy of 'db' in project flow-test may not be read by user:dev@example.com (secretmanager.secrets.getIamPolicy), if "
                + "there is such a secret",
            answer.Evidence
        );
    }

    [Fact]
    public async Task TheTroubleshooterIsAskedWhereThePolicyMayNotBeRead()
    {
        Iam.SetAncestry("flow-test");
        Iam.Grant(Project, Dev, "roles/browser");
        Iam.Grant(Project, Dev, "roles/iam.denyReviewer");
        Iam.Grant(Project, Api, Accessor);
        Assert.Equal(
            $"Policy Troubleshooter says that {Api} has '{AccessVersions}'{NoBoundaries}; whether its newest version can be read may "
                + $"not be seen without reading it.",
            (await _world.TestAsync(Dev, Api)).Evidence
        );
        string id = Iam.Deny(Project, [Api], [AccessVersions]);
        Says(
            AccessResult.Denied,
            AccessCauses.ExplicitDeny,
            Except("projects/123456789", id, ApiException),
            await _world.TestAsync(Dev, Api)
        );
        _world.Fake.EnabledApis.Disable("policytroubleshooter");
        Assert.Equal(
            (AccessResult.Unknown, AccessCauses.PolicyUnreadable),
            (await _world.TestAsync(Dev, Api) is var off ? (off.Result, off.Cause) : default)
        );
    }

    [Fact]
    public async Task WhatIsGrantedAndCannotBeUsedIsBounded()
    {
        Iam.SetAncestry("flow-test");
        Iam.Grant(Project, Dev, "roles/browser");
        Iam.Grant(Project, Dev, "roles/iam.denyReviewer");
        Iam.Grant(Project, Api, Accessor);
        Iam.Bound(Api);
        AccessAnswer bounded = await _world.TestAsync(Dev, Api);
        Assert.Equal((AccessResult.Denied, AccessCauses.OrganizationPolicy), (bounded.Result, bounded.Cause));
        Assert.Contains("principal access boundary", bounded.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheTroubleshooterNamesTheOrganisationsDenial()
    {
        Iam.Grant(Organization, Dev, "roles/iam.denyReviewer");
        Iam.Deny(Organization, [Api], [AccessVersions]);
        Says(
            AccessResult.Denied,
            AccessCauses.OrganizationPolicy,
            Except(Organization, exception: ApiException),
            await _world.TestAsync(Dev, Api)
        );
    }

    [Fact]
    public async Task TheTroubleshooterIsAskedForAllThatManagingNeeds()
    {
        Iam.SetAncestry("flow-test");
        Iam.Grant(Project, Dev, "roles/browser");
        Iam.Grant(Project, Dev, "roles/iam.denyReviewer");
        Iam.AddRole("projects/flow-test/roles/updater", "secretmanager.secrets.update");
        Iam.Grant(Project, Api, "projects/flow-test/roles/updater");
        Assert.Equal(
            (AccessResult.Unknown, AccessCauses.PolicyUnreadable),
            (await _world.TestAsync(Dev, Api, SecretPermission.Manage) is var part ? (part.Result, part.Cause) : default)
        );
        Iam.Grant(Project, Api, "roles/secretmanager.admin");
        _world.Fake.ClearCalls();
        Assert.Equal(AccessResult.Allowed, (await _world.TestAsync(Dev, Api, SecretPermission.Manage)).Result);
        Assert.Equal(4, _world.Fake.Calls.Count(static c => c.Operation == "Troubleshoot"));
    }

    [Fact]
    public async Task AParentsPolicyMayDecideAndNotBeReadable()
    {
        Iam.Grant(Db, Dev, Viewer);
        AccessAnswer answer = await _world.TestAsync(Dev, Api);
        Says(AccessResult.Unknown, AccessCauses.PolicyUnreadable, "To be sure, l" + Grant(Api)[1..], answer);
        Assert.Contains(
            "the policy of project flow-test may not be read here (resourcemanager.projects.getIamPolicy on project flow-test)",
            answer.Evidence
        );
        Iam.Grant(Db, Api, Accessor);
        Assert.Equal(
            $"{Api} has {Accessor} on the secret 'db' (not seen here: deny policies of project flow-test (iam.denypolicies.list); what "
                + $"is above project flow-test; principal access boundary policies).",
            (await _world.TestAsync(Dev, Api)).Evidence
        );
    }
}
