using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>The calls of one rotation without a target, as docs/rotation.md lists them. More of them is a defect.</summary>
public sealed class RotationCallTests(ITestOutputHelper output)
{
    [Fact]
    public async Task OnAws()
    {
        (string[] rotation, string[] retirement) = await CallsAsync("aws", "sibling");
        Assert.Equal(["PutSecretValue", "UpdateSecretVersionStage", "TagResource", "UpdateSecretVersionStage"], Writes(rotation));
        Assert.Equal(2, Reads(rotation));
        Assert.Equal(["UpdateSecretVersionStage", "TagResource"], Writes(retirement));
    }

    [Fact]
    public async Task OnGoogle()
    {
        (string[] rotation, string[] retirement) = await CallsAsync("gcp", "sibling");
        Assert.Equal(["CreateSecret", "AddSecretVersion", "AddSecretVersion", "UpdateSecret", "DeleteSecret"], Writes(rotation));

        // The scarce ones; reading a value has a quota 150 times as large.
        Assert.Equal(2, Reads(rotation));
        Assert.Equal(["DisableSecretVersion", "UpdateSecret"], Writes(retirement));
    }

    [Fact]
    public async Task OnGoogleByAlias()
    {
        (string[] rotation, string[] retirement) = await CallsAsync("gcp", "alias");
        Assert.Equal(["UpdateSecret", "AddSecretVersion", "UpdateSecret", "UpdateSecret", "UpdateSecret"], Writes(rotation));
        Assert.Equal(1, Reads(rotation));
        Assert.Equal(["UpdateSecret", "DisableSecretVersion", "UpdateSecret"], Writes(retirement));
    }

    private static string[] Writes(string[] calls) =>
        [
            .. calls.Where(static c =>
                !c.StartsWith("Get", StringComparison.Ordinal)
                && c is not ("AccessSecretVersion" or "DescribeSecret" or "ListSecretVersionIds")
            ),
        ];

    private static int Reads(string[] calls) =>
        calls.Count(static c => c.StartsWith("Get", StringComparison.Ordinal) || c == "DescribeSecret");

    private async Task<(string[] Rotation, string[] Retirement)> CallsAsync(string environment, string pending)
    {
        await using RotationStage stage = await RotationStage.StartAsync(
            environment,
            $"  s: {{ generate: {{ kind: base64url }}, rotate: {{ every: 90d, overlap: 1h, pending: {pending} }} }}"
        );
        await stage.CreateAsync("s", "old-value");
        stage.Fake!.ClearCalls();
        Assert.Equal(ItemStatus.Rotated, (await stage.RotateAsync("s")).Status);
        string[] rotation = Made();
        stage.Fake.ClearCalls();
        stage.Clock.Ahead = TimeSpan.FromHours(2);
        Assert.Equal(ItemStatus.Retired, Assert.Single(await stage.RunAsync(new InvokeRotationOptions { Due = true })).Status);
        string[] retirement = Made();
        output.WriteLine($"{environment} {pending}: {string.Join(", ", rotation)}; retirement: {string.Join(", ", retirement)}");
        return (rotation, retirement);

        string[] Made() =>
            [
                .. stage
                    .Fake.Calls.Select(static c => c.Operation)
                    .Where(static c => c is not ("GetCallerIdentity" or "Sts.GetCallerIdentity")),
            ];
    }
}
