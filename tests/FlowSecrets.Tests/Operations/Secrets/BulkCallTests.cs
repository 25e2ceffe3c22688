using System.Diagnostics;
using FlowSecrets.CloudFakes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Access;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Operations.Versions;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Secrets;

/// <summary>
/// What commands about many secrets cost at the fakes: calls, how many at a time, and the order of their results. With
/// FLOWSECRETS_BENCH_BULK each call takes 50 ms, and the output has the times of docs/reference/performance.md.
/// </summary>
public sealed class BulkCallTests(ITestOutputHelper output)
{
    private const int Secrets = 50;

    private static readonly string[] Names = [.. Enumerable.Range(0, Secrets).Select(static i => $"s{i}")];

    [Theory]
    [InlineData("gcp", "ListSecrets 1, GetSecretVersion 50")]
    [InlineData("aws", "DescribeSecret 50")]
    public async Task AListOfTheCatalog(string environment, string calls)
    {
        await using Scene scene = await Scene.StartAsync(environment, output);
        List<SecretItem> items = await scene.RunAsync(
            "Get-FlowSecret",
            calls,
            c => new GetSecretsOperation(c).RunAsync(new GetSecretsOptions(), new TestHost())
        );
        Assert.Equal(Names, items.Select(static i => i.Name));
        Assert.All(items, static i => Assert.Equal("Present", i.State));
    }

    [Theory]
    [InlineData("gcp", "GetSecret 50, GetSecretVersion 50")]
    [InlineData("aws", "DescribeSecret 50")]
    public async Task AListThatIsRefusedIsMadeOfSingleReads(string environment, string calls)
    {
        await using Scene scene = await Scene.StartAsync(environment, output);
        scene.Fake.Faults.Deny("ListSecrets");
        List<SecretItem> items = await scene.RunAsync(
            "Get-FlowSecret without the list",
            environment == "gcp" ? "ListSecrets 1, " + calls : calls,
            c => new GetSecretsOperation(c).RunAsync(new GetSecretsOptions(), new TestHost())
        );
        Assert.All(items, static i => Assert.Equal("Present", i.State));
    }

    [Theory]
    [InlineData("gcp", "AccessSecretVersion 50")]
    [InlineData("aws", "BatchGetSecretValue 3")]
    public async Task CurrentValuesComeInTheOrderOfTheCatalog(string environment, string calls)
    {
        await using Scene scene = await Scene.StartAsync(environment, output);
        List<SecretReading> readings = await scene.RunAsync(
            "Get-FlowSecretValue",
            calls,
            c => new ReadValuesOperation(c).RunAsync(new ReadValuesOptions { Names = ["*"] }, new TestHost())
        );
        Assert.Equal(Names, readings.Select(static r => r.Name));
        readings.ForEach(static r => r.Dispose());
    }

    [Theory]
    [InlineData("gcp", "GetSecret 50, AccessSecretVersion 50, ListSecretVersions 50")]
    [InlineData("aws", "GetSecretValue 50")]
    public async Task OtherVersionsAreReadManyAtATime(string environment, string calls)
    {
        await using Scene scene = await Scene.StartAsync(environment, output);
        List<SecretReading> readings = await scene.RunAsync(
            "Get-FlowSecretValue -Stage previous",
            calls,
            c => new ReadValuesOperation(c).RunAsync(new ReadValuesOptions { Names = Names, Stage = "previous" }, new TestHost())
        );
        Assert.Equal(Names, readings.Select(static r => r.Name));
        Assert.All(readings, static r => Assert.Null(r.Error));
        readings.ForEach(static r => r.Dispose());
    }

    [Theory]
    [InlineData("gcp", "GetSecret 50, ListSecretVersions 50")]
    [InlineData("aws", "ListSecretVersionIds 50")]
    public async Task Versions(string environment, string calls)
    {
        await using Scene scene = await Scene.StartAsync(environment, output);
        List<SecretVersionItem> versions = await scene.RunAsync(
            "Get-FlowSecretVersion",
            calls,
            c => new GetVersionsOperation(c).RunAsync(new VersionOptions { Names = ["*"] }, new TestHost())
        );
        Assert.Equal(Names.SelectMany(static n => new[] { n, n }), versions.Select(static v => v.Name));
    }

