using FlowSecrets.CloudFakes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Gcp;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.Rotation;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Operations.Rotation;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;
using FlowSecrets.Worker;

namespace FlowSecrets.Tests.Soaks;

/// <summary>One game: a store, a target, and who rotates.</summary>
internal sealed class InterleavedScene : IAsyncDisposable
{
    private const string Name = "s";

    /// <summary>What changes nothing that a login needs.</summary>
    private static readonly string[] Reads =
    [
        "GetSecret",
        "AccessSecretVersion",
        "GetIamPolicy",
        "GetSecretVersion",
        "ListSecretVersions",
        "DescribeSecret",
        "GetSecretValue",
        "ListSecretVersionIds",
        "Sts.GetCallerIdentity",
    ];

    private readonly Sandbox _sandbox = new();
    private readonly ImpatientClock _clock = new();
    private readonly Random _random;
    private readonly StoreKind _kind;
    private readonly bool _usesAlias;
    private readonly ModelTarget _model;
    private readonly Interleaver _game;
    private readonly Dictionary<string, InterleavedActor> _actors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SecretValue> _known = new(StringComparer.Ordinal);
    private ISecretStore? _observer;
    private CloudFake? _fake;

    private InterleavedScene(string store, bool alternates, int seed)
    {
        (_kind, _usesAlias, _random) = (
            store == "GcpAlias" ? StoreKind.Gcp : Enum.Parse<StoreKind>(store),
            store == "GcpAlias",
            new Random(seed)
        );
        _model = new ModelTarget(seed, alternates, "first");
        _game = new Interleaver(seed)
        {
            Failures = _random.Next(4) * 0.03,
            Deaths = _random.Next(3) * 0.3,
            Stickiness = _random.NextDouble() * 0.9,
            Between = () => _clock.Ahead += TimeSpan.FromHours(2),
        };
    }

    public IReadOnlyList<string> Log => _game.Log;

