using System.Text.Json.Nodes;
using FlowSecrets.Catalogs;
using FlowSecrets.CloudFakes.Gcp;
using FlowSecrets.CloudFakes.Gcp.CloudRun;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Gcp.CloudRun;

/// <summary>The Google fake with a Cloud Run service 'web', and the workload on it. Time leaps, so that nothing is waited for.</summary>
internal sealed class CloudRunSetting : IAsyncDisposable
{
    public const string Account = "api@flow-test.iam.gserviceaccount.com";
    public const string Region = "us-central1";

    private CloudRunSetting(GcpFake fake) => Fake = fake;

    public GcpFake Fake { get; }

    public GcpRun Run => Fake.Run;

    public List<string> Said { get; } = [];

    public IWorkload Workload => As("any");

    /// <summary>The service as it is now.</summary>
    public JsonObject Service => Run.Service("flow-test", Region, "web");

    public JsonObject Template => (JsonObject)Service["template"]!;

    public static async Task<CloudRunSetting> StartAsync(string? template = null)
    {
        CloudRunSetting setting = new(await GcpFake.StartAsync());
        if (template is not null)
        {
            setting.Add(template);
        }

        return setting;
    }

    public void Add(string template, string more = "") =>
        Run.AddService("flow-test", Region, "web", (JsonObject)JsonNode.Parse($$"""{"template":{{template}}{{more}} }""")!);

    /// <param name="token">as:MEMBER, or anything for the owner.</param>
    public IWorkload As(string token, params (string Key, string Value)[] settings)
    {
        StoreSelection selection = new(StoreKind.Gcp) { Project = "flow-test", Endpoint = Fake.Endpoint.AbsoluteUri };
        GcpOpening opening = GcpOpening.Find(selection, name => name == "GOOGLE_OAUTH_ACCESS_TOKEN" ? token : CloudStores.Nothing(name));
        Dictionary<string, string> all = new(StringComparer.Ordinal) { ["region"] = Region, ["service"] = "web" };
        foreach ((string key, string value) in settings)
        {
            all[key] = value;
        }

        return opening.OpenWorkload(
            new CatalogWorkload("web", "cloudrun", all),
            new GcpStoreOptions { Limits = CloudStores.Quick, Clock = new LeapingClock() }
        );
    }

    public Task<string> RedeployAsync(bool always = false, params WorkloadSecret[] secrets) =>
        Workload.RedeployAsync(secrets, always, Said.Add, default);

    public Task WaitAsync(string mark, int seconds = 300) => Workload.WaitAsync(mark, TimeSpan.FromSeconds(seconds), Said.Add, default);

    public int Updates => Fake.Calls.Count(static c => c.Operation == "RunServices.Update");

    /// <summary>What an environment variable of a container is: "db:7" or its plain value; null: it is not there.</summary>
    public string? Variable(string name, int container = 0) =>
        ((JsonArray?)Template["containers"]![container]!["env"])?.SingleOrDefault(e => (string?)e!["name"] == name) is { } entry
            ? entry["valueSource"]?["secretKeyRef"] is { } reference
                ? $"{reference["secret"]}:{reference["version"]}"
                : (string?)entry["value"]
            : null;

    /// <summary>A container with these variables: NAME=db:7 for a secret, NAME='text' for a value.</summary>
    public static string Container(params string[] variables) =>
        $$"""{"image":"i","env":[{{string.Join(',', variables.Select(Entry))}}]}""";

    public static string OneContainer(params string[] variables) =>
        $$"""{"serviceAccount":"{{Account}}","containers":[{{Container(variables)}}]}""";

    public ValueTask DisposeAsync() => Fake.DisposeAsync();

    private static string Entry(string variable)
    {
        (string name, string value) = (variable[..variable.IndexOf('=')], variable[(variable.IndexOf('=') + 1)..]);
        if (value[0] == '\'')
        {
            return $$"""{"name":"{{name}}","value":"{{value.Trim('\'')}}"}""";
        }

        int colon = value.LastIndexOf(':');
        (string secret, string version) = (value[..colon], value[(colon + 1)..]);
        return $$"""{"name":"{{name}}","valueSource":{"secretKeyRef":{"secret":"{{secret}}","version":"{{version}}"} } }""";
    }
}
