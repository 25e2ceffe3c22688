using System.Diagnostics;
using FlowSecrets.CloudFakes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using FlowSecrets.Tests.Transport;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>
/// 200 secrets without a target, 50 ms a call, quotas enforced by the fake. A measurement, which takes minutes: only where
/// FLOWSECRETS_BENCH_ROTATION is set. docs/rotation.md has its figures.
/// </summary>
public sealed class RotationSpeedTests(ITestOutputHelper output)
{
    private const int Secrets = 200;

    [Theory]
    [InlineData("gcp")]
    [InlineData("aws")]
    public async Task ManySecretsTakeWhatTheQuotasAndTheWireTake(string environment)
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("FLOWSECRETS_BENCH_ROTATION") is { Length: > 0 },
            "A measurement: set FLOWSECRETS_BENCH_ROTATION=1."
        );
        await using CloudFake fake =
            environment == "gcp"
                ? await GcpFake.StartAsync(new GcpFakeOptions { Quotas = true })
                : await AwsFake.StartAsync(new AwsFakeOptions { Quotas = true });
        using Sandbox sandbox = new();
        using CloudSetting setting = new(
            ("AWS_ACCESS_KEY_ID", "AKIATEST"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", fake.Endpoint.AbsoluteUri)
        );
        ISecretStore store =
            environment == "gcp"
                ? CloudStores.Gcp((GcpFake)fake, new GcpStoreOptions { Quotas = new GcpQuotas(TimeProvider.System, regional: false) })
                : setting.Aws(fake.Endpoint, limits: new RetryLimits());
        await SetUpAsync(sandbox, fake, store);
        fake.Faults.Latency = TimeSpan.FromMilliseconds(50);
        fake.ClearCalls();
        OperationContext context = sandbox.Context with { Providers = () => new OneStore(sandbox.Providers, store) };
        long start = Stopwatch.GetTimestamp();
        List<RotationResult> results = await new InvokeRotationOperation(context).RunAsync(
            new InvokeRotationOptions { Names = ["*"], Environment = environment },
            new TestHost()
        );
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        Assert.All(results, static r => Assert.True(r.ErrorId is null, r.Message));
        Assert.Equal(Secrets, results.Count);
        double least = Least(fake);
        output.WriteLine(
            $"{environment}: {took.TotalSeconds:0.0} s; {took.TotalSeconds / least:0.00} times; refused "
                + $"{fake.Calls.Count(static c => c.Status == 429)}."
        );
        Assert.True(took.TotalSeconds <= 1.3 * least, $"{took}");
    }

    private static async Task SetUpAsync(Sandbox sandbox, CloudFake fake, ISecretStore store)
    {
        IEnumerable<string> secrets = Enumerable
            .Range(1, Secrets)
            .Select(static i => $"  s{i}: {{ generate: {{ kind: base64url }}, rotate: {{ every: 90d }} }}");
        sandbox.Write(
            "flowsecrets.yaml",
            $$"""
            application: speed
            environments: { gcp: { store: gcp, project: flow-test }, aws: { store: aws, region: eu-west-1 } }
            secrets:
            {{string.Join('\n', secrets)}}
            """
        );
        ISecretStore setUp = fake is GcpFake google ? CloudStores.Gcp(google, new GcpStoreOptions()) : store;
        for (int i = 1; i <= Secrets; i++)
        {
            using SecretValue value = SecretValue.FromText("old-value");
            await setUp.CreateAsync($"s{i}", new Dictionary<string, string>(StringComparer.Ordinal), value, default);
            if (i % 50 == 0)
            {
                // What the setting up took of the quotas is given back.
                fake.Skew += TimeSpan.FromMinutes(fake is GcpFake ? 2 : 0);
            }
        }
    }

    /// <returns>
    /// The least that the quotas allow, in seconds: whole windows for what exceeds the first one, and the wire for one secret after that.
    /// </returns>
    private double Least(CloudFake fake)
    {
        string[] calls = [.. fake.Calls.Select(static c => c.Operation)];
        int writes = calls.Count(static c =>
            c
                is "CreateSecret"
                    or "AddSecretVersion"
                    or "UpdateSecret"
                    or "DeleteSecret"
                    or "PutSecretValue"
                    or "UpdateSecretVersionStage"
                    or "TagResource"
        );
        int reads = calls.Count(static c => c is "GetSecret" or "GetSecretVersion" or "GetIamPolicy");
        double quota = fake is GcpFake ? 60 * Math.Floor((Math.Max(writes, reads) - 1) / 600.0) : (writes / 50.0) - 1;
        double wire = 0.05 * calls.Length / Secrets;
        output.WriteLine($"{calls.Length} calls, {writes} writes; quotas {quota:0.0} s + wire {wire:0.0} s = {quota + wire:0.0} s.");
        return quota + wire;
    }
}
