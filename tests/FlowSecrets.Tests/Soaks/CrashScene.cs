using System.Diagnostics;
using FlowSecrets.CloudFakes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Ports;
using FlowSecrets.Providers;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Soaks;

/// <summary>A store and a target that a worker process rotates in, and is killed.</summary>
internal sealed class CrashScene : IAsyncDisposable
{
    private static readonly HashSet<string> Writes = new(StringComparer.Ordinal)
    {
        "CreateSecret",
        "UpdateSecret",
        "DeleteSecret",
        "AddSecretVersion",
        "EnableSecretVersion",
        "DisableSecretVersion",
        "DestroySecretVersion",
        "SetIamPolicy",
        "PutSecretValue",
        "UpdateSecretVersionStage",
        "TagResource",
        "UntagResource",
    };

    private readonly Sandbox _sandbox = new();
    private CloudFake? _fake;
    private Process? _process;
    private int _writes;
    private (int Number, bool After)? _kill;

    private CrashScene(string store, CrashTarget target) => (StoreName, Target) = (store, target);

    /// <summary>Local, Gcp, GcpAlias or Aws.</summary>
    public string StoreName { get; }

    public CrashTarget Target { get; }

    /// <summary>Writing calls that reached the cloud in the last run.</summary>
    public int CloudWrites => _writes;

    /// <summary>Changing calls of the last run around the target and the local store, as the worker counted them.</summary>
    public int PortCalls { get; private set; }

    public string Environment =>
        StoreName.StartsWith("Gcp", StringComparison.Ordinal) ? "gcp"
        : StoreName == "Aws" ? "aws"
        : "local";

    public bool UsesAlias => StoreName == "GcpAlias";

