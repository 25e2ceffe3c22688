using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Tests.Aws.Iam;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Aws.Workloads;

/// <summary>A fake with the secret app/db, and workloads on it that whoever asks may deploy.</summary>
internal sealed class AwsWorkloadStage : IAsyncDisposable
{
    public const string Secret = "app/db";
    public const string One = "11111111-1111-4111-8111-111111111111";
    public const string Two = "22222222-2222-4222-8222-222222222222";
    public const string ExecutionRole = "arn:aws:iam::123456789012:role/execution";

    private readonly AwsStage _stage;

    private AwsWorkloadStage(AwsStage stage) => _stage = stage;

    public AwsFake Fake => _stage.Fake;

    /// <summary>Of the secret.</summary>
    public string Arn => _stage.Secret;

    public List<string> Said { get; } = [];

    public LeapingClock Clock { get; } = new();

    /// <summary>Before all that the fake has done.</summary>
    public static DateTimeOffset Long => DateTimeOffset.UtcNow.AddHours(-1);

    /// <summary>After all that it had done when it was read.</summary>
    public DateTimeOffset Now => DateTimeOffset.UtcNow + Fake.Skew;

    public static async Task<AwsWorkloadStage> StartAsync() => new(await AwsStage.StartAsync());

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    public string AddEcs(
        Dictionary<string, string>? secrets = null,
        Dictionary<string, string>? variables = null,
        int desired = 1,
        string controller = "ECS"
    ) =>
        Fake.Workloads.AddEcs(
            "main",
            "api",
            ExecutionRole,
            null,
            secrets ?? new(StringComparer.Ordinal) { ["DB"] = Arn },
            variables,
            desired,
            controller
        );

    public string AddAppRunner(Dictionary<string, string>? secrets = null, Dictionary<string, string>? variables = null) =>
        Fake.Workloads.AddAppRunner("web", ExecutionRole, secrets ?? new(StringComparer.Ordinal) { ["DB"] = Arn }, variables);

    public IWorkload Ecs(string accessKeyId = "test", params (string Key, string Value)[] settings) =>
        Open("ecs", accessKeyId, settings.Length > 0 ? settings : [("cluster", "main"), ("service", "api")]);

    public IWorkload AppRunner(string arn, string accessKeyId = "test") => Open("apprunner", accessKeyId, [("arn", arn)]);

    /// <summary>Deploys and waits.</summary>
    public async Task<string> RedeployAsync(IWorkload workload, WorkloadSecret secret, bool always = false)
    {
        string mark = await workload.RedeployAsync([secret], always, Said.Add, default);
        await workload.WaitAsync(mark, TimeSpan.FromMinutes(20), Said.Add, default);
        return mark;
    }

    public AwsLogin User(params string[] policies) => _stage.User("dev", null, policies);

    /// <summary>What is injected: "DB=arn…"; the secret's ARN is shown as SECRET.</summary>
    public string SecretsOf(string arn)
    {
        JsonObject configuration = Fake.Workloads.ConfigurationOf(arn);
        IEnumerable<(string?, string?)> secrets = configuration["containerDefinitions"] is JsonArray containers
            ? containers.SelectMany(static c => c!["secrets"]!.AsArray()).Select(static s => ((string?)s!["name"], (string?)s["valueFrom"]))
            : (configuration["ImageRepository"]!["ImageConfiguration"]!["RuntimeEnvironmentSecrets"] as JsonObject ?? []).Select(static s =>
                ((string?)s.Key, (string?)s.Value)
            );
        return string.Join(' ', secrets.Select(static s => $"{s.Item1}={s.Item2}")).Replace(Arn, "SECRET", StringComparison.Ordinal);
    }

    public int Calls(string operation) => Fake.Calls.Count(c => c.Operation == operation);

    public static async Task<FlowSecretException> FailsAsync(string id, Func<Task> action)
    {
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(action);
        Assert.True(id == error.Id, $"{error.Id}: {error.Message}");
        return error;
    }

    private IWorkload Open(string kind, string accessKeyId, (string Key, string Value)[] settings)
    {
        CatalogWorkload workload = new("w", kind, settings.ToDictionary(static s => s.Key, static s => s.Value, StringComparer.Ordinal));
        StoreSelection store = new(StoreKind.Aws) { Region = "eu-west-1", Endpoint = Fake.Endpoint.AbsoluteUri };
        string? Variable(string name) =>
            name switch
            {
                "AWS_ACCESS_KEY_ID" => accessKeyId,
                "AWS_SECRET_ACCESS_KEY" => "test",
                _ => null,
            };
        return AwsOpening
            .Find(store, Variable)
            .OpenWorkload(workload, null, new AwsStoreOptions { Limits = CloudStores.Quick, Clock = Clock });
    }

    /// <summary>Whoever waits by it waits for no time, and the time it was to be has passed.</summary>
    internal sealed class LeapingClock : TimeProvider
    {
        private long _passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _passed);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Add(ref _passed, Math.Max(0, dueTime.Ticks));
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
