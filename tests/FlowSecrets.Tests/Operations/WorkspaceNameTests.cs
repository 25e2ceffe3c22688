using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations;

/// <summary>Which secret and environment a name means.</summary>
public sealed class WorkspaceNameTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public WorkspaceNameTests() =>
        _sandbox.Write(
            "flowsecrets.yaml",
            "application: app\nprefix: app-\nenvironments: { local: { store: local } }\nsecrets: { jwt: {} }\n"
        );

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task AWrongNameFailsAndTheOthersAreDone()
    {
        using SecretValue value = SecretValue.FromText("v");
        TestHost host = new();
        List<SecretChange> results = await new NewSecretsOperation(_sandbox.Context).RunAsync(
            new WriteSecretsOptions { Names = ["jwt", "jwtt"], Value = value },
            host
        );
        Assert.Equal(("app-jwt", ItemStatus.Created), (results.Single().StoreName, results[0].Status));
        Assert.Equal((ErrorIds.SecretNotInCatalog, "jwtt"), (Assert.Single(host.Failures).Id, host.Failures[0].Target));
    }

    [Theory]
    [InlineData("projects/flow-test/secrets/s", "two", null)]
    [InlineData("projects/flow-test/secrets/s/versions/1", "one", null)]
    [InlineData("projects/flow-test/secrets/s/versions/latest", "two", null)]
    [InlineData("projects/other/secrets/s", null, ErrorIds.BadArgument)]
    [InlineData("projects/flow-test/locations/europe-west4/secrets/s", null, ErrorIds.BadArgument)]
    public async Task AWholeNameOfGoogleIsTakenAndItsProjectMustMatch(string name, string? expected, string? id)
    {
        await using CloudUnderTest cloud = await CloudUnderTest.StartAsync(StoreKind.Gcp);
        await cloud.CreateAsync("s", "one");
        await cloud.AddAsync("s", "two");
        ProvidersWith google = new(_sandbox.Providers, _ => cloud.Store);
        TestHost host = new();
        OperationContext context = _sandbox.Context with { Providers = () => google };
        List<SecretReading> read = await new ReadValuesOperation(context).RunAsync(new ReadValuesOptions { StoreNames = [name] }, host);
        Assert.Equal(expected, read.SingleOrDefault()?.Value?.RevealText("s"));
        Assert.Equal(id, host.Failures.SingleOrDefault()?.Id);
        if (id is not null)
        {
            Assert.Contains("projects/flow-test", host.Failures[0].Cause);
            Assert.Contains(name, host.Failures[0].Cause);
        }

        // What changes a whole secret takes no version.
        List<SecretChange> removed = await new RemoveSecretsOperation(context).RunAsync(
            new RemoveSecretsOptions { StoreNames = ["projects/flow-test/secrets/s/versions/1"] },
            host
        );
        Assert.Empty(removed);
        Assert.Equal(ErrorIds.BadArgument, host.Failures[^1].Id);
        read.ForEach(static r => r.Dispose());
    }

    [Fact]
    public async Task AWildcardWhereNamesAreExactStopsBeforeAnythingIsDone()
    {
        using SecretValue value = SecretValue.FromText("v");
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.BadArgument, () => NewAsync(value, "jwt", "j*"));
        Assert.Contains("Get-FlowSecret 'j*' | ", error.Remedy);
        Assert.Null(await _sandbox.FreshStore().DescribeAsync("app-jwt", default));
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("jwt")]
    public async Task ANameMatchesWithoutCaseWhereOneDoes(string name)
    {
        using SecretValue value = SecretValue.FromText("v");
        Assert.Equal("app-jwt", (await NewAsync(value, name)).Single().StoreName);
    }

    [Fact]
    public async Task NamesThatDifferInCaseAloneAreMeantExactly()
    {
        File.WriteAllText(
            _sandbox.File("flowsecrets.yaml"),
            "application: app\nprefix: app-\nenvironments: { local: { store: local }, Local: { store: local, prefix: l- } }\n"
                + "secrets: { key: {}, Key: {} }\n"
        );
        using SecretValue value = SecretValue.FromText("v");
        WriteSecretsOptions options = new()
        {
            Value = value,
            Environment = "local",
            Names = ["KEY", "Key"],
        };
        TestHost host = new();
        List<SecretChange> results = await new NewSecretsOperation(_sandbox.Context).RunAsync(options, host);
        Assert.Equal("app-Key", results.Single().StoreName);
        Assert.Equal("Say which: key, Key.", Assert.Single(host.Failures).Remedy);
        await SecretStoreContract.Fails(
            ErrorIds.EnvironmentNotFound,
            () => new NewSecretsOperation(_sandbox.Context).RunAsync(options with { Environment = "LOCAL" }, new TestHost())
        );
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
    public async Task AStoreThatTheEnvironmentIsNotInIsRefused() =>
        await SecretStoreContract.Fails(
            ErrorIds.BadArgument,
            () =>
                new GetSecretsOperation(_sandbox.Context).RunAsync(
                    new GetSecretsOptions { Environment = "local", Store = StoreKind.Gcp },
                    new TestHost()
                )
        );

    private Task<List<SecretChange>> NewAsync(SecretValue value, params string[] names) =>
        new NewSecretsOperation(_sandbox.Context).RunAsync(new WriteSecretsOptions { Names = names, Value = value }, new TestHost());
}
