using FlowSecrets.CloudFakes.Aws.SecretsManager;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Providers.Gcp;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Tests.Contracts;

/// <summary>Stores on the fakes, with variables of their own and nothing of this machine's.</summary>
internal static class CloudStores
{
    /// <summary>Waits short enough for tests.</summary>
    public static readonly RetryLimits Quick = new()
    {
        FirstWait = TimeSpan.FromMilliseconds(5),
        LongestWait = TimeSpan.FromMilliseconds(50),
        Try = TimeSpan.FromSeconds(5),
        Attempts = 10,
        Throttled = TimeSpan.FromMilliseconds(400),
    };

    public static GcpStore Gcp(GcpFake fake, GcpStoreOptions? options = null, StoreSelection? selection = null)
    {
        StoreSelection chosen = (selection ?? new StoreSelection(StoreKind.Gcp)) with { Endpoint = fake.Endpoint.AbsoluteUri };
        chosen = chosen with { Project = chosen.Project ?? "flow-test" };
        GcpPlace place = GcpPlace.Find(chosen, GcloudConfiguration.Read(Nothing), Nothing);
        return GcpOpening.Open(
            place,
            GcpCredential.Find(chosen, place, GcloudConfiguration.Read(Nothing), Token),
            options ?? new GcpStoreOptions { Limits = Quick }
        );
    }

    public static AwsStore Aws(Uri address, AwsStoreOptions? options = null, string region = "eu-west-1")
    {
        StoreSelection chosen = new(StoreKind.Aws) { Endpoint = address.AbsoluteUri, Region = region };
        AwsPlace place = AwsPlace.Find(chosen, Nothing);
        return AwsOpening.Open(place, AwsIdentity.Find(chosen, place, Keys), options ?? new AwsStoreOptions { Limits = Quick });
    }

    public static string? Nothing(string name) =>
        name == "CLOUDSDK_CONFIG" ? Path.Combine(Path.GetTempPath(), "flowsecrets-no-gcloud") : null;

    public static string? Token(string name) => name == "GOOGLE_OAUTH_ACCESS_TOKEN" ? "test-token" : Nothing(name);

    public static string? Keys(string name) => name is "AWS_ACCESS_KEY_ID" or "AWS_SECRET_ACCESS_KEY" ? "test" : null;
}