    public static async Task<CrashScene> StartAsync(string store, CrashTarget target)
    {
        CrashScene scene = new(store, target);
        await target.SetUpAsync(scene._sandbox);
        scene._fake = scene.Environment switch
        {
            // 'latest', aliases and states lag behind all the while: nothing may depend on them.
            "gcp" => await GcpFake.StartAsync(new GcpFakeOptions { Convergence = TimeSpan.FromHours(1) }),
            "aws" => await AwsFake.StartAsync(),
            _ => null,
        };
        if (scene._fake is not null)
        {
            scene._fake.Faults.Watch = scene.Watch;
            scene._sandbox.Set("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", scene._fake.Endpoint.AbsoluteUri);
            scene._sandbox.Set("AWS_ENDPOINT_URL", scene._fake.Endpoint.AbsoluteUri);
            scene._sandbox.Set("AWS_ACCESS_KEY_ID", "AKIATEST");
            scene._sandbox.Set("AWS_SECRET_ACCESS_KEY", "test");
            scene._sandbox.Set("CLOUDSDK_CONFIG", scene._sandbox.File("gcloud"));
            scene._sandbox.Set("NO_GCE_CHECK", "true");
        }

        scene._sandbox.Write(
            "flowsecrets.yaml",
            $$"""
            application: crash
            default: local
            environments: { local: { store: local }, gcp: { store: gcp, project: flow-test }, aws: { store: aws, region: eu-west-1 } }
            secrets:
            {{target.Catalog(scene.UsesAlias ? "alias" : "sibling")}}
            """
        );
        ISecretStore real = scene.Store();
        foreach ((string name, string text) in target.Secrets)
        {
            using SecretValue value = SecretValue.FromText(text);
            await real.CreateAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), value, default);
            if (scene.UsesAlias)
            {
                await real.MoveStageAsync(name, "current", "1", null, default);
            }
        }

        // What is there at the beginning is old; what the rotation writes is not seen by 'latest'.
        (scene._fake as GcpFake)?.Skew = TimeSpan.FromHours(2);
        return scene;
    }

    /// <summary>The store as another process sees it.</summary>
    public ISecretStore Store() =>
        new ProviderDoor().OpenStore(
            new StoreSelection(Enum.Parse<StoreKind>(Environment, ignoreCase: true))
            {
                Project = "flow-test",
                Region = Environment == "aws" ? "eu-west-1" : null,
                Endpoint = _fake?.Endpoint.AbsoluteUri,
            },
            _sandbox.Variable
        );

    /// <summary>Runs the worker to its end, or to its death.</summary>
    /// <param name="cloudKill">The cloud's writing call at which it is killed, and whether that call has taken effect.</param>
    /// <param name="portKill">The same of the worker's own count.</param>
    public (bool Killed, int ExitCode, string Output) Run(
        string action,
        (int Number, bool After)? cloudKill = null,
        (int Number, bool After)? portKill = null
    )
    {
        (_kill, _writes) = (cloudKill, 0);
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = _sandbox.Folder,
        };
        string kill = portKill is { } at ? $"{at.Number}:{(at.After ? "after" : "before")}" : "";
        Array.ForEach(["exec", Repository.Worker, "rotate", action, Target.Key, Environment, kill], start.ArgumentList.Add);
        foreach (
            string variable in new[]
            {
                "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER",
                "AWS_ENDPOINT_URL",
                "AWS_ACCESS_KEY_ID",
                "AWS_SECRET_ACCESS_KEY",
                "CLOUDSDK_CONFIG",
                "NO_GCE_CHECK",
            }
        )
        {
            start.Environment[variable] = _sandbox.Variable(variable);
        }

        start.Environment["FLOWSECRETS_HOME"] = _sandbox.Variable("FLOWSECRETS_HOME");
        start.Environment["FLOWSECRETS_WORKER_VALUE"] = Target.GivenValue;
        start.Environment["DOTNET_TieredPGO"] = "0";
        using Process process = Process.Start(start)!;
        _process = process;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        (_process, _kill) = (null, null);
        PortCalls = output
            .Split('\n')
            .Where(static l => l.StartsWith("calls ", StringComparison.Ordinal))
            .Select(static l => int.Parse(l["calls ".Length..]))
            .LastOrDefault();
        return (process.ExitCode > 128, process.ExitCode, output);
    }

    /// <summary>Runs the same command to its end, in a process that knows nothing of the one before.</summary>
    /// <param name="home">Another machine's home; null: this one's.</param>
    public async Task<RotationResult> FinishAsync(string action, string? home = null)
    {
        ProviderDoor providers = new();
        OperationContext context = new(() => providers, _sandbox.Folder)
        {
            Variable = name => name == "FLOWSECRETS_HOME" && home is not null ? home : _sandbox.Variable(name),
        };
        using SecretValue? value = Target.GivenValue is { } given ? SecretValue.FromText(given) : null;
        List<RotationResult> results =
            action == "undo"
                ? await new UndoRotationOperation(context).RunAsync(
                    new UndoRotationOptions
                    {
                        Names = [Target.Key],
                        Environment = Environment,
                        TrustCatalog = true,
                    },
                    new TestHost()
                )
                : await new InvokeRotationOperation(context).RunAsync(
                    new InvokeRotationOptions
                    {
                        Names = [Target.Key],
                        Environment = Environment,
                        TrustCatalog = true,
                        Force = action == "force",
                        AllowInterruption = true,
                        Value = value,
                    },
                    new TestHost()
                );
        return Assert.Single(results);
    }

    public string File(string name) => _sandbox.File(name);

    public async ValueTask DisposeAsync()
    {
        await Target.DisposeAsync();
        if (_fake is not null)
        {
            await _fake.DisposeAsync();
        }

        _sandbox.Dispose();
    }

    /// <summary>Kills the worker for good, in the very moment.</summary>
    private bool Watch(string operation, bool isAfter)
    {
        if (!Writes.Contains(operation) || _process is not { } process)
        {
            return false;
        }

        int number = isAfter ? _writes : Interlocked.Increment(ref _writes);
        if (_kill is not { } kill || number != kill.Number || isAfter != kill.After)
        {
            return false;
        }

        process.Kill();
        process.WaitForExit();
        return true;
    }
}