    [Theory]
    [InlineData("gcp", "GetSecret 50, GetSecretVersion 100, AccessSecretVersion 50, AddSecretVersion 50")]
    [InlineData("aws", "GetCallerIdentity 1, DescribeSecret 50, GetSecretValue 50, PutSecretValue 50")]
    public async Task NewValues(string environment, string calls)
    {
        await using Scene scene = await Scene.StartAsync(environment, output);
        WriteSecretsOptions options = new()
        {
            Names = Names,
            Generate = true,
            TrustCatalog = true,
        };
        List<SecretChange> changes = await scene.RunAsync(
            "Set-FlowSecret",
            calls,
            c => new SetSecretsOperation(c).RunAsync(options, new TestHost())
        );
        Assert.Equal(Names, changes.Select(static c => c.Name));
        Assert.All(changes, static c => Assert.Equal(ItemStatus.Updated, c.Status));
    }

    [Theory]
    [InlineData("gcp", "GetSecret 50, GetSecretVersion 50, DeleteSecret 50")]
    [InlineData("aws", "GetCallerIdentity 1, DescribeSecret 100, DeleteSecret 50")]
    public async Task Deletions(string environment, string calls)
    {
        await using Scene scene = await Scene.StartAsync(environment, output);
        RemoveSecretsOptions options = new()
        {
            Names = Names,
            RecoveryWindow = environment == "gcp" ? null : TimeSpan.FromDays(7),
            AllowRotationLoss = true,
            TrustCatalog = true,
        };
        TestHost host = new();
        List<SecretChange> changes = await scene.RunAsync(
            "Remove-FlowSecret",
            calls,
            c => new RemoveSecretsOperation(c).RunAsync(options, host)
        );
        Assert.Equal(Names, changes.Select(static c => c.Name));
        Assert.All(changes, static c => Assert.Equal(ItemStatus.Removed, c.Status));
        Assert.Equal(Secrets, host.Actions.Count);
    }

    [Theory]
    [InlineData("gcp", "GetIamPolicy 100, SetIamPolicy 50, GetSecret 50, UpdateSecret 50")]
    public async Task Grants(string environment, string calls)
    {
        await using Scene scene = await Scene.StartAsync(environment, output);
        ChangeAccessOptions options = new()
        {
            Grant = true,
            Principals = ["user:dev@example.com"],
            TrustCatalog = true,
        };
        List<SecretAccessChange> changes = await scene.RunAsync(
            "Grant-FlowSecretAccess",
            calls,
            c => new ChangeAccessOperation(c).RunAsync(options, new TestHost())
        );
        Assert.Equal(Names, changes.Select(static c => c.Name));
        Assert.All(changes, static c => Assert.Equal(ItemStatus.Granted, c.Status));
    }

    [Theory]
    [InlineData("gcp")]
    [InlineData("aws")]
    public async Task Rehearsals(string environment)
    {
        await using Scene scene = await Scene.StartAsync(environment, output);
        List<RotationCheck> checks = await scene.RunAsync(
            "Test-FlowSecretRotation",
            null,
            c => new TestRotationOperation(c).RunAsync(new RotationOptions { Names = ["*"], TrustCatalog = true }, new TestHost())
        );
        Assert.Equal(Names, checks.Select(static c => c.Name).Distinct());
        Assert.All(checks, static c => Assert.True(c.Passed, c.Message));
        if (environment == "aws")
        {
            // One description for the rotation, one for all questions about access; one policy.
            Assert.Equal(2 * Secrets, scene.Count("DescribeSecret"));
            Assert.Equal(Secrets, scene.Count("GetResourcePolicy"));
        }
    }

    [Theory]
    [InlineData("gcp", 150)]
    [InlineData("aws", 100)]
    public async Task AViewOfRotations(string environment, int most)
    {
        await using Scene scene = await Scene.StartAsync(environment, output);
        List<SecretRotation> rotations = await scene.RunAsync(
            "Get-FlowSecretRotation",
            null,
            c => new GetRotationsOperation(c).RunAsync(new GetRotationsOptions(), new TestHost())
        );
        Assert.Equal(Names, rotations.Select(static r => r.Name));
        Assert.All(rotations, static r => Assert.NotNull(r.Age));

        // Reads of values are left out: their quota is large.
        Assert.InRange(scene.Fake.Calls.Count(static c => c.Operation is not ("AccessSecretVersion" or "GetSecretValue")), Secrets, most);
        Assert.Equal(0, scene.Count("ListSecretVersions"));
    }

