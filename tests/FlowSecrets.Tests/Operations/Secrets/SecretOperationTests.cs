using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Operations.Versions;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Secrets;

/// <summary>New, Set, Get, Remove, Restore, values and versions, over the Local store.</summary>
public sealed class SecretOperationTests : IDisposable
{
    private const string Catalog = """
        application: app
        prefix: app-
        default: local
        environments: { local: { store: local }, other: { store: local, path: other.db, prefix: o- } }
        secrets:
          jwt: { generate: { kind: hex } }
          enc: { usage: encryption, generate: { kind: hex } }
          db: { fields: { host: { }, password: { } } }
          blob: { format: binary }
          theirs: { owner: external }
        """;

    private readonly Sandbox _sandbox = new();

    public SecretOperationTests() => _sandbox.Write("flowsecrets.yaml", Catalog);

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task BulkWorkGoesOnAfterAFailureAndASecondRunFinishes()
    {
        using SecretValue value = SecretValue.FromText("v");
        await NewAsync(value, "blob");
        List<SecretChange> results = await NewAsync(value, "jwt", "blob", "theirs");
        Assert.Equal([ItemStatus.Created, ItemStatus.Failed, ItemStatus.Created], results.Select(static r => r.Status));
        Assert.Equal(ErrorIds.SecretExists, results[1].ErrorId);
        Assert.Equal("app-jwt", results[0].StoreName);
    }

    [Fact]
    public async Task AWrongNameStopsBeforeAnythingIsDone()
    {
        using SecretValue value = SecretValue.FromText("v");
        await SecretStoreContract.Fails(ErrorIds.SecretNotInCatalog, () => NewAsync(value, "jwt", "jwtt"));
        Assert.Null(await _sandbox.FreshStore().DescribeAsync("app-jwt", default));
    }

    [Theory]
    [InlineData("[z-a]")]
    [InlineData("j[")]
    public async Task AWildcardThatIsNoneIsABadArgument(string pattern) =>
        await SecretStoreContract.Fails(
            ErrorIds.BadArgument,
            () => new GetSecretsOperation(_sandbox.Context).RunAsync(new GetSecretsOptions { Names = [pattern] }, new TestHost())
        );

