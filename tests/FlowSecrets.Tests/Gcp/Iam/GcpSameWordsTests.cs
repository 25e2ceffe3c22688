using System.Text.RegularExpressions;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Values;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>A command that is denied says what Test-FlowSecretAccess says of the same identity.</summary>
public sealed partial class GcpSameWordsTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Label = new(StringComparer.Ordinal) { ["a"] = "b" };

    private GcpAccessWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("Forbidden", ErrorIds.SecretNotFoundOrForbidden)]
    [InlineData("NoGrant", ErrorIds.AccessDenied)]
    [InlineData("Deny", ErrorIds.AccessDenied)]
    [InlineData("Organization", ErrorIds.AccessDenied)]
    [InlineData("Condition", ErrorIds.AccessDenied)]
    [InlineData("UnknownCondition", ErrorIds.AccessDenied)]
    [InlineData("Key", ErrorIds.AccessDenied)]
    [InlineData("DisabledKey", ErrorIds.AccessDenied)]
    [InlineData("Disabled", ErrorIds.VersionDisabled)]
    [InlineData("DisabledWithOlder", ErrorIds.VersionDisabled)]
    [InlineData("Destroyed", ErrorIds.VersionDestroyed)]
    [InlineData("Empty", ErrorIds.SecretHasNoVersion)]
    [InlineData("Absent", ErrorIds.SecretNotFound)]
    [InlineData("Api", ErrorIds.ApiNotEnabled)]
    [InlineData("Young", ErrorIds.AccessDenied)]
    public async Task ReadingSaysTheSame(string scene, string id)
    {
        await GcpScenes.SetAsync(_world, scene);
        await SaysTheSameAsync(
            id,
            await _world.TestAsync(Dev, live: scene.EndsWith("Key", StringComparison.Ordinal)),
            static s => s.ReadAsync("db", VersionSelector.Current, default)
        );
    }

    [Theory]
    [InlineData("Forbidden", ErrorIds.SecretNotFoundOrForbidden)]
    [InlineData("NoGrant", ErrorIds.AccessDenied)]
    [InlineData("Absent", ErrorIds.SecretNotFound)]
    [InlineData("Api", ErrorIds.ApiNotEnabled)]
    public async Task AddingSaysTheSame(string scene, string id)
    {
        await GcpScenes.SetAsync(_world, scene);
        using SecretValue value = SecretValue.FromText("w");
        await SaysTheSameAsync(
            id,
            await _world.TestAsync(Dev, permission: SecretPermission.Write),
            s => s.AddVersionAsync("db", value, null, null, default)
        );
    }

    [Theory]
    [InlineData("Forbidden", ErrorIds.SecretNotFoundOrForbidden)]
    [InlineData("NoGrant", ErrorIds.AccessDenied)]
    [InlineData("Absent", ErrorIds.SecretNotFound)]
    [InlineData("Api", ErrorIds.ApiNotEnabled)]
    public async Task ManagingSaysTheSame(string scene, string id)
    {
        await GcpScenes.SetAsync(_world, scene);
        AccessAnswer told = await _world.TestAsync(Dev, permission: SecretPermission.Manage);
        await SaysTheSameAsync(
            id,
            told,
            static s => s.Access.ApplyAsync("db", [new AccessEdit(true, Dev, SecretPermission.Read)], default),
            described: scene != "Forbidden"
        );
        if (scene != "Forbidden")
        {
            await SaysTheSameAsync(id, told, static s => s.SetLabelsAsync("db", Label, default));
            await SaysTheSameAsync(id, told, static s => s.DeleteAsync("db", null, default));
        }
    }

    [Fact]
    public async Task DescribingIsOfTheViewersRole()
    {
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => _world.As(Dev).DescribeAsync("db", default));
        Assert.Equal(
            (
                AccessCauses.SecretNotFoundOrForbidden,
                "Is it the project you meant? See Get-FlowSecretStore. If it is, l" + Grant(Dev, Viewer)[1..]
            ),
            (error.AccessCause, error.Remedy)
        );
        await GcpScenes.SetAsync(_world, "Api");
        await SaysTheSameAsync(ErrorIds.ApiNotEnabled, await _world.TestAsync(Dev), static s => s.DescribeAsync("db", default));
        await SaysTheSameAsync(ErrorIds.ApiNotEnabled, await _world.TestAsync(Dev), static s => s.ListVersionsAsync("db", default));
    }

    [Fact]
    public async Task ADeniedCreationIsOfTheProject()
    {
        await GcpScenes.SetAsync(_world, "NoGrant");
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => CreateAsync(_world.As(Dev), "new"));
        Assert.Equal((ErrorIds.AccessDenied, AccessCauses.NoGrant), (error.Id, error.AccessCause));
        Assert.Equal(
            "Permission denied: access token of GOOGLE_OAUTH_ACCESS_TOKEN has no 'secretmanager.secrets.create' on the project flow-test.",
            error.Cause
        );
    }

    /// <summary>Without the permission, of which managing has several.</summary>
    private static string Plain(string cause) =>
        Permission().Replace(cause, "PERMISSION").Replace("Permission denied: ", "", StringComparison.Ordinal).TrimEnd('.');

    [GeneratedRegex(@"secretmanager\.secrets\.[A-Za-z]+")]
    private static partial Regex Permission();

    /// <param name="described">Whether the role to grant is the same for both.</param>
    private async Task SaysTheSameAsync(string id, AccessAnswer told, Func<GcpStore, Task> call, bool described = true)
    {
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => call(_world.As(Dev)));
        Assert.Equal((id, told.Cause), (error.Id, error.AccessCause ?? error.Id));
        if (described)
        {
            Assert.Equal(told.Remedy, error.Remedy);
            Assert.Equal(Plain(told.Evidence), Plain(error.Cause));
        }
    }
}
