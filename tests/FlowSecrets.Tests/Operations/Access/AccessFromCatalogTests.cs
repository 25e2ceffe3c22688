using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Access;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Access;

/// <summary>The catalog's 'access' entries brought into force, and what they do not name.</summary>
public sealed class AccessFromCatalogTests : IDisposable
{
    private static readonly ChangeAccessOptions All = new() { Grant = true, FromCatalog = true };

    private readonly AccessSetting _setting = new();

    /// <summary>What is there already: some of it named, some ours, some not.</summary>
    public AccessFromCatalogTests() =>
        Access
            .With("jwt", AccessSetting.Api, SecretPermission.Read, ours: true)
            .With("jwt", AccessSetting.Dev, SecretPermission.Read, ours: true)
            .With("jwt", AccessSetting.Ops, SecretPermission.Manage)
            .With("db", AccessSetting.Ops, SecretPermission.Manage, direct: false)
            .With("llm-a", AccessSetting.Ops, SecretPermission.Read);

    private FakeAccess Access => _setting.Access;

    public void Dispose() => _setting.Dispose();

    [Fact]
    public async Task WhatIsNamedIsGrantedAndTheRestIsShownAndStays()
    {
        TestHost host = new();
        List<SecretAccessChange> changes = await _setting.ChangeAsync(All, host);
        Assert.Equal(
            [("db", ItemStatus.Granted), ("jwt", ItemStatus.Unchanged), ("llm-a", ItemStatus.Granted), ("llm-b", ItemStatus.Granted)],
            changes.Where(static c => c.Status != ItemStatus.Extra).Select(static c => (c.StoreName, c.Status)).Order()
        );
        Assert.Equal(
            [
                ("jwt", AccessSetting.Dev, "The catalog does not name it; -Prune takes it off."),
                ("jwt", AccessSetting.Ops, "The catalog does not name it; -PruneAll takes it off."),
                ("llm-a", AccessSetting.Ops, "The catalog does not name it; -PruneAll takes it off."),
            ],
            Extra(changes).OrderBy(static e => e.Secret).ThenByDescending(static e => e.Principal)
        );
        Assert.Equal(3, Access.Lines("jwt").Count());
        Assert.DoesNotContain(host.Actions, static a => a.StartsWith('!'));
    }

    [Fact]
    public async Task PruningTakesOffWhatThisModuleMade()
    {
        TestHost host = new();
        List<SecretAccessChange> changes = await _setting.ChangeAsync(All with { Prune = true }, host);
        Assert.Equal([$"{AccessSetting.Api}:Read", $"{AccessSetting.Ops}:Manage"], Access.Lines("jwt"));
        Assert.Equal(
            [("jwt", AccessSetting.Ops), ("llm-a", AccessSetting.Ops)],
            Extra(changes).Select(static e => (e.Secret, e.Principal)).Order()
        );
        Assert.EndsWith("'jwt' in the project p", Assert.Single(host.Actions, static a => a.StartsWith('!')));
    }

    [Fact]
    public async Task PruningAllTakesOffEverythingThatStandsOnTheSecrets()
    {
        TestHost host = new();
        List<SecretAccessChange> changes = await _setting.ChangeAsync(All with { Prune = true, PruneAll = true }, host);
        Assert.Empty(Extra(changes));
        Assert.Equal([$"{AccessSetting.Api}:Read"], Access.Lines("jwt"));
        Assert.Equal([$"{AccessSetting.Ops}:Write"], Access.Lines("llm-a"));

        // What is inherited stands elsewhere.
        Assert.Equal([$"{AccessSetting.Ops}:Manage", $"{AccessSetting.Api}:Read"], Access.Lines("db"));
        Assert.Equal(2, host.Actions.Count(static a => a.StartsWith('!')));
    }

    [Fact]
    public async Task ADryRunShowsWhatWouldBePruned()
    {
        TestHost host = new() { IsWhatIf = true };
        List<SecretAccessChange> changes = await _setting.ChangeAsync(All with { Prune = true }, host);
        SecretAccessChange jwt = Assert.Single(changes, static c => c is { StoreName: "jwt", Status: ItemStatus.Planned });
        Assert.Equal([$"- {AccessSetting.Dev}:Read"], jwt.Change);
        Assert.Empty(Access.Written);
    }