    /// <param name="store">Local, Gcp, GcpAlias or Aws.</param>
    public static async Task<InterleavedScene> StartAsync(string store, bool alternates, int seed)
    {
        InterleavedScene scene = new(store, alternates, seed);
        scene._fake = scene._kind switch
        {
            StoreKind.Gcp => await GcpFake.StartAsync(new GcpFakeOptions { Convergence = TimeSpan.FromHours(1) }),
            StoreKind.Aws => await AwsFake.StartAsync(),
            _ => null,
        };
        if (scene._fake is not null)
        {
            scene._fake.Faults.Gate = scene.PassAsync;
        }

        scene._sandbox.Write(
            "flowsecrets.yaml",
            $$"""
            application: race
            default: local
            environments: { local: { store: local }, gcp: { store: gcp, project: flow-test }, aws: { store: aws, region: eu-west-1 } }
            secrets:
              root: {}
              s:
                fields: { host: { default: h }, user: { default: a }, password: { generate: { kind: password } } }
                rotate: { overlap: {{(seed % 3 == 0 ? "1m" : "1h")}}, pending: {{(
                scene._usesAlias ? "alias" : "sibling"
            )}}, target: { kind: postgres, host: host, user: user, password: password{{(
                alternates ? ", users: [a, b], admin: root" : ""
            )}} } }
            """
        );
        foreach ((string name, string text) in new[] { ("root", "root"), (Name, ModelTarget.Value("a", "first")) })
        {
            using SecretValue value = SecretValue.FromText(text);
            await scene.Observer.CreateAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), value, default);
        }

        if (scene._usesAlias)
        {
            await scene.Observer.MoveStageAsync(Name, Stages.Current, "1", null, default);
        }

        if (scene._fake is GcpFake)
        {
            // What stood there from the start is known everywhere.
            scene._fake.Skew = TimeSpan.FromHours(2);
        }

        return scene;
    }

    /// <summary>Plays it and asserts what must hold all the while, and at the end.</summary>
    /// <returns>How many calls were made.</returns>
    public async Task<int> PlayAsync()
    {
        if (_random.Next(2) == 0)
        {
            // There is something to take back from the start.
            RotationResult before = await CommandAsync(Quiet(), "rotate");
            Assert.Equal(ItemStatus.Rotated, before.Status);
        }

        _model.Rejects = _random.Next(3) * 0.15;
        AddActor("actor1", ["rotate", "rotate", "force"]);
        AddActor("actor2", ["rotate", "force", "due"]);
        AddActor("actor3", ["undo"]);

        await _game.RunAsync(RequireLoginAsync);
        _model.Rejects = 0;
        await SettleAsync();
        return _game.Log.Count;
    }

    public async ValueTask DisposeAsync()
    {
        if (_fake is not null)
        {
            await _fake.DisposeAsync();
        }

        _sandbox.Dispose();
    }

    private ISecretStore Observer => _observer ??= Open("observer");

    private void AddActor(string name, string[] commands)
    {
        int runs = 1 + _random.Next(3);
        string[] chosen = [.. Enumerable.Range(0, runs).Select(_ => commands[_random.Next(commands.Length)])];
        _actors[name] = _game.Add(
            name,
            async actor =>
            {
                foreach (string command in chosen)
                {
                    try
                    {
                        RotationResult result = await CommandAsync(actor, command);
                        lock (_game.Log)
                        {
                            _game.Log.Add($"{name}: = {command} {result.Status} {result.ErrorId} {result.State} {result.Message}");
                        }
                    }
                    catch (FlowSecretException e)
                    {
                        _game.Log.Add($"{name}: = {command} {e.Id}");
                    }
                }
            }
        );
    }

    /// <summary>An actor outside the game, who never waits.</summary>
    private static InterleavedActor? Quiet() => null;

    private async Task<RotationResult> CommandAsync(InterleavedActor? actor, string command)
    {
        string name = actor?.Name ?? "quiet";
        Providers.ProviderDoor door = new();
        InterleavedProviders providers = new(
            door,
            _ => _kind == StoreKind.Local ? Local(door, actor) : Open(name),
            () => new ModelDoor(_model, actor)
        );
        OperationContext context = new(() => providers, _sandbox.Folder)
        {
            Clock = _clock,
            Variable = v => v == "FLOWSECRETS_HOME" ? _sandbox.File(name) : _sandbox.Variable(v),
        };
        CancellationToken life = actor?.Life ?? default;
        string environment = _kind.ToString().ToLowerInvariant();
        List<RotationResult> results =
            command == "undo"
                ? await new UndoRotationOperation(context)
                    .RunAsync(new UndoRotationOptions { Names = [Name], Environment = environment }, new TestHost(), life)
                    .ToListAsync(CancellationToken.None)
                : await new InvokeRotationOperation(context)
                    .RunAsync(
                        new InvokeRotationOptions
                        {
                            Names = [Name],
                            Environment = environment,
                            Force = command == "force",
                            Due = command == "due",
                            AllowInterruption = true,
                        },
                        new TestHost(),
                        life
                    )
                    .ToListAsync(CancellationToken.None);
        return results.Count == 1
            ? results[0]
            : new RotationResult
            {
                Name = Name,
                StoreName = Name,
                Status = ItemStatus.Unchanged,
                Store = _kind.ToString(),
                Place = "",
            };
    }

    private ISecretStore Local(Providers.ProviderDoor door, InterleavedActor? actor)
    {
        ISecretStore store = door.OpenStore(new StoreSelection(StoreKind.Local), _sandbox.Variable);
        return actor is null ? store : new StoreWithRotation(store, new InterleavedRotation(store.Rotation, actor));
    }

    /// <summary>A store whose calls say who makes them.</summary>
    private ISecretStore Open(string name)
    {
        RetryLimits limits = CloudStores.Quick with
        {
            FirstWait = TimeSpan.FromMilliseconds(1),
            LongestWait = TimeSpan.FromMilliseconds(1),
            Attempts = 3,
            Try = TimeSpan.FromSeconds(60),
        };
        if (_kind == StoreKind.Local)
        {
            return _sandbox.FreshStore();
        }

        if (_kind == StoreKind.Aws)
        {
            StoreSelection aws = new(StoreKind.Aws) { Endpoint = _fake!.Endpoint.AbsoluteUri, Region = "eu-west-1" };
            AwsPlace there = AwsPlace.Find(aws, CloudStores.Nothing);
            return AwsOpening.Open(
                there,
                AwsIdentity.Find(aws, there, v => v is "AWS_ACCESS_KEY_ID" or "AWS_SECRET_ACCESS_KEY" ? name : CloudStores.Nothing(v)),
                new AwsStoreOptions { Limits = limits }
            );
        }

        StoreSelection gcp = new(StoreKind.Gcp) { Endpoint = _fake!.Endpoint.AbsoluteUri, Project = "flow-test" };
        GcloudConfiguration configuration = GcloudConfiguration.Read(CloudStores.Nothing);
        GcpPlace place = GcpPlace.Find(gcp, configuration, CloudStores.Nothing);
        return GcpOpening.Open(
            place,
            GcpCredential.Find(gcp, place, configuration, v => v == "GOOGLE_OAUTH_ACCESS_TOKEN" ? name : CloudStores.Nothing(v)),
            new GcpStoreOptions { Limits = limits, CurrentByAlias = _usesAlias ? [Name] : [] }
        );
    }

    /// <summary>A call at the cloud waits for its actor's turn.</summary>
    private async Task<Fault> PassAsync(RecordedCall call)
    {
        string who = call.Headers.GetValueOrDefault("Authorization") ?? "";
        return _actors.FirstOrDefault(a => who.Contains(a.Key, StringComparison.Ordinal)).Value is not { } actor
            ? Fault.None
            : await actor.PassAsync($"{call.Operation} {call.Secret}", !Reads.Contains(call.Operation, StringComparer.Ordinal));
    }

    private async Task RequireLoginAsync()
    {
        List<string> seen = [];
        foreach ((string version, SecretValue value) in await StoredAsync())
        {
            seen.Add($"{version} {value.RevealText(null)}");
            if (_model.Accepts(value))
            {
                return;
            }
        }

        Assert.Fail($"No stored value logs in: {string.Join("; ", seen)}");
    }

    /// <summary>What is stored: every version of the secret, and of what waits beside it, that is not destroyed.</summary>
    private async Task<List<(string Version, SecretValue Value)>> StoredAsync()
    {
        List<(string, SecretValue)> found = [];
        RotationView view = await Observer.Rotation.ViewAsync(new RotationSubject(Name, _usesAlias), default);
        IEnumerable<(string Name, string Version)> versions =
            _kind == StoreKind.Gcp
                ?
                [
                    .. Numbers(int.Parse(view.Current) + 20).Select(static n => (Name, n)),
                    .. Numbers(int.Parse(view.Current)).SelectMany(static b => Numbers(30).Select(n => (GcpAside.NameOf(Name, b), n))),
                ]
                : (await Observer.ListVersionsAsync(Name, default)).Select(static v => (Name, v.Version));
        string? ended = null;
        foreach ((string name, string version) in versions)
        {
            if (name == ended)
            {
                continue;
            }

            string key = $"{name} {version}";
            try
            {
                SecretValue value = (await Observer.ReadAsync(name, new VersionSelector(version, null), default)).Value;
                if (value.RevealText(null) is not ['{', ..])
                {
                    // It says that another one was given up.
                    continue;
                }

                found.Add((key, _known[key] = value));
            }
            catch (FlowSecretException e) when (e.Id is ErrorIds.VersionDisabled && _known.ContainsKey(key))
            {
                // It is stored, and whoever enables it has it.
                found.Add((key, _known[key]));
            }
            catch (FlowSecretException e) when (e.Id is ErrorIds.VersionDisabled or ErrorIds.VersionDestroyed)
            {
                // Not one that could log in.
            }
            catch (FlowSecretException e) when (e.Id is ErrorIds.VersionNotFound or ErrorIds.SecretNotFound)
            {
                // Google's numbers have no gaps.
                ended = name;
            }
        }

        return found;
    }

    private static IEnumerable<string> Numbers(int last) => Enumerable.Range(1, last).Select(static n => n.ToString());

    /// <summary>Nothing fails any more: what a person is told to do leads to a current value that logs in, with nothing aside.</summary>
    private async Task SettleAsync()
    {
        foreach (string command in new[] { "rotate", "undo", "force", "undo", "force" })
        {
            RotationResult result = await CommandAsync(null, command);
            _game.Log.Add($"quiet: {command} {result.Status} {result.ErrorId} {result.State} {result.Message}");
            await RequireLoginAsync();
            RotationView view = await Observer.Rotation.ViewAsync(new RotationSubject(Name, _usesAlias), default);
            using ReadSecret current = await Observer.Rotation.ReadAsync(view, view.Current, default);
            if (view is { Pending: null, Foreign: null } && _model.Accepts(current.Value))
            {
                return;
            }

            Assert.True(
                result.ErrorId
                    is null
                        or ErrorIds.RotationInProgress
                        or ErrorIds.Conflict
                        or ErrorIds.RotationNeedsAttention
                        or ErrorIds.NothingToUndo
                        or ErrorIds.CredentialRejected,
                $"The end: {command} says {result.Message}"
            );
        }

        Assert.Fail("It does not come to an end.");
    }
}
