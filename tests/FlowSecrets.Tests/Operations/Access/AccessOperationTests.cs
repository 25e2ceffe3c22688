using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Access;
using FlowSecrets.Tests.Gcp.Iam;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Operations.Access;

/// <summary>Granting, revoking, listing and the catalog's entries, as operations before a recording host.</summary>
public sealed class AccessOperationTests : IAsyncLifetime
{
    private const string Eso = "serviceAccount:eso@flow-test.iam.gserviceaccount.com";

    private const string Catalog = $$"""
        application: shop
        environments:
          here: { store: gcp, project: flow-test }
        secrets:
          db: { env: DB, workloads: [web] }
          jwt: { env: JWT }
        workloads:
          web: { kind: cloudrun, region: us-central1, service: web }
          idle: { kind: cloudrun, region: us-central1, service: web }
        access:
          - { principal: "{{Eso}}", role: reader, secrets: ["*"] }
          - { principal: "{{Dev}}", role: writer, secrets: [jwt] }
          - { principal: "arn:aws:iam::123456789012:role/api", role: reader, secrets: ["*"] }
        """;

    private readonly Sandbox _sandbox = new();
    private GcpAccessWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await StartAsync();
        await CreateAsync(_world.As(null), "jwt");
        _sandbox.Set("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", _world.Fake.Endpoint.AbsoluteUri);
        _sandbox.Set("GOOGLE_OAUTH_ACCESS_TOKEN", "owner");
        _sandbox.Set("CLOUDSDK_CONFIG", _sandbox.File("gcloud"));
        File.WriteAllText(_sandbox.File("flowsecrets.yaml"), Catalog);
        _world.Fake.Run.AddService("flow-test", "us-central1", "web", "web@flow-test.iam.gserviceaccount.com");
    }

    public ValueTask DisposeAsync()
    {
        _sandbox.Dispose();
        return _world.DisposeAsync();
    }

    [Fact]
    public async Task TheCatalogIsBroughtIntoForceAndWhatItDoesNotNameIsShown()
    {
        _world.Iam.Grant(Db, Api, Accessor);
        List<SecretAccessChange> changes = await ChangeAsync(new ChangeAccessOptions { Grant = true, FromCatalog = true });
        Assert.Equal(["db Extra", "db Granted", "jwt Granted"], Statuses(changes));
        Assert.Equal([Api], changes.Single(static c => c.Status == ItemStatus.Extra).Principal);
        Assert.Equal(
            [$"+ {Eso}  {Accessor}", $"+ {Dev}  roles/secretmanager.secretVersionAdder"],
            changes.Single(static c => c is { Name: "jwt" }).Change
        );
        Assert.Equal(
            ["db Extra", "db Unchanged", "jwt Unchanged"],
            Statuses(await ChangeAsync(new ChangeAccessOptions { Grant = true, FromCatalog = true }))
        );
    }

    [Fact]
    public async Task PruningTakesOffOursAloneUnlessAllIsSaid()
    {
        _world.Iam.Grant(Db, Api, Accessor);
        await ChangeAsync(
            new ChangeAccessOptions
            {
                Grant = true,
                StoreNames = ["db"],
                Principals = [Dev],
            }
        );
        TestHost host = new();
        List<SecretAccessChange> pruned = await ChangeAsync(
            new ChangeAccessOptions
            {
                Grant = true,
                FromCatalog = true,
                StoreNames = ["db"],
                Prune = true,
            },
            host
        );
        Assert.Equal([$"- {Dev}  {Accessor}", $"+ {Eso}  {Accessor}"], pruned.Single(static c => c.Status == ItemStatus.Granted).Change);
        Assert.StartsWith("!", Assert.Single(host.Actions));
        Assert.Equal([Api, Eso], await ReadersAsync("db"));
        await ChangeAsync(
            new ChangeAccessOptions
            {
                Grant = true,
                FromCatalog = true,
                StoreNames = ["db"],
                Prune = true,
                PruneAll = true,
            }
        );
        Assert.Equal([Eso], await ReadersAsync("db"));
    }

    [Fact]
    public async Task WhatIfShowsTheChangeAndMakesNone()
    {
        TestHost host = new() { IsWhatIf = true };
        List<SecretAccessChange> planned = await ChangeAsync(
            new ChangeAccessOptions
            {
                Grant = true,
                Names = ["db"],
                Principals = [Api],
            },
            host
        );
        Assert.Equal(["db Planned"], Statuses(planned));
        Assert.Contains($"+ {Api}  {Accessor}", Assert.Single(host.Actions), StringComparison.Ordinal);
        Assert.DoesNotContain(_world.Fake.Calls, static c => c.Operation == "SetIamPolicy");
    }

    [Fact]
    public async Task OneSecretThatFailsDoesNotStopTheOthers()
    {
        List<SecretAccessChange> changes = await ChangeAsync(
            new ChangeAccessOptions
            {
                Grant = true,
                StoreNames = ["db", "nowhere", "jwt"],
                Principals = [Api],
            }
        );
        Assert.Equal(["db Granted", "jwt Granted", "nowhere Failed"], Statuses(changes));
        Assert.Equal(ErrorIds.SecretNotFound, changes.Single(static c => c.Status == ItemStatus.Failed).ErrorId);
    }

    [Fact]
    public async Task RevokingWithoutAPermissionTakesAllOfThePrincipal()
    {
        await ChangeAsync(
            new ChangeAccessOptions
            {
                Grant = true,
                Names = ["db"],
                Principals = [Api],
            }
        );
        await ChangeAsync(
            new ChangeAccessOptions
            {
                Grant = true,
                Names = ["db"],
                Principals = [Api],
                Permission = SecretPermission.Manage,
            }
        );
        List<SecretAccessChange> revoked = await ChangeAsync(new ChangeAccessOptions { Names = ["db"], Principals = [Api] });
        Assert.Equal(2, revoked.Single().Change.Length);
        Assert.Equal(["db Unchanged"], Statuses(await ChangeAsync(new ChangeAccessOptions { Names = ["db"], Principals = [Api] })));
    }

    [Fact]
    public async Task NothingTakesEffectAfterCancellation()
    {
        using CancellationTokenSource stop = new();
        TestHost host = new() { BeforeEffect = stop.Cancel };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            OperationRunner.RunAsync(
                new ChangeAccessOperation(_sandbox.Context),
                new ChangeAccessOptions
                {
                    Grant = true,
                    Names = ["db", "jwt"],
                    Principals = [Api],
                },
                host,
                stop.Token
            )
        );
        Assert.DoesNotContain(_world.Fake.Calls, static c => c.Operation == "SetIamPolicy");
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    public async Task WhatDoesNotGoTogetherIsRefused(bool named, bool prunes, bool isOver)
    {
        ChangeAccessOptions options = new()
        {
            Grant = true,
            Names = ["db"],
            Principals = named ? [Api] : [],
            Prune = prunes,
            Expires = isOver ? DateTimeOffset.UtcNow.AddMinutes(-1) : null,
        };
        FlowSecretException refused = await Assert.ThrowsAsync<FlowSecretException>(() => ChangeAsync(options));
        Assert.Equal(ErrorIds.BadArgument, refused.Id);
    }

    [Fact]
    public async Task AWorkloadIsTestedAsWhomItRunsForWhatItConsumes()
    {
        SecretAccess answer = Assert.Single(await TestAsync(new TestAccessOptions { Workloads = ["web"] }));
        Assert.Equal(
            ("db", "serviceAccount:web@flow-test.iam.gserviceaccount.com", "web", AccessCauses.NoGrant),
            (answer.Name, answer.Principal, answer.Workload, answer.Cause)
        );
        Assert.Equal(
            ErrorIds.BadArgument,
            (await Assert.ThrowsAsync<FlowSecretException>(() => TestAsync(new TestAccessOptions { Workloads = ["idle"] }))).Id
        );
    }

    [Fact]
    public async Task TheEntriesOfTheCatalogAreTestedAsTheySay()
    {
        List<SecretAccess> answers = await TestAsync(new TestAccessOptions { FromCatalog = true });
        Assert.Equal(
            [$"db Read {Eso}", $"jwt Read {Eso}", $"jwt Write {Dev}"],
            answers.Select(static a => $"{a.Secret} {a.Permission} {a.Principal}").Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ErrorIds.BadArgument,
            (await Assert.ThrowsAsync<FlowSecretException>(() => TestAsync(new TestAccessOptions { FromCatalog = true, Live = true }))).Id
        );
    }

    [Fact]
    public async Task NoEntryForThisStoreIsNoError()
    {
        File.WriteAllText(
            _sandbox.File("flowsecrets.yaml"),
            Catalog
                .Replace(Eso, "arn:aws:iam::123456789012:role/eso", StringComparison.Ordinal)
                .Replace(Dev, "arn:aws:iam::123456789012:role/dev", StringComparison.Ordinal)
        );
        Assert.Empty(await TestAsync(new TestAccessOptions { FromCatalog = true }));
        Assert.Empty(await new GetAccessOperation(_sandbox.Context).RunAsync(new AccessOptions { FromCatalog = true }, new TestHost()));
    }

    [Fact]
    public async Task ListingGoesOnAndSaysOnceWhatIsNotShown()
    {
        _world.Iam.Grant(Db, Api, Accessor);
        _world.Iam.Grant("projects/flow-test", Dev, "roles/secretmanager.admin");
        _world.Fake.Faults.Deny("DenyPolicies.List");
        TestHost host = new();
        List<SecretGrantItem> grants = await new GetAccessOperation(_sandbox.Context).RunAsync(
            new AccessOptions { StoreNames = ["db", "jwt", "nowhere"] },
            host
        );
        Assert.Equal(
            ["db project flow-test", "db the secret", "jwt project flow-test"],
            grants.Select(static g => $"{g.StoreName} {g.Source}").Order(StringComparer.Ordinal)
        );
        Assert.Equal(ErrorIds.SecretNotFound, Assert.Single(host.Failures).Id);
        Assert.Single(host.Warnings);
    }

    private Task<List<SecretAccessChange>> ChangeAsync(ChangeAccessOptions options, TestHost? host = null) =>
        new ChangeAccessOperation(_sandbox.Context).RunAsync(options, host ?? new TestHost());

    private Task<List<SecretAccess>> TestAsync(TestAccessOptions options) =>
        new TestAccessOperation(_sandbox.Context).RunAsync(options, new TestHost());

    private async Task<IEnumerable<string>> ReadersAsync(string name) =>
        (await _world.As(null).Access.ListAsync(name, default))
            .Grants.Where(static g => g.Direct)
            .Select(static g => g.Principal)
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Statuses(IEnumerable<SecretAccessChange> changes) =>
        changes.Select(static c => $"{c.StoreName} {c.Status}").Order(StringComparer.Ordinal);
}
