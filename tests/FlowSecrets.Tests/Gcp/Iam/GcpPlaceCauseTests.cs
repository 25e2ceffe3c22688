using FlowSecrets.Model;
using FlowSecrets.Operations.Access;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;
using static FlowSecrets.Tests.Gcp.Iam.GcpAccessWorld;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>The secret is elsewhere: in another project or behind another endpoint than was asked.</summary>
public sealed class GcpPlaceCauseTests : IAsyncLifetime
{
    private readonly Sandbox _sandbox = new();
    private GcpAccessWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await StartAsync(withSecret: false);
        _sandbox.Set("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", _world.Fake.Endpoint.AbsoluteUri);
        _sandbox.Set("GOOGLE_OAUTH_ACCESS_TOKEN", "owner");
        _sandbox.Set("CLOUDSDK_CONFIG", _sandbox.File("gcloud"));
    }

    public ValueTask DisposeAsync()
    {
        _sandbox.Dispose();
        return _world.DisposeAsync();
    }

    [Fact]
    public async Task AnotherEnvironmentOfTheCatalogHasIt()
    {
        await MakeAsync(new StoreSelection(StoreKind.Gcp) { Project = "flow-other" });
        SecretAccess answer = await TestAsync("{ here: { store: gcp, project: flow-test }, there: { store: gcp, project: flow-other } }");
        Assert.Equal(
            (nameof(AccessResult.Denied), AccessCauses.OtherPlace, "Use that one: -Environment 'there'"),
            (answer.Result, answer.Cause, answer.Remedy)
        );
        Assert.Equal("'db' is in the Gcp store of project flow-other, and the Gcp store of project flow-test was asked", answer.Evidence);
    }

    [Fact]
    public async Task WhatThisMachineIsSetToHasIt()
    {
        await MakeAsync(new StoreSelection(StoreKind.Gcp) { Project = "flow-other" });
        _sandbox.Set("GOOGLE_CLOUD_PROJECT", "flow-other");
        SecretAccess answer = await TestAsync("{ here: { store: gcp, project: flow-test } }");
        Assert.Equal(
            (
                nameof(AccessResult.Denied),
                AccessCauses.OtherPlace,
                "Use that one: Connect-FlowSecretStore -Store Gcp -Project 'flow-other'"
            ),
            (answer.Result, answer.Cause, answer.Remedy)
        );
        Assert.Equal(
            "'db' is in the Gcp store of project flow-other (as this machine is set), and the Gcp store of project flow-test was asked",
            answer.Evidence
        );
    }

    [Fact]
    public async Task ARegionalSecretIsNotAtTheGlobalEndpoint()
    {
        await MakeAsync(new StoreSelection(StoreKind.Gcp) { Project = "flow-test", Region = "europe-west3" });
        SecretAccess answer = await TestAsync("{ here: { store: gcp, project: flow-test } }");
        Assert.Equal(
            (
                nameof(AccessResult.Denied),
                AccessCauses.OtherEndpoint,
                "Use that one: Connect-FlowSecretStore -Store Gcp -Project 'flow-test' -Region 'europe-west3'; or set 'region: "
                    + "europe-west3' in the catalog's environment"
            ),
            (answer.Result, answer.Cause, answer.Remedy)
        );
        Assert.Equal(
            "'db' is a regional secret of europe-west3, and the Gcp store of project flow-test was asked, whose endpoint does not have it",
            answer.Evidence
        );
    }

    [Fact]
    public async Task AGlobalSecretIsNotAtARegionsEndpoint()
    {
        await MakeAsync(new StoreSelection(StoreKind.Gcp) { Project = "flow-test" });
        SecretAccess answer = await TestAsync("{ here: { store: gcp, project: flow-test, region: europe-west3 } }");
        Assert.Equal(
            (
                nameof(AccessResult.Denied),
                AccessCauses.OtherEndpoint,
                "Use that one: Connect-FlowSecretStore -Store Gcp -Project 'flow-test'; or set no 'region' in the catalog's environment"
            ),
            (answer.Result, answer.Cause, answer.Remedy)
        );
        Assert.Equal(
            "'db' is a global secret, and the Gcp store of project flow-test in europe-west3 was asked, whose endpoint does not have it",
            answer.Evidence
        );
    }

    [Fact]
    public async Task WhatIsNowhereIsAbsent()
    {
        SecretAccess answer = await TestAsync("{ here: { store: gcp, project: flow-test }, there: { store: gcp, project: flow-other } }");
        Assert.Equal((nameof(AccessResult.Denied), AccessCauses.SecretNotFound), (answer.Result, answer.Cause));
        Assert.Equal(
            "Set up what the catalog names with Initialize-FlowSecret -Environment 'here', or make this one: New-FlowSecret 'db' "
                + "-Environment 'here'. Is it the store you meant? See Get-FlowSecretStore.",
            answer.Remedy
        );
    }

    private async Task MakeAsync(StoreSelection selection)
    {
        using SecretValue value = SecretValue.FromText("v");
        await _sandbox
            .Providers.OpenStore(selection, _sandbox.Variable)
            .CreateAsync("db", new Dictionary<string, string>(), value, default);
    }

    private async Task<SecretAccess> TestAsync(string environments)
    {
        _sandbox.Write("flowsecrets.yaml", $"application: app\ndefault: here\nenvironments: {environments}\nsecrets: {{ db: {{ }} }}\n");
        return Assert.Single(
            await new TestAccessOperation(_sandbox.Context).RunAsync(new TestAccessOptions { Names = ["db"] }, new TestHost())
        );
    }
}
