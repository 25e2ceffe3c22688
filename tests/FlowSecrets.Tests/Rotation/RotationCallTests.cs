using FlowSecrets.CloudFakes;
using FlowSecrets.Operations;
using FlowSecrets.Providers;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Rotation;

/// <summary>The calls of one rotation without a target, as docs/rotation.md lists them. More of them is a defect.</summary>
public sealed class RotationCallTests(ITestOutputHelper output)
{
    [Fact]
    public async Task OnAwsARotationTakesFourWritesAndFewReads()
    {
        await using AwsFake fake = await AwsFake.StartAsync();
        string[] calls = await CallsAsync(fake, "aws");
        Assert.Equal(["PutSecretValue", "UpdateSecretVersionStage", "TagResource", "UpdateSecretVersionStage"], calls.Where(static c => c is "PutSecretValue" or "UpdateSecretVersionStage" or "TagResource"));
        Assert.Equal(2, calls.Count(static c => c is "DescribeSecret" or "GetSecretValue"));
    }

    [Fact]
    public async Task OnGoogleARotationTakesFiveWritesAndFewReads()
    {
        await using GcpFake fake = await GcpFake.StartAsync();
        string[] calls = await CallsAsync(fake, "gcp");
        Assert.Equal(["CreateSecret", "AddSecretVersion", "AddSecretVersion", "UpdateSecret", "DeleteSecret"], calls.Where(static c => !c.StartsWith("Get", StringComparison.Ordinal) && c != "AccessSecretVersion"));

        // The scarce ones; reading a value has a quota 150 times as large. Two of them make sure that the value aside is still this rotation's.
        Assert.Equal(5, calls.Count(static c => c.StartsWith("Get", StringComparison.Ordinal)));
    }

    private async Task<string[]> CallsAsync(CloudFake fake, string environment)
    {
        using Sandbox sandbox = new();
        foreach ((string name, string value) in new[] { ("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", fake.Endpoint.AbsoluteUri), ("AWS_ENDPOINT_URL", fake.Endpoint.AbsoluteUri), ("AWS_ACCESS_KEY_ID", "AKIATEST"), ("AWS_SECRET_ACCESS_KEY", "test"), ("CLOUDSDK_CONFIG", sandbox.File("gcloud")), ("NO_GCE_CHECK", "true") })
        {
            sandbox.Set(name, value);
        }

        sandbox.Write("flowsecrets.yaml", """
            application: calls
            environments: { gcp: { store: gcp, project: flow-test }, aws: { store: aws, region: eu-west-1 } }
            secrets:
              s: { generate: { kind: base64url }, rotate: { every: 90d } }
            """);
        ISecretStore store = sandbox.Providers.OpenStore(environment == "gcp" ? new StoreSelection(StoreKind.Gcp) { Project = "flow-test" } : new StoreSelection(StoreKind.Aws) { Region = "eu-west-1" }, sandbox.Variable);
        using SecretValue value1 = SecretValue.FromText("old-value");
        await store.CreateAsync("s", new Dictionary<string, string>(StringComparer.Ordinal), value1, default);
        await store.IdentifyAsync(default);
        fake.ClearCalls();
        ProviderDoor door = new();
        RotationResult result = Assert.Single(await new InvokeRotationOperation(sandbox.Context with { Providers = () => door }).RunAsync(new InvokeRotationOptions { Names = ["s"], Environment = environment }, new TestHost()));
        Assert.Equal(ItemStatus.Rotated, result.Status);
        string[] calls = [.. fake.Calls.Select(static c => c.Operation).Where(static c => !c.StartsWith("Sts", StringComparison.Ordinal))];
        output.WriteLine(string.Join(", ", calls));
        return calls;
    }
}
