using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam.Verdicts;

/// <summary>The smallest policies that once got a wrong answer, told by the whole module and then done on the fake.</summary>
public sealed class GcpSmallestPolicyTests : IAsyncLifetime
{
    private const string OnVersions = "resource.name.startsWith(\"projects/123456789/secrets/db/versions/\")";

    private GcpAccessWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("GA", false, nameof(AccessResult.Allowed))]
    [InlineData("DEPRECATED", false, nameof(AccessResult.Allowed))]
    [InlineData("DISABLED", false, nameof(AccessResult.Denied))]
    [InlineData("GA", true, nameof(AccessResult.Denied))]
    public async Task ACustomRoleThatIsDisabledOrDeletedGrantsNothing(string stage, bool isDeleted, string result)
    {
        const string Reader = "projects/flow-test/roles/reader";
        _world.Iam.AddRole(Reader, AccessVersions);
        _world.Iam.SetRole(Reader, stage, isDeleted);
        _world.Iam.Grant(Db, Api, Reader);
        Assert.Equal(result, (await _world.TestAsync(null, Api)).Result.ToString());
        Assert.Equal(result == "Allowed", _world.Iam.Allows(Api, AccessVersions, Db + "/versions/1"));
    }

    /// <summary>Google's test is asked about the secret, so its no says nothing of a condition on the version.</summary>
    [Theory]
    [InlineData(OnVersions)]
    [InlineData("resource.name.endsWith(\"/versions/1\")")]
    public async Task AConditionOnTheVersionIsNotDeniedByATestOfTheSecret(string condition)
    {
        _world.Iam.Grant(Project, Dev, Viewer);
        _world.Iam.Grant(Db, Dev, Accessor, condition);
        Says(
            AccessResult.Unknown,
            AccessCauses.ConditionUnresolved,
            "Read it to be sure: Test-FlowSecretAccess -StoreName 'db' -Live",
            await _world.TestAsync(Dev)
        );
        Assert.True(_world.Iam.Allows(Dev, AccessVersions, Db + "/versions/1"));
    }

    [Fact]
    public async Task WhereGooglesTestDecidesTheAnswerSaysWhatItIsWorth()
    {
        _world.Iam.Grant(Db, Dev, Accessor);
        AccessAnswer answer = await _world.TestAsync(Dev);
        Assert.Equal(AccessResult.Allowed, answer.Result);
        Assert.Contains("which may say yes where a call is refused", answer.Evidence);
        Assert.DoesNotContain("test of permissions", (await _world.TestAsync(Dev, live: true)).Evidence);
    }

    [Theory]
    [InlineData("secretmanager.secrets.getIamPolicy", "roles/secretmanager.viewer")]
    [InlineData("secretmanager.versions.list", "roles/secretmanager.viewer")]
    [InlineData("secretmanager.versions.add", "roles/secretmanager.secretVersionAdder")]
    [InlineData("secretmanager.versions.destroy", "roles/secretmanager.secretVersionManager")]
    [InlineData("secretmanager.secrets.setIamPolicy", "roles/secretmanager.admin")]
    [InlineData("secretmanager.locations.list", "roles/secretmanager.admin")]
    public void TheRoleToGrantIsTheLeastThatHasThePermission(string permission, string role) =>
        Assert.Equal(role, GcpRoles.RoleFor(permission));

    [Fact]
    public async Task ThatManagingReadsEveryValueIsSaid()
    {
        Assert.EndsWith(
            "also reads every value and deletes secrets, and no smaller one of Google's has it",
            await RemedyAsync(SecretPermission.Manage)
        );
        Assert.EndsWith("--condition=None", await RemedyAsync(SecretPermission.Write));

        async Task<string> RemedyAsync(SecretPermission permission) => (await _world.TestAsync(null, Api, permission)).Remedy.ToString();
    }
}
