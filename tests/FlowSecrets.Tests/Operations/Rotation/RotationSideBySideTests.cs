using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>Several secrets in one command.</summary>
[Trait(Tier.Name, Tier.Crash)]
public sealed class RotationSideBySideTests
{
    [Fact]
    public async Task SecretsThatShareACarrierGoOneAfterTheOther()
    {
        await using RotationStage stage = await RotationStage.StartAsync(
            "gcp",
            """
              a: { generate: { kind: password }, rotate: { carriers: [ { secret: both, password: a } ] } }
              b: { generate: { kind: password }, rotate: { carriers: [ { secret: both, password: b } ] } }
              both: { fields: { a: {}, b: {} } }
            """
        );
        await stage.CreateAsync("a", "old");
        await stage.CreateAsync("b", "old");
        await stage.CreateAsync("both", """{"a":"old","b":"old"}""");
        Assert.All(await stage.RunAsync(new InvokeRotationOptions()), static r => Assert.Equal(ItemStatus.Rotated, r.Status));
        System.Text.Json.Nodes.JsonNode both = System.Text.Json.Nodes.JsonNode.Parse(await stage.CurrentAsync("both"))!;
        Assert.Equal((await stage.CurrentAsync("a"), await stage.CurrentAsync("b")), ((string?)both["a"], (string?)both["b"]));
        Assert.Equal("3", (await stage.ViewAsync("both")).Current);
    }

    [Fact]
    public async Task WhoChangesTheUsersOfOthersIsNotRotatedWhileTheyAre()
    {
        const string Credential = "fields: { host: { default: h }, user: {}, password: { generate: { kind: password } } }";
        const string Target = "kind: postgres, host: host, user: user, password: password";
        Meter meter = new();
        await using RotationStage stage = await RotationStage.StartAsync(
            "local",
            $$"""
              app: { {{Credential}}, rotate: { target: { {{Target}}, users: [a, b], admin: admin } } }
              jobs: { {{Credential}}, rotate: { target: { {{Target}}, users: [c, d], admin: admin } } }
              admin: { {{Credential}}, rotate: { target: { {{Target}} } } }
            """
        );
        stage.Target = () => new MeteredTarget(meter, expected: 2);
        foreach (string name in new[] { "app", "jobs", "admin" })
        {
            await stage.CreateAsync(name, ModelTarget.Value("a", "first"));
        }

        Assert.Equal(
            3,
            (await stage.RunAsync(new InvokeRotationOptions(), throttleLimit: 4)).Count(static r => r.Status == ItemStatus.Rotated)
        );
        Assert.Equal(1, meter.Most);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task AsManyAtATimeAsWanted(int throttleLimit)
    {
        Meter meter = new();
        await using RotationStage stage = await RotationStage.StartAsync(
            "local",
            string.Join(
                '\n',
                Enumerable
                    .Range(1, 8)
                    .Select(static i =>
                        $"  s{i}: {{ fields: {{ host: {{ default: h }}, user: {{ default: a{i} }}, password: {{ generate: {{ kind: "
                        + $"password }} }} }}, rotate: {{ target: {{ kind: postgres, host: host, user: user, password: password }} }} }}"
                    )
            )
        );
        stage.Target = () => new MeteredTarget(meter, throttleLimit);
        for (int i = 1; i <= 8; i++)
        {
            await stage.CreateAsync($"s{i}", ModelTarget.Value("a", "first"));
        }

        List<RotationResult> results = await stage.RunAsync(new InvokeRotationOptions(), throttleLimit);
        Assert.Equal(8, results.Count(static r => r.Status == ItemStatus.Rotated));
        Assert.Equal(throttleLimit, meter.Most);
    }

    [Fact]
    public async Task OneThatFailsDoesNotStopTheOthers()
    {
        await using RotationStage stage = await RotationStage.StartAsync(
            "aws",
            string.Join(
                '\n',
                Enumerable.Range(1, 5).Select(static i => $"  s{i}: {{ generate: {{ kind: base64url }}, rotate: {{ every: 90d }} }}")
            )
        );
        for (int i = 1; i <= 5; i++)
        {
            await stage.CreateAsync($"s{i}", "old");
        }

        stage.Fake!.Faults.Deny("PutSecretValue", "s3");
        List<RotationResult> results = await stage.RunAsync(new InvokeRotationOptions());
        Assert.Equal(["s3"], results.Where(static r => r.ErrorId == ErrorIds.AccessDenied).Select(static r => r.StoreName));
        Assert.Equal(4, results.Count(static r => r.Status == ItemStatus.Rotated));
        Assert.Equal("old", await stage.CurrentAsync("s3"));
    }

    [Theory]
    [InlineData("gcp")]
    [InlineData("aws")]
    public async Task ThrottlingAndLostAnswersOnTheWayDoNotCountAsFailures(string environment)
    {
        await using RotationStage stage = await RotationStage.StartAsync(
            environment,
            string.Join(
                '\n',
                Enumerable
                    .Range(1, 10)
                    .Select(static i => $"  s{i}: {{ generate: {{ kind: base64url }}, rotate: {{ every: 90d, overlap: 1h }} }}")
            )
        );
        for (int i = 1; i <= 10; i++)
        {
            await stage.CreateAsync($"s{i}", "old");
        }

        (stage.Fake!.Faults.Seed, stage.Fake.Faults.ThrottleRate, stage.Fake.Faults.DropRate) = (7, 0.1, 0.1);
        for (
            int run = 0;
            run < 10
                && (await stage.RunAsync(new InvokeRotationOptions())).Any(static r =>
                    r.ErrorId is not (null or ErrorIds.RotationInProgress)
                );
            run++
        )
        {
            // What was cut off is finished by the next one.
        }

        stage.Fake.Faults.Clear();
        for (int i = 1; i <= 10; i++)
        {
            RotationView view = await stage.ViewAsync($"s{i}");
            Assert.True(
                view is { Pending: null, Record: { State: RotationState.Overlap, Failures: 0 } },
                $"s{i}: {view.Record?.ToText()} {view.Pending}"
            );
            Assert.Equal(view.Record!.To, view.Current);
        }
    }

    private sealed class Meter
    {
        private int _now;

        public int Most { get; private set; }

        public void Enter()
        {
            lock (this)
            {
                Most = Math.Max(Most, ++_now);
            }
        }

        public void Leave() => Interlocked.Decrement(ref _now);
    }

    /// <summary>A target that lets in as many as are expected before any may go on.</summary>
    private sealed class MeteredTarget(Meter meter, int expected) : IRotationTarget
    {
        public string Description => "the meter";

        public Task<bool> TestAsync(SecretValue value, CancellationToken cancellationToken) => Task.FromResult(true);

        public async Task SetAsync(SecretValue wanted, IReadOnlyList<SecretValue> accepted, CancellationToken cancellationToken)
        {
            meter.Enter();
            for (int i = 0; i < 60 && meter.Most < expected; i++)
            {
                await Task.Delay(10, cancellationToken);
            }

            meter.Leave();
        }

        public Task<string?> RevokeAsync(SecretValue old, SecretValue current, CancellationToken cancellationToken) =>
            Task.FromResult<string?>(null);

        public Task<IReadOnlyList<RotationFinding>> RehearseAsync(SecretValue current, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RotationFinding>>([]);
    }
}
