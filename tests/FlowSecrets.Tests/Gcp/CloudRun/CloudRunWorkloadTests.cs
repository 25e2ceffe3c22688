using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp;
using FlowSecrets.Tests.Contracts;

namespace FlowSecrets.Tests.Gcp.CloudRun;

/// <summary>As whom a service of Cloud Run runs.</summary>
public sealed class CloudRunWorkloadTests : IAsyncLifetime
{
    private const string Email = "api@flow-test.iam.gserviceaccount.com";

    private GcpFake _fake = null!;

    public async ValueTask InitializeAsync() => _fake = await GcpFake.StartAsync();

    public ValueTask DisposeAsync() => _fake.DisposeAsync();

    [Fact]
    public async Task ItIsTheServiceAccountThatItNames()
    {
        _fake.Run.AddService("flow-test", "us-central1", "api", Email);
        Assert.Equal(
            new WorkloadIdentity($"serviceAccount:{Email}", $"the Cloud Run service 'api' runs as {Email}"),
            await IdentityAsync(("region", "us-central1"), ("service", "api"))
        );
    }

    [Fact]
    public async Task TheWorkloadsOwnProjectComesFirst()
    {
        _fake.Run.AddService("other-project", "us-central1", "api", Email);
        Assert.Equal(
            $"serviceAccount:{Email}",
            (await IdentityAsync(("project", "other-project"), ("region", "us-central1"), ("service", "api"))).Principal
        );
    }

    [Fact]
    public async Task WithoutOneItIsTheProjectsDefaultOne()
    {
        _fake.Run.AddService("flow-test", "us-central1", "api", "");
        WorkloadIdentity identity = await IdentityAsync(("region", "us-central1"), ("service", "api"));
        Assert.Matches(@"\AserviceAccount:[0-9]+-compute@developer\.gserviceaccount\.com\z", identity.Principal);
    }

    [Fact]
    public async Task AnAbsentServiceIsNotFound()
    {
        FlowSecretException error = await SecretStoreContract.Fails(
            ErrorIds.WorkloadNotFound,
            () => IdentityAsync(("region", "us-central1"), ("service", "nope"))
        );
        Assert.Equal(
            (
                "There is no Cloud Run service 'nope' in us-central1 of project flow-test.",
                "Correct 'service', 'region' and 'project' of the catalog's workload 'api'. There are: gcloud run services list "
                    + "--project='flow-test'",
                "api"
            ),
            (error.Cause, error.Remedy, error.Target)
        );
    }

    [Fact]
    public async Task WhoMayNotSeeItIsDenied()
    {
        _fake.Run.AddService("flow-test", "us-central1", "api", Email);
        FlowSecretException error = await SecretStoreContract.Fails(
            ErrorIds.AccessDenied,
            () => IdentityAsync("as:user:dev@example.com", ("region", "us-central1"), ("service", "api"))
        );
        Assert.Equal(
            (
                "Permission denied: 'run.services.get' on the Cloud Run service 'api' in us-central1 of project flow-test is not "
                    + "granted to user:YOUR_ACCOUNT.",
                "Let an owner grant it: gcloud run services add-iam-policy-binding 'api' --region='us-central1' --project='flow-test' "
                    + "--member='user:YOUR_ACCOUNT' --role='roles/run.viewer'",
                AccessCauses.NoGrant
            ),
            (error.Cause, error.Remedy, error.AccessCause)
        );
    }

    [Fact]
    public async Task AnApiThatIsOffIsSaid()
    {
        _fake.EnabledApis.Disable("run");
        FlowSecretException error = await SecretStoreContract.Fails(
            ErrorIds.ApiNotEnabled,
            () => IdentityAsync(("region", "us-central1"), ("service", "api"))
        );
        Assert.Equal(
            "The Cloud Run API is not enabled in project flow-test. Enable it, then wait some minutes: gcloud services enable "
                + "run.googleapis.com --project='flow-test'",
            error.Message
        );
    }

    [Theory]
    [InlineData("region", "service")]
    [InlineData("service", "region")]
    public async Task WhatTheCatalogLacksIsSaid(string given, string lacking)
    {
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.BadArgument, () => IdentityAsync((given, "x")));
        Assert.Equal(
            ($"The workload 'api' has no '{lacking}'.", $"Add it to the catalog's workload: {lacking}: …"),
            (error.Cause, error.Remedy)
        );
        Assert.Empty(_fake.Calls);
    }

    private Task<WorkloadIdentity> IdentityAsync(params (string Key, string Value)[] settings) => IdentityAsync("any", settings);

    private Task<WorkloadIdentity> IdentityAsync(string token, params (string Key, string Value)[] settings)
    {
        StoreSelection selection = new(StoreKind.Gcp) { Project = "flow-test", Endpoint = _fake.Endpoint.AbsoluteUri };
        GcpOpening opening = GcpOpening.Find(selection, name => name == "GOOGLE_OAUTH_ACCESS_TOKEN" ? token : CloudStores.Nothing(name));
        return opening
            .OpenWorkload(new CatalogWorkload("api", "cloudrun", settings.ToDictionary(static s => s.Key, static s => s.Value)))
            .IdentityAsync(CancellationToken.None);
    }
}