    [Fact]
    public async Task ASecretThatIsNamedIsComparedAlsoWhereNoEntryIsAboutIt()
    {
        List<SecretAccessChange> changes = await _setting.ChangeAsync(All with { Names = ["jwt"], Environment = "stage" });
        Assert.Equal(ItemStatus.Granted, Assert.Single(changes).Status);
        Access.With("s-db", AccessSetting.Dev, SecretPermission.Read, ours: true);
        await _setting.ChangeAsync(All with { Names = ["db"], Environment = "stage", Prune = true });
        Assert.Empty(Access.Lines("s-db"));
    }

    [Fact]
    public async Task AnExpiringGrantIsNotTheCatalogsLastingOne()
    {
        Access.Grants["jwt"][0] = Access.Grants["jwt"][0] with
        {
            Condition = "request.time < x",
            Expires = DateTimeOffset.UtcNow.AddHours(1),
        };
        List<SecretAccessChange> changes = await _setting.ChangeAsync(All with { Names = ["jwt"] });
        Assert.Contains(Extra(changes), static e => e.Principal == AccessSetting.Api);
    }

    [Fact]
    public async Task OnlyThePrincipalsThatAreNamedAreTouched()
    {
        List<SecretAccessChange> changes = await _setting.ChangeAsync(All with { Principals = [AccessSetting.Api] });
        Assert.Equal(
            [("db", ItemStatus.Granted), ("jwt", ItemStatus.Unchanged)],
            changes.Select(static c => (c.StoreName, c.Status)).Order()
        );
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task PruningNeedsTheWholeCatalog(bool fromCatalog, bool named)
    {
        ChangeAccessOptions options = new()
        {
            Grant = true,
            FromCatalog = fromCatalog,
            Prune = true,
            Principals = named ? [AccessSetting.Api] : [],
            Workloads = fromCatalog ? [] : ["api"],
        };
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.BadArgument, () => _setting.ChangeAsync(options));
        Assert.Equal("-Prune", error.Target);
        Assert.Empty(Access.Written);
    }

    [Fact]
    public async Task RevokingTakesOffWhatTheEntriesSay()
    {
        List<SecretAccessChange> changes = await _setting.ChangeAsync(new ChangeAccessOptions { FromCatalog = true });
        Assert.Equal([$"- {AccessSetting.Api}:Read"], Assert.Single(changes, static c => c.Status == ItemStatus.Revoked).Change);
        Assert.Equal([$"{AccessSetting.Dev}:Read", $"{AccessSetting.Ops}:Manage"], Access.Lines("jwt"));
    }

    [Fact]
    public async Task ACatalogDoesNotOpenASecretToAllTheWorldByItself()
    {
        using AccessSetting open = new(AccessSetting.WithPublic);
        ChangeAccessOptions options = All with { Environment = "stage" };
        await SecretStoreContract.Fails(ErrorIds.BadPrincipal, () => open.ChangeAsync(options));
        Assert.Empty(open.Access.Written);
        await open.ChangeAsync(options with { AllowPublic = true });
        Assert.Equal(["allUsers:Manage"], open.Access.Lines("s-jwt"));
        Assert.Single(await open.GetAsync(new AccessOptions { FromCatalog = true, Environment = "stage" }));
    }

    [Fact]
    public async Task WithoutACatalogThereIsNothingToTakeFrom()
    {
        using Sandbox empty = new();
        await SecretStoreContract.Fails(ErrorIds.NoCatalog, () => new ChangeAccessOperation(empty.Context).RunAsync(All, new TestHost()));
    }

    private static IEnumerable<(string Secret, string Principal, string Message)> Extra(IEnumerable<SecretAccessChange> changes) =>
        changes.Where(static c => c.Status == ItemStatus.Extra).Select(static c => (c.StoreName, Assert.Single(c.Principal), c.Message!));
}
