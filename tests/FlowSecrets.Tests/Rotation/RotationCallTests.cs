using FlowSecrets.Operations;

namespace FlowSecrets.Tests.Rotation;

/// <summary>The calls of one rotation without a target, as docs/rotation.md lists them. More of them is a defect.</summary>
public sealed class RotationCallTests(ITestOutputHelper output)
{
    [Fact]
    public async Task OnAwsARotationTakesFourWritesAndFewReads()
    {
        string[] calls = await CallsAsync("aws");
        Assert.Equal(["PutSecretValue", "UpdateSecretVersionStage", "TagResource", "UpdateSecretVersionStage"], calls.Where(static c => c is "PutSecretValue" or "UpdateSecretVersionStage" or "TagResource"));
        Assert.Equal(2, calls.Count(static c => c is "DescribeSecret" or "GetSecretValue"));
    }

    [Fact]
    public async Task OnGoogleARotationTakesFiveWritesAndFewReads()
    {
        string[] calls = await CallsAsync("gcp");
        Assert.Equal(["CreateSecret", "AddSecretVersion", "AddSecretVersion", "UpdateSecret", "DeleteSecret"], calls.Where(static c => !c.StartsWith("Get", StringComparison.Ordinal) && c != "AccessSecretVersion"));

        // The scarce ones; reading a value has a quota 150 times as large.
        Assert.Equal(2, calls.Count(static c => c.StartsWith("Get", StringComparison.Ordinal)));
    }

    private async Task<string[]> CallsAsync(string environment)
    {
        await using RotationStage stage = await RotationStage.StartAsync(environment, "  s: { generate: { kind: base64url }, rotate: { every: 90d } }");
        await stage.CreateAsync("s", "old-value");
        stage.Fake!.ClearCalls();
        Assert.Equal(ItemStatus.Rotated, (await stage.RotateAsync("s")).Status);
        string[] calls = [.. stage.Fake.Calls.Select(static c => c.Operation).Where(static c => !c.StartsWith("Sts", StringComparison.Ordinal) && c != "GetCallerIdentity")];
        output.WriteLine(string.Join(", ", calls));
        return calls;
    }
}
