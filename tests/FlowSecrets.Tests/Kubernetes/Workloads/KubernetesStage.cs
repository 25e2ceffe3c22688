using System.Text.Json.Nodes;
using FlowSecrets.Catalogs;
using FlowSecrets.CloudFakes.Kubernetes;
using FlowSecrets.Model;
using FlowSecrets.Providers.Kubernetes;
using FlowSecrets.Providers.Kubernetes.Workloads;
using FlowSecrets.Tests.Support;
using FlowSecrets.Tests.Transport;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Kubernetes.Workloads;

/// <summary>
/// A cluster with a workload shop/api, whose Kubernetes Secret 'db' has an old password; an ExternalSecret owns it, and its store has the
/// new one. By the
/// real kubectl. Time leaps, so that nothing is waited for.
/// </summary>
internal sealed class KubernetesStage : IAsyncDisposable
{
    public const string Old = "old-pass/word+1";
    public const string New = "new-pass/word+2";
    public const string Resume = "kubectl --context='test' --namespace='shop' rollout resume 'deployment/api'";

    private readonly KubernetesSetting _cluster;
    private readonly string _kind;

    private KubernetesStage(KubernetesSetting cluster, string kind) => (_cluster, _kind) = (cluster, kind);

    public KubernetesFake Fake => _cluster.Fake;

    /// <summary>The arguments of each run of kubectl.</summary>
    public string[] Runs => _cluster.Runs;

    public List<string> Said { get; } = [];

    public JsonObject Object => Fake.Object(_kind, "shop", "api");

    /// <summary>How often the workload was changed.</summary>
    public int Patches => Fake.Calls.Count(c => c is { Status: 200 } && c.Operation == $"patch {_kind}s");

    public static async Task<KubernetesStage> StartAsync(string kind = "deployment", string? containers = null, string more = "")
    {
        KubernetesStage stage = new(await KubernetesSetting.StartAsync(), kind);
        stage.Template(containers ?? Container("main", Variable("DB_PASSWORD", "db", "DB_PASSWORD")), more);
        stage.Fake.AddSecret("shop", "db", DataOf(Old), "db");
        stage.Fake.AddExternalSecret("shop", "db");
        stage.Fake.Source = static _ => DataOf(New);
        return stage;
    }

    /// <summary>Pods of these containers.</summary>
    public void Template(string containers, string more = "") =>
        Fake.AddWorkload(
            _kind,
            "shop",
            "api",
            (JsonObject)
                JsonNode.Parse($$$"""{"metadata":{"annotations":{"team":"a"} },"spec":{"containers":[{{{containers}}}]{{{more}}} } }""")!
        );

    public static string Container(string name, params string[] variables) =>
        $$"""{"name":"{{name}}","image":"i","env":[{{string.Join(',', variables)}}]}""";

    public static string Variable(string name, string secret, string key) =>
        $$$"""{"name":"{{{name}}}","valueFrom":{"secretKeyRef":{"name":"{{{secret}}}","key":"{{{key}}}"} } }""";

    public static Dictionary<string, string> DataOf(string password) =>
        new()
        {
            ["DB_PASSWORD"] = password,
            ["DATABASE_URL"] = $"postgres://api:{Uri.EscapeDataString(password)}@db/app",
            ["LOG_LEVEL"] = "info",
        };

    /// <summary>The password as it should be, in version 7.</summary>
    public static WorkloadSecret Password(string variable = "DB_PASSWORD") =>
        new("db-password", "7")
        {
            Variables = new Dictionary<string, SecretValue> { [variable] = SecretValue.FromText(New) },
            Outdated = [SecretValue.FromText(Old)],
        };

    public KubernetesWorkload Workload(params (string Key, string Value)[] settings) => Workload(TimeSpan.FromMinutes(5), settings);

    public KubernetesWorkload Workload(TimeSpan syncTimeout, params (string Key, string Value)[] settings)
    {
        Dictionary<string, string> all = new(StringComparer.Ordinal)
        {
            ["context"] = "test",
            ["namespace"] = "shop",
            [_kind] = "api",
        };
        foreach ((string key, string value) in settings)
        {
            all[key] = value;
        }

        return new KubernetesWorkload(
            new CatalogWorkload("web", "kubernetes", all),
            StoreKind.Gcp,
            name => name == "PATH" ? _cluster.Sandbox.File("bin") : null
        )
        {
            Clock = new LeapingClock(),
            SyncTimeout = syncTimeout,
        };
    }

    public Task<string> RedeployAsync(params WorkloadSecret[] secrets) =>
        Workload().RedeployAsync(secrets, always: false, Said.Add, default);

    public Task WaitAsync(string mark, int seconds = 600) => Workload().WaitAsync(mark, TimeSpan.FromSeconds(seconds), Said.Add, default);

    public string? Annotation(string name) => (string?)Object["spec"]!["template"]!["metadata"]!["annotations"]?[name];

    /// <summary>The entry of a variable; null: there is none.</summary>
    public JsonNode? Entry(string variable, int container = 0) =>
        ((JsonArray?)Object["spec"]!["template"]!["spec"]!["containers"]![container]!["env"])?.SingleOrDefault(e =>
            (string?)e!["name"] == variable
        );

    /// <summary>kubectl prints this of an object of that kind.</summary>
    public void Answer(string kind, string text)
    {
        string kubectl = File.ReadAllText(_cluster.Sandbox.File("bin/kubectl"));
        _cluster.Kubectl(
            $"case \"$*\" in *'-- {kind} '*) echo '{text}'; exit 0;; esac\n{kubectl[kubectl.IndexOf("export", StringComparison.Ordinal)..]}"
        );
    }

    /// <summary>Asserts the error's id, and that it shows no value.</summary>
    public static async Task<FlowSecretException> Fails(string id, Func<Task> call)
    {
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(call);
        Assert.Equal(id, error.Id);
        ShowsNoValue(error.ToString());
        return error;
    }

    public static void ShowsNoValue(string text)
    {
        foreach (string value in (string[])[Old, New])
        {
            Assert.DoesNotContain(value, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Uri.EscapeDataString(value), text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value)), text, StringComparison.Ordinal);
        }
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
