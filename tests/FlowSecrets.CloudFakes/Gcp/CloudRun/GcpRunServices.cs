using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.CloudRun;

/// <summary>All services of Cloud Run, and what befalls their deployments.</summary>
internal sealed class GcpRunServices(GcpWorld world)
{
    private readonly Dictionary<string, GcpRunService> _services = new(StringComparer.Ordinal);

    public int RolloutPolls { get; set; }

    public TimeSpan RolloutTime { get; set; }

    public string? Failure { get; set; }

    public bool ChecksSecretAccess { get; set; }

    public int Conflicts { get; set; }

    public T Locked<T>(Func<T> action) => world.Store.Run(action);

    public GcpRunService Add(string name, JsonObject body)
    {
        string[] parts = name.Split('/');
        string number = world.Projects.NumberOf(parts[1]);
        return _services[world.Names.Canonical(name)] = new GcpRunService(
            world,
            this,
            $"projects/{world.Projects.IdOf(number)}/locations/{parts[3]}/services/{parts[5]}",
            number,
            body
        );
    }

    public GcpRunService Require(string name) =>
        _services.GetValueOrDefault(world.Names.Canonical(name)) ?? throw NotFound(name, "SERVICE");

    /// <returns>Null: it is of no service.</returns>
    public GcpRunService? OfOperation(string operation) => _services.Values.FirstOrDefault(s => s.Operations.ContainsKey(operation));

    public static GcpError NotFound(string name, string kind)
    {
        string[] parts = name.Split('/');
        return new GcpError(
            404,
            "NOT_FOUND",
            $"Resource '{parts[^1]}' of kind '{kind}' in region '{parts[3]}' in project '{parts[1]}' does not exist."
        );
    }
}
