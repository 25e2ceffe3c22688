using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>
/// No value, old, new or pending, is told anywhere: by the operations, their errors, the notes beside a secret, or what is sent beyond a
/// request's body.
/// </summary>
public sealed class RotationCanaryTests
{
    private readonly TestHost _host = new();
    private readonly List<string> _told = [];
    private readonly HashSet<string> _values = new(StringComparer.Ordinal);

    [Theory]
    [InlineData("local")]
    [InlineData("aws")]
    [InlineData("gcp")]
    public async Task NothingIsTold(string environment)
    {
        ModelTarget model = new(1, alternates: false, "CANARY-first-password");
        ModelWorkload api = new("api") { HoldsValues = false };
        FailingTarget target = new(model);
        await using RotationStage stage = await RotationStage.StartAsync(
            environment,
            """
              one:
                fields: { host: { default: h }, user: { default: a }, password: { env: PW, generate: { kind: password } } }
                rotate:
                  overlap: 1h
                  target: { kind: postgres, host: host, user: user, password: password }
                  carriers: [ { secret: copy, password: pw } ]
                workloads: [api]
              copy: { fields: { host: { default: h }, pw: { env: PW2 } } }
            workloads:
              api: { kind: cloudrun, region: r, service: api }
            """
        );
        (stage.Host, stage.Target, stage.Workload) = (_host, () => target, _ => api);
        await stage.CreateAsync("one", ModelTarget.Value("a", "CANARY-first-password"));
        await stage.CreateAsync("copy", """{"host":"h","pw":"CANARY-first-password"}""");
        await NoteAsync(stage);

        // Each way in which it fails, then to the end, and back.
        foreach (string error in new[] { ErrorIds.TargetUnavailable, ErrorIds.AccessDenied, ErrorIds.CredentialRejected, "" })
        {
            target.Error = error;
            Tell(await stage.RotateAsync("one", force: error is ""));
            await NoteAsync(stage);
        }

        api.Failures = 3;
        for (int i = 0; i < 4; i++)
        {
            Tell(await stage.RotateAsync("one", force: i == 0));
            await NoteAsync(stage);
        }

        Tell(await stage.UndoAsync("one"));
        await NoteAsync(stage);
        await stage.AddAsync("one", ModelTarget.Value("a", "CANARY-by-somebody-else"));
        Tell(await stage.RotateAsync("one"));
        await NoteAsync(stage);
        _told.AddRange([_host.Everything, .. _host.Failures.Select(static f => f.ToString())]);
        _told.AddRange(
            stage.Fake?.Calls.Select(static c =>
                $"{c.Operation} {c.Secret} {string.Join(' ', c.Headers.Select(static h => $"{h.Key}={h.Value}"))}"
            )
                ?? []
        );
        Assert.True(_values.Count >= 4, $"{_values.Count} values were seen.");
        Assert.True(_told.Count > 20);
        foreach (string value in _values)
        {
            Assert.DoesNotContain(_told, t => t.Contains(value, StringComparison.Ordinal));
        }
    }

    private void Tell(RotationResult result) => _told.AddRange([result.ToString(), result.Message ?? "", result.Error?.ToString() ?? ""]);

    /// <summary>The values that there are now, and what stands beside them.</summary>
    private async Task NoteAsync(RotationStage stage)
    {
        foreach (string name in new[] { "one", "copy" })
        {
            RotationView view = await stage.ViewAsync(name);
            _told.AddRange([view.ToString(), view.Record?.ToText() ?? "", .. view.Journal.Select(static r => r.ToText())]);
            SecretDescription description = (await stage.Store.DescribeAsync(name, default))!;
            _told.AddRange([.. description.Labels.Values, .. description.Annotations.Values]);
            foreach (string version in new[] { view.Current, view.Pending?.Version, view.Previous }.OfType<string>())
            {
                using ReadSecret read = await stage.Store.Rotation.ReadAsync(view, version, default);
                JsonElement members = JsonDocument.Parse(read.Value.RevealText(name)).RootElement;
                _values.Add(
                    members.TryGetProperty("password", out JsonElement password)
                        ? password.GetString()!
                        : members.GetProperty("pw").GetString()!
                );
            }
        }
    }

    /// <summary>The model, or one that fails in a certain way.</summary>
    private sealed class FailingTarget(ModelTarget model) : IRotationTarget
    {
        public string Error { get; set; } = "";

        public string Description => "the model";

        public Task<bool> TestAsync(SecretValue value, CancellationToken cancellationToken) => Task.FromResult(model.Accepts(value));

        public Task SetAsync(SecretValue wanted, IReadOnlyList<SecretValue> accepted, CancellationToken cancellationToken)
        {
            if (Error.Length > 0)
            {
                throw new FlowSecretException(Error, "one", "The model fails", "Try again.");
            }

            model.Set(wanted, accepted);
            return Task.CompletedTask;
        }

        public Task<string?> RevokeAsync(SecretValue old, SecretValue current, CancellationToken cancellationToken) =>
            Task.FromResult<string?>("revoked");

        public Task<IReadOnlyList<RotationFinding>> RehearseAsync(SecretValue current, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RotationFinding>>([]);
    }
}