    [Fact]
    public async Task WhoGivesALimitGetsNoMoreAtATime()
    {
        await using Scene scene = await Scene.StartAsync("aws", output, width: 3);
        await scene.RunAsync(
            "Set-FlowSecret -ThrottleLimit 3",
            null,
            c =>
                new SetSecretsOperation(c).RunAsync(
                    new WriteSecretsOptions
                    {
                        Names = Names,
                        Generate = true,
                        TrustCatalog = true,
                    },
                    new TestHost()
                ),
            mostAtATime: 3
        );
    }

    private sealed class Scene(Sandbox sandbox, CloudFake fake, ISecretStore store, ITestOutputHelper output) : IAsyncDisposable
    {
        private readonly OperationContext _context = sandbox.Context with { Providers = () => new OneStore(sandbox.Providers, store) };

        public CloudFake Fake => fake;

        public static async Task<Scene> StartAsync(string environment, ITestOutputHelper output, int width = 32)
        {
            CloudFake fake = environment == "gcp" ? await GcpFake.StartAsync() : await AwsFake.StartAsync();
            ISecretStore store =
                environment == "gcp"
                    ? CloudStores.Gcp((GcpFake)fake, new() { Limits = CloudStores.Quick, ThrottleLimit = width })
                    : CloudStores.Aws(fake.Endpoint, new() { Limits = CloudStores.Quick, ThrottleLimit = width });
            Sandbox sandbox = new();
            sandbox.Write(
                "flowsecrets.yaml",
                $"application: a\ndefault: {environment}\n"
                    + "environments: { gcp: { store: gcp, project: flow-test }, aws: { store: aws, region: eu-west-1 } }\nsecrets:\n"
                    + string.Concat(Names.Select(static n => $"  {n}: {{ generate: {{ kind: base64url }}, rotate: {{ every: 90d }} }}\n"))
            );
            foreach (string name in Names)
            {
                using SecretValue first = SecretValue.FromText("first of " + name);
                using SecretValue second = SecretValue.FromText("second of " + name);
                await store.CreateAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), first, default);
                await store.AddVersionAsync(name, second, null, null, default);
            }

            return new Scene(sandbox, fake, store, output);
        }

        /// <param name="calls">What it costs; null: not looked at here.</param>
        public async Task<List<T>> RunAsync<T>(
            string command,
            string? calls,
            Func<OperationContext, Task<List<T>>> run,
            int mostAtATime = 32
        )
        {
            bool isMeasured = Environment.GetEnvironmentVariable("FLOWSECRETS_BENCH_BULK") is { Length: > 0 };
            fake.ClearCalls();
            fake.Faults.Latency = TimeSpan.FromMilliseconds(isMeasured ? 50 : 5);
            long start = Stopwatch.GetTimestamp();
            List<T> results = await run(_context);
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            string found = string.Join(
                ", ",
                fake.Calls.GroupBy(static c => c.Operation, StringComparer.Ordinal).Select(static g => $"{g.Key} {g.Count()}")
            );
            output.WriteLine(
                $"{store.Place.Store} {command}: {took.TotalSeconds:0.00} s, {found}, {fake.PeakConcurrentRequests} at a time"
            );
            if (calls is not null)
            {
                Assert.Equal(calls.Split(", ").Order(StringComparer.Ordinal), found.Split(", ").Order(StringComparer.Ordinal));
            }

            // On a busy machine the first calls can be over before the last ones begin.
            Assert.InRange(fake.PeakConcurrentRequests, Math.Min(2, mostAtATime), mostAtATime);
            return results;
        }

        public int Count(string operation) => fake.Calls.Count(c => c.Operation == operation);

        public async ValueTask DisposeAsync()
        {
            await fake.DisposeAsync();
            sandbox.Dispose();
        }
    }
}
