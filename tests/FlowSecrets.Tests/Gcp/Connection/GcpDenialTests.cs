using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Tests.Transport;
using FlowSecrets.Values;
using static FlowSecrets.Tests.Transport.Refusals;

namespace FlowSecrets.Tests.Gcp.Connection;

/// <summary>Denials by Google: who may not do what, where, and the role that lets it.</summary>
public sealed class GcpDenialTests : IDisposable
{
    private readonly CloudSetting _setting = new(("GOOGLE_OAUTH_ACCESS_TOKEN", "t"));

    public void Dispose() => _setting.Dispose();

    [Fact]
    public async Task DeniedIsToldFromAbsentWhereDescribingIsAllowed()
    {
        await using GcpFake fake = await GcpFake.StartAsync();
        GcpStore store = _setting.Gcp(fake.Endpoint);
        fake.Faults.Deny("AccessSecretVersion");
        Assert.Equal(ErrorIds.SecretNotFound, (await ReadAsync(store, "s1")).Id);
        await CreateAsync(store, "s1");
        FlowSecretException denied = await ReadAsync(store, "s1");
        Assert.Equal(
            (
                ErrorIds.AccessDenied,
                "Permission denied: No role grants user:owner@example.com 'secretmanager.versions.access' on 's1' or above it in "
                    + "project flow-test."
            ),
            (denied.Id, denied.Cause)
        );
        Assert.Equal(
            "Let an owner grant it: gcloud secrets add-iam-policy-binding s1 --project=flow-test --member='user:owner@example.com' "
                + "--role='roles/secretmanager.secretAccessor' --condition=None",
            denied.Remedy
        );
        fake.Faults.Deny("GetSecret");
        Assert.Equal(ErrorIds.AccessDenied, (await ReadAsync(store, "s1")).Id);
        fake.Faults.Deny("GetIamPolicy");
        Assert.Equal(ErrorIds.SecretNotFoundOrForbidden, (await ReadAsync(store, "s1")).Id);
    }

    [Theory]
    [InlineData(
        "AddSecretVersion",
        "secretmanager.versions.add",
        "gcloud secrets add-iam-policy-binding s1 --project=flow-test --member='user:owner@example.com' "
            + "--role='roles/secretmanager.secretVersionAdder' --condition=None"
    )]
    [InlineData(
        "DisableSecretVersion",
        "secretmanager.versions.disable",
        "gcloud secrets add-iam-policy-binding s1 --project=flow-test --member='user:owner@example.com' "
            + "--role='roles/secretmanager.secretVersionManager' --condition=None"
    )]
    [InlineData(
        "UpdateSecret",
        "secretmanager.secrets.update",
        "gcloud secrets add-iam-policy-binding s1 --project=flow-test --member='user:owner@example.com' "
            + "--role='roles/secretmanager.admin' --condition=None"
    )]
    [InlineData(
        "DeleteSecret",
        "secretmanager.secrets.delete",
        "gcloud secrets add-iam-policy-binding s1 --project=flow-test --member='user:owner@example.com' "
            + "--role='roles/secretmanager.admin' --condition=None"
    )]
    [InlineData(
        "CreateSecret",
        "secretmanager.secrets.create",
        "gcloud projects add-iam-policy-binding flow-test --member='user:YOUR_ACCOUNT' --role='roles/secretmanager.admin' --condition=None"
    )]
    [InlineData(
        "ListSecrets",
        "secretmanager.secrets.list",
        "gcloud projects add-iam-policy-binding flow-test --member='user:YOUR_ACCOUNT' --role='roles/secretmanager.viewer' --condition=None"
    )]
    [InlineData(
        "ListSecretVersions",
        "secretmanager.versions.list",
        "gcloud secrets add-iam-policy-binding s1 --project=flow-test --member='user:owner@example.com' "
            + "--role='roles/secretmanager.viewer' --condition=None"
    )]
    public async Task TheRoleToGrantIsTheOneThatTheCallNeeds(string operation, string permission, string command)
    {
        await using GcpFake fake = await GcpFake.StartAsync();
        GcpStore store = _setting.Gcp(fake.Endpoint);
        await CreateAsync(store, "s1");
        fake.Faults.Deny(operation);
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(async () =>
        {
            using SecretValue other = SecretValue.FromText("w");
            await (
                operation switch
                {
                    "AddSecretVersion" => store.AddVersionAsync("s1", other, null, null, CancellationToken.None),
                    "DisableSecretVersion" => store.SetVersionStateAsync("s1", "1", VersionState.Disabled, CancellationToken.None),
                    "UpdateSecret" => store.SetLabelsAsync("s1", new Dictionary<string, string> { ["a"] = "b" }, CancellationToken.None),
                    "DeleteSecret" => store.DeleteAsync("s1", null, CancellationToken.None),
                    "CreateSecret" => store.CreateAsync("s2", new Dictionary<string, string>(), other, CancellationToken.None),
                    "ListSecrets" => store.ListAsync("", CancellationToken.None).FirstOrDefaultAsync().AsTask(),
                    _ => store.ListVersionsAsync("s1", CancellationToken.None),
                }
            );
        });
        string beyond = command.Contains("secretmanager.admin", StringComparison.Ordinal)
            ? "; this role also reads every value and deletes secrets, and no smaller one of Google's has it"
            : "";
        Assert.Equal((ErrorIds.AccessDenied, $"Let an owner grant it: {command}{beyond}"), (error.Id, error.Remedy));
        Assert.Contains($"'{permission}'", error.Cause);
    }

    [Fact]
    public async Task TheMemberToGrantIsWhoAsked()
    {
        string path = _setting.Write(
            "key.json",
            GcpKeys.Json(GcpKeys.External(new Uri("http://127.0.0.1:9/"), new { file = "x" }, impersonates: false))
        );
        GcpCredential federated = _setting.Credential(new StoreSelection(StoreKind.Gcp) { CredentialPath = path });
        Assert.Equal(
            "principal://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci/subject/SUBJECT",
            federated.Member
        );
        GcpPlace regional = _setting.Place(new StoreSelection(StoreKind.Gcp) { Project = "p1", Region = "europe-west3" });
        FlowSecretException error = new GcpErrors(
            new Place(StoreKind.Gcp, "p1/europe-west3", federated.Identity),
            regional,
            federated
        ).Forbidden(new GcpCall("secretmanager.versions.access", "s1"));
        Assert.EndsWith(
            "gcloud secrets add-iam-policy-binding s1 --project=p1 --location=europe-west3 "
                + "--member='principal://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci/subject/SUBJECT' "
                + "--role='roles/secretmanager.secretAccessor' --condition=None",
            error.Remedy
        );
    }
}
