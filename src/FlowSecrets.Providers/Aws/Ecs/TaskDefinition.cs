using System.Text.Json.Nodes;
using FlowSecrets.Providers.Aws.Workloads;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Aws.Ecs;

/// <summary>A revision of an ECS task definition, as the document that it is: a new revision keeps what nobody here knows of.</summary>
internal sealed class TaskDefinition(JsonObject whole, JsonArray? tags)
{
    private const string ContainersMember = "containerDefinitions";

    /// <summary>What ECS adds, and does not take.</summary>
    private static readonly string[] ReadOnly =
    [
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
    ];

    public string Arn => (string?)whole["taskDefinitionArn"] ?? "";

    public string Family => (string?)whole["family"] ?? "";

    /// <summary>Fetches the secrets that are injected; null: there is none.</summary>
    public string? ExecutionRole => (string?)whole["executionRoleArn"];

    /// <summary>Changing them changes this.</summary>
    public IReadOnlyList<IContainerVariables> Containers => [.. whole.Objects(ContainersMember).Select(static c => new EcsVariables(c))];

    public bool HasContainersOf(TaskDefinition other) => JsonNode.DeepEquals(whole[ContainersMember], other.ContainerDefinitions);

    private JsonNode? ContainerDefinitions => whole[ContainersMember];

    public JsonObject ToRegister()
    {
        JsonObject body = (JsonObject)whole.DeepClone();
        foreach (string member in ReadOnly)
        {
            body.Remove(member);
        }

        if (tags is { Count: > 0 })
        {
            body["tags"] = tags.DeepClone();
        }

        return body;
    }

    /// <summary>A container's lists of secrets and of plain variables.</summary>
    private sealed class EcsVariables(JsonObject container) : IContainerVariables
    {
        public string Container => (string?)container["name"] ?? "";

        public IReadOnlyList<KeyValuePair<string, string>> Secrets =>
            [.. container.Objects("secrets").Select(static s => KeyValuePair.Create(NameOf(s) ?? "", (string?)s["valueFrom"] ?? ""))];

        public bool HasPlain(string variable) => container.Objects("environment").Any(e => NameOf(e) == variable);

        public void Set(string variable, string valueFrom)
        {
            TakeOut("environment", variable);
            if (container.Objects("secrets").FirstOrDefault(s => NameOf(s) == variable) is { } there)
            {
                there["valueFrom"] = valueFrom;
                return;
            }

            JsonObject added = new() { ["name"] = variable, ["valueFrom"] = valueFrom };
            if (container["secrets"] is JsonArray secrets)
            {
                secrets.Add((JsonNode)added);
            }
            else
            {
                container["secrets"] = new JsonArray(added);
            }
        }

        public void Remove(string variable) => TakeOut("secrets", variable);

        private void TakeOut(string list, string variable)
        {
            foreach (JsonObject entry in container.Objects(list).Where(e => NameOf(e) == variable).ToArray())
            {
                ((JsonArray)container[list]!).Remove(entry);
            }
        }

        private static string? NameOf(JsonObject entry) => (string?)entry["name"];
    }
}
