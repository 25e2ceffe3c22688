using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Gcp.CloudRun;

/// <summary>Services of Cloud Run for tests, and how their deployments go.</summary>
public sealed class GcpRun
{
    private readonly GcpRunServices _services;

    internal GcpRun(GcpRunServices services) => _services = services;

    /// <summary>How many looks at a service still see a new deployment under way.</summary>
    public int RolloutPolls
    {
        get => _services.RolloutPolls;
        set => _services.RolloutPolls = value;
    }

    /// <summary>How long a new deployment takes at the least, by the fake's clock.</summary>
    public TimeSpan RolloutTime
    {
        get => _services.RolloutTime;
        set => _services.RolloutTime = value;
    }

    /// <summary>Why revisions made from now on do not become ready; null: they do.</summary>
    public string? Failure
    {
        get => _services.Failure;
        set => _services.Failure = value;
    }

    /// <summary>Whether a revision needs its service account to be allowed to read what it references.</summary>
    public bool ChecksSecretAccess
    {
        get => _services.ChecksSecretAccess;
        set => _services.ChecksSecretAccess = value;
    }

    /// <summary>Before so many of the next updates somebody else changes the service.</summary>
    public int Conflicts
    {
        get => _services.Conflicts;
        set => _services.Conflicts = value;
    }

    /// <param name="serviceAccount">Its email; empty: the project's default account.</param>
    public void AddService(string project, string location, string service, string serviceAccount) =>
        AddService(
            project,
            location,
            service,
            new JsonObject
            {
                ["template"] = new JsonObject
                {
                    ["serviceAccount"] = serviceAccount,
                    ["containers"] = new JsonArray(new JsonObject { ["image"] = "us-docker.pkg.dev/cloudrun/container/hello" }),
                },
            }
        );

    /// <summary>A service as it is created, with one revision, which is ready.</summary>
    public void AddService(string project, string location, string service, JsonObject body) =>
        _services.Locked(() => _services.Add(Name(project, location, service), (JsonObject)body.DeepClone()));

    /// <returns>As a reader sees it; looking does not bring a deployment further.</returns>
    public JsonObject Service(string project, string location, string service) =>
        _services.Locked(() => _services.Require(Name(project, location, service)).Shown(isLook: false));

    /// <summary>Changes a service as somebody else.</summary>
    public void Change(string project, string location, string service, Action<JsonObject> change) =>
        _services.Locked(() =>
        {
            GcpRunService found = _services.Require(Name(project, location, service));
            JsonObject body = found.Shown(isLook: false);
            change(body);
            found.Update(body);
            return true;
        });

    private static string Name(string project, string location, string service) =>
        $"projects/{project}/locations/{location}/services/{service}";
}