    [Fact]
    public async Task WithoutACatalogOnlyTheStoresNameIsAccepted()
    {
        File.Delete(_sandbox.File("flowsecrets.yaml"));
        using SecretValue value = SecretValue.FromText("v");
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.NoCatalog, () => NewAsync(value, "jwt"));
        Assert.Contains("-StoreName", error.Remedy);
        List<SecretChange> results = await new NewSecretsOperation(_sandbox.Context).RunAsync(
            new WriteSecretsOptions { StoreNames = ["jwt"], Value = value },
            new TestHost()
        );
        Assert.Equal(ItemStatus.Created, results.Single().Status);
    }

    [Fact]
    public async Task AnEqualValueIsNotWrittenAgain()
    {
        using SecretValue value = SecretValue.FromText("v");
        await NewAsync(value, "jwt");
        SecretChange same = (await SetAsync(new WriteSecretsOptions { Names = ["jwt"], Value = value })).Single();
        Assert.Equal((ItemStatus.Unchanged, "1"), (same.Status, same.Version));
        using SecretValue other = SecretValue.FromText("w");
        Assert.Equal("2", (await SetAsync(new WriteSecretsOptions { Names = ["jwt"], Value = other })).Single().Version);
    }

    [Fact]
    public async Task OneFieldIsSetAndTheOthersStay()
    {
        using SecretValue json = SecretValue.FromText("""{"host":"a","password":"p","extra":1}""");
        await NewAsync(json, "db");
        using SecretValue host = SecretValue.FromText("b");
        await SetAsync(
            new WriteSecretsOptions
            {
                Names = ["db"],
                Field = "host",
                Value = host,
            }
        );
        Assert.Equal("""{"host":"b","password":"p","extra":1}""", await LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), "app-db"));
        SecretChange unknown = (
            await SetAsync(
                new WriteSecretsOptions
                {
                    Names = ["db"],
                    Field = "hots",
                    Value = host,
                }
            )
        ).Single();
        Assert.Equal(ErrorIds.FieldNotFound, unknown.ErrorId);
    }

    [Fact]
    public async Task AFieldIsNotSetWhereTheOthersCannotBeRead()
    {
        using SecretValue json = SecretValue.FromText("""{"host":"a","password":"p"}""");
        await NewAsync(json, "db");
        await _sandbox.Store().SetVersionStateAsync("app-db", "1", VersionState.Disabled, default);
        using SecretValue host = SecretValue.FromText("b");
        Assert.Equal(ErrorIds.VersionDisabled, (
                await SetAsync(
                    new WriteSecretsOptions
                    {
                        Names = ["db"],
                        Field = "host",
                        Value = host,
                    }
                )
            ).Single().ErrorId);
        Assert.Single(await _sandbox.FreshStore().ListVersionsAsync("app-db", default));
    }

    [Fact]
    public async Task ARemedyNamesTheEnvironmentThatItIsFor()
    {
        FlowSecretException error = (
            await new ReadValuesOperation(_sandbox.Context).RunAsync(
                new ReadValuesOptions { Names = ["jwt"], Environment = "other" },
                new TestHost()
            )
        )
            .Single()
            .Error!;
        Assert.Contains("New-FlowSecret 'jwt' -Environment 'other'", error.Remedy);
    }

    [Fact]
    public async Task AnEnvironmentsStoreOutsideTheRepositoryNeedsTrust()
    {
        using Sandbox outside = new();
        _sandbox.Write("flowsecrets.yaml", Catalog.Replace("path: other.db", $"path: \"{outside.File("x.db").Replace('\\', '/')}\""));
        await SecretStoreContract.Fails(
            ErrorIds.CatalogNotTrusted,
            () =>
                new GetSecretsOperation(_sandbox.Context).RunAsync(
                    new GetSecretsOptions { Environment = "other" },
                    new TestHost { Approves = null }
                )
        );
    }

    [Fact]
    public async Task FormatsAreHeldAgainstTheCatalog()
    {
        using SecretValue binary = SecretValue.FromBytes([0xFF, 0xFE]);
        Assert.Equal(ErrorIds.ValueNotText, (await NewAsync(binary, "jwt")).Single().ErrorId);
        Assert.Equal(ErrorIds.ValueNotText, (await NewAsync(binary, "db")).Single().ErrorId);
        Assert.Equal(ItemStatus.Created, (await NewAsync(binary, "blob")).Single().Status);
        using SecretValue text = SecretValue.FromText("MARK");
        SecretChange refused = (await NewAsync(text, "db")).Single();
        Assert.Equal(ErrorIds.ValueNotJson, refused.ErrorId);
        Assert.DoesNotContain("MARK", refused.Message);
    }

    [Fact]
    public async Task AnEncryptionKeyAndAnothersSecretAreProtected()
    {
        using SecretValue value = SecretValue.FromText("v");
        using SecretValue other = SecretValue.FromText("w");
        await NewAsync(value, "enc", "theirs");
        Assert.Equal(
            ErrorIds.EncryptionKeyProtected,
            (await SetAsync(new WriteSecretsOptions { Names = ["enc"], Value = other })).Single().ErrorId
        );
        Assert.Equal(ItemStatus.Updated, (
                await SetAsync(
                    new WriteSecretsOptions
                    {
                        Names = ["enc"],
                        Value = other,
                        OverwriteEncryptionKey = true,
                    }
                )
            ).Single().Status);
        Assert.Equal(ErrorIds.ExternallyOwned, (await RemoveAsync("theirs")).Single().ErrorId);
        Assert.Equal(ErrorIds.ExternallyOwned, (
                await SetAsync(
                    new WriteSecretsOptions
                    {
                        Names = ["theirs"],
                        Generate = true,
                        GenerateSpec = new GenerateSpec(GenerateKind.Hex),
                    }
                )
            ).Single().ErrorId);
    }

    [Fact]
    public async Task AnEnvironmentIsAnotherStoreWithOtherNames()
    {
        using SecretValue value = SecretValue.FromText("v");
        SecretChange change = (
            await new NewSecretsOperation(_sandbox.Context).RunAsync(
                new WriteSecretsOptions
                {
                    Names = ["jwt"],
                    Value = value,
                    Environment = "other",
                },
                new TestHost()
            )
        ).Single();
        Assert.Equal(("o-jwt", "other"), (change.StoreName, change.Environment));
        Assert.True(File.Exists(_sandbox.File("other.db")));
        _sandbox.Set("FLOWSECRETS_ENVIRONMENT", "other");
        SecretItem item = (
            await new GetSecretsOperation(_sandbox.Context).RunAsync(new GetSecretsOptions { Names = ["jwt"] }, new TestHost())
        ).Single();
        Assert.Equal((nameof(SecretState.Present), "other"), (item.State, item.Environment));
        OperationContext connected = _sandbox.Context with { Session = new SessionSelection(null, "local") };
        Assert.Equal(
            nameof(SecretState.Missing),
            (await new GetSecretsOperation(connected).RunAsync(new GetSecretsOptions { Names = ["jwt"] }, new TestHost())).Single().State
        );
        _sandbox.Set("FLOWSECRETS_ENVIRONMENT", "nowhere");
        await SecretStoreContract.Fails(
            ErrorIds.EnvironmentNotFound,
            () => new GetSecretsOperation(_sandbox.Context).RunAsync(new GetSecretsOptions(), new TestHost())
        );
    }

    [Fact]
    public async Task TheListShowsStatesAndWhatIsBeyondTheCatalog()
    {
        using SecretValue value = SecretValue.FromText("v");
        await NewAsync(value, "jwt", "blob");
        await LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "stranger", "x");
        await RemoveAsync("blob");
        List<SecretItem> items = await new GetSecretsOperation(_sandbox.Context).RunAsync(
            new GetSecretsOptions { All = true },
            new TestHost()
        );
        Assert.Equal(nameof(SecretState.PendingDeletion), items.Single(static i => i.Name == "blob").State);
        Assert.Equal(nameof(SecretState.Missing), items.Single(static i => i.Name == "db").State);
        Assert.Null(items.Single(static i => i.StoreName == "stranger").Name);
        Assert.Equal(
            ["jwt"],
            (await new GetSecretsOperation(_sandbox.Context).RunAsync(new GetSecretsOptions { Names = ["j*"] }, new TestHost())).Select(
                static i => i.Name
            )
        );
        List<SecretChange> restored = await new RestoreSecretsOperation(_sandbox.Context).RunAsync(
            new RemoveSecretsOptions { Names = ["blob", "jwt"] },
            new TestHost()
        );
        Assert.Equal([ItemStatus.Restored, ItemStatus.Unchanged], restored.Select(static r => r.Status));
    }

    [Fact]
    public async Task VersionsAreListedSwitchedAndDestroyed()
    {
        using SecretValue one = SecretValue.FromText("one");
        using SecretValue two = SecretValue.FromText("two");
        await NewAsync(one, "jwt");
        await SetAsync(new WriteSecretsOptions { Names = ["jwt"], Value = two });
        await ChangeAsync(
            new VersionOptions
            {
                Names = ["jwt"],
                Version = "1",
                Stage = Stages.Current,
            }
        );
        Assert.Equal("one", await LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), "app-jwt"));
        await ChangeAsync(
            new VersionOptions
            {
                Names = ["jwt"],
                Version = "2",
                State = VersionState.Destroyed,
            }
        );
        List<SecretVersionItem> versions = await new GetVersionsOperation(_sandbox.Context).RunAsync(
            new VersionOptions { Names = ["jwt"] },
            new TestHost()
        );
        Assert.Equal([nameof(VersionState.Destroyed), nameof(VersionState.Enabled)], versions.Select(static v => v.State));
        Assert.Equal(ErrorIds.VersionNotFound, (
                await ChangeAsync(
                    new VersionOptions
                    {
                        Names = ["jwt"],
                        Version = "9",
                        State = VersionState.Disabled,
                    }
                )
            ).Single().ErrorId);
    }

    [Fact]
    public async Task ARefusedConfirmationChangesNothing()
    {
        using SecretValue value = SecretValue.FromText("v");
        List<SecretChange> results = await new NewSecretsOperation(_sandbox.Context).RunAsync(
            new WriteSecretsOptions { Names = ["jwt"], Value = value },
            new TestHost { Agrees = false }
        );
        Assert.Equal(ItemStatus.Skipped, results.Single().Status);
        Assert.False(File.Exists(_sandbox.StoreFile));
    }

    [Fact]
    public async Task ACancelledOperationMakesNoFurtherEffect()
    {
        using SecretValue value = SecretValue.FromText("v");
        using CancellationTokenSource stop = new();
        NewSecretsOperation operation = new(_sandbox.Context);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (
                SecretChange _ in operation.RunAsync(
                    new WriteSecretsOptions { Names = ["jwt", "blob", "theirs"], Value = value },
                    new TestHost(),
                    stop.Token
                )
            )
            {
                await stop.CancelAsync();
            }
        });
        Assert.NotNull(await _sandbox.FreshStore().DescribeAsync("app-jwt", default));
        Assert.Null(await _sandbox.FreshStore().DescribeAsync("app-blob", default));
    }

    private Task<List<SecretChange>> NewAsync(SecretValue value, params string[] names) =>
        new NewSecretsOperation(_sandbox.Context).RunAsync(new WriteSecretsOptions { Names = names, Value = value }, new TestHost());

    private Task<List<SecretChange>> SetAsync(WriteSecretsOptions options) =>
        new SetSecretsOperation(_sandbox.Context).RunAsync(options, new TestHost());

    private Task<List<SecretChange>> RemoveAsync(params string[] names) =>
        new RemoveSecretsOperation(_sandbox.Context).RunAsync(
            new RemoveSecretsOptions { Names = names, RecoveryWindow = TimeSpan.FromDays(30) },
            new TestHost()
        );

    private Task<List<SecretChange>> ChangeAsync(VersionOptions options) =>
        new ChangeVersionOperation(_sandbox.Context).RunAsync(options, new TestHost());
}
