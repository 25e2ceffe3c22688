using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.SecretManager;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>A grant that need not work everywhere yet: known by this module's mark, or by the audit log.</summary>
public sealed class GcpYoungGrantTests : IAsyncLifetime
{
    private GcpAccessWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task AnotherProcessReadsTheMark()
    {
        DateTimeOffset start = DateTimeOffset.UtcNow;
        await GcpScenes.SetAsync(_world, "Young");
        AccessAnswer answer = await _world.TestAsync(Dev);
        SaysYoung(AccessResult.Denied, start, answer);
        _world.Iam.PropagationDelay = TimeSpan.Zero;
        _world.Fake.Skew = TimeSpan.FromMinutes(6);
        Assert.Equal(AccessResult.Allowed, (await _world.TestAsync(Dev)).Result);
    }

    [Fact]
    public async Task TheAuditLogTellsOfWhatOthersGranted()
    {
        await GcpScenes.SetAsync(_world, "NoGrant");
        _world.Iam.PropagationDelay = TimeSpan.FromMinutes(5);
        DateTimeOffset start = DateTimeOffset.UtcNow;
        _world.Iam.Grant(Db, Dev, Accessor);
        Assert.Equal(AccessCauses.OrganizationPolicy, (await _world.TestAsync(Dev)).Cause);
        _world.Iam.PropagationDelay = TimeSpan.Zero;
        _world.Iam.Grant(Project, Dev, "roles/logging.viewer");
        SaysYoung(AccessResult.Denied, start, await _world.TestAsync(Dev));
    }

    [Fact]
    public async Task OfAnotherPrincipalOnlyWhoGrantedKnows()
    {
        DateTimeOffset start = DateTimeOffset.UtcNow;
        GcpStore owner = _world.As(null);
        await owner.Access.ApplyAsync("db", [new AccessEdit(true, Api, SecretPermission.Read)], default);
        SaysYoung(AccessResult.Unknown, start, await AnswerAsync(owner, Api));
    }

    private static void SaysYoung(AccessResult result, DateTimeOffset start, AccessAnswer answer)
    {
        Assert.Equal((result, AccessCauses.GrantTooYoung), (answer.Result, answer.Cause));
        Assert.Contains(
            answer.Remedy.ToString(),
            Enumerable
                .Range(-1, 60)
                .Select(s =>
                    $"Wait until {start.UtcDateTime.AddMinutes(7).AddSeconds(s):HH:mm:ss} UTC, then try again: Test-FlowSecretAccess "
                    + $"-StoreName 'db'"
                )
        );
    }
}
