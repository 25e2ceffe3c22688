using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Operations.Stores;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations;

/// <summary>A name never stands for a location without its catalog, and what comes down the pipeline keeps its location.</summary>
public sealed class WorkspaceTrustTests : IDisposable
{
    private const string Catalog = "application: a\nenvironments: { production: { store: local, path: %.db } }\nsecrets: { key: {} }\n";

    private readonly Sandbox _one = new();
    private readonly Sandbox _two = new();

    public WorkspaceTrustTests()
    {
        _one.Write("flowsecrets.yaml", Catalog.Replace("%", "one"));
        _two.Write("flowsecrets.yaml", Catalog.Replace("%", "two"));
    }

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
    }

    [Fact]
    public async Task AConnectedEnvironmentCountsForItsCatalogAlone()
    {
        SessionSelection session = await ConnectAsync(new ConnectOptions { Environment = "production", Passphrase = Secret("p-1") });
        Assert.Equal(FilePaths.Real(_one.File("flowsecrets.yaml")), session.Catalog);
        OperationContext elsewhere = _two.Context with { Session = session };
        TestHost host = new();
        using SecretValue value = Secret("WRITTEN-FOR-TWO");
        WriteSecretsOptions options = new()
        {
            Names = ["key"],
            Environment = "production",
            Value = value,
        };
        SecretChange made = Assert.Single(await new NewSecretsOperation(elsewhere).RunAsync(options, host));
        Assert.Contains("two.db", made.Place);
        Assert.Contains(host.Warnings, static w => w.Contains("production", StringComparison.Ordinal));
        Assert.False(File.Exists(_one.File("one.db")) && new FileInfo(_one.File("one.db")).Length == 0);
        Assert.True(File.Exists(_two.File("two.db")));
    }

    [Fact]
    public async Task AConnectedEnvironmentDoesNotCountWhereThereIsNoCatalog()
    {
        SessionSelection session = await ConnectAsync(new ConnectOptions { Environment = "production" });
        using Sandbox none = new();
        TestHost host = new();
        StoreStatus status = Assert.Single(
            await new GetStoreOperation(none.Context with { Session = session }).RunAsync(new StoreOptions(), host)
        );
        Assert.Null(status.Environment);
        Assert.Contains(host.Warnings, static w => w.Contains("does not count here", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AStoreOutsideIsAskedForAlsoWithAPassphrase()
    {
        string outside = _two.File("planted.db").Replace('\\', '/');
        _one.Write("flowsecrets.yaml", Catalog.Replace("%.db", $"'{outside}'"));
        ConnectOptions options = new() { Environment = "production", Passphrase = Secret("p-1") };
        await SecretStoreContract.Fails(
            ErrorIds.CatalogNotTrusted,
            () => new ConnectStoreOperation(_one.Context).RunAsync(options, new TestHost { Approves = null })
        );
        Assert.False(File.Exists(outside));
    }

    [Fact]
    public async Task PipedObjectsOfAnotherLocationAreRefused()
    {
        using SecretValue value = Secret("v");
        WriteSecretsOptions options = new() { StoreNames = ["x"], Value = value };
        SecretChange made = Assert.Single(await new NewSecretsOperation(_one.Context).RunAsync(options, new TestHost()));
        await new NewSecretsOperation(_two.Context).RunAsync(options, new TestHost());
        await SecretStoreContract.Fails(
            ErrorIds.BadArgument,
            () =>
                new RemoveSecretsOperation(_two.Context).RunAsync(
                    new RemoveSecretsOptions { StoreNames = ["x"], PipedFrom = made.Place },
                    new TestHost()
                )
        );
        Assert.Null(
            Assert
                .Single(
                    await new RemoveSecretsOperation(_one.Context).RunAsync(
                        new RemoveSecretsOptions { StoreNames = ["x"], PipedFrom = made.Place },
                        new TestHost()
                    )
                )
                .ErrorId
        );
    }

    /// <summary>The location of a cloud that only the catalog names is asked for before the first change.</summary>
    [Fact]
    public async Task WritingToACatalogsProjectNeedsApproval()
    {
        _one.Write("flowsecrets.yaml", "application: a\nenvironments: { e: { store: gcp, project: stranger-1 } }\nsecrets: { key: {} }\n");
        _one.Set("GOOGLE_OAUTH_ACCESS_TOKEN", "token");
        TestHost host = new() { Approves = null };
        TrustedRecords(await Workspace.OpenAsync(_one.Context, new TargetOptions(), host, default), "Google Cloud project stranger-1");
        string owner = FilePaths.Real(_one.File("flowsecrets.yaml"));
        StoreSelection seen = new(StoreKind.Gcp) { Project = "stranger-1" };
        OperationContext bare = _one.Context with { Session = new SessionSelection(null, "e", owner) };
        TrustedRecords(await Workspace.OpenAsync(bare, new TargetOptions(), host, default), "Google Cloud project stranger-1");
        OperationContext before = _one.Context with
        {
            Session = new SessionSelection(null, "e", owner) { Named = seen with { Project = "before" } },
        };
        TrustedRecords(await Workspace.OpenAsync(before, new TargetOptions(), host, default), "Google Cloud project stranger-1");
        OperationContext connected = _one.Context with { Session = new SessionSelection(null, "e", owner) { Named = seen } };
        Assert.Empty((await Workspace.OpenAsync(connected, new TargetOptions(), host, default)).WriteRecords);
        Assert.Empty((await Workspace.OpenAsync(_one.Context, new TargetOptions { Store = StoreKind.Local }, host, default)).WriteRecords);
    }

    private static void TrustedRecords(Workspace workspace, string subject)
    {
        Assert.Equal(subject, Assert.Single(workspace.WriteRecords).Subject);
        Assert.Equal(subject, Assert.Single(workspace.ReadRecords).Subject);
    }

    private static SecretValue Secret(string text) => SecretValue.FromText(text);

    private async Task<SessionSelection> ConnectAsync(ConnectOptions options) =>
        Assert.Single(await new ConnectStoreOperation(_one.Context).RunAsync(options, new TestHost())).Session!;
}
