using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>What the operator asks of a cloud.</summary>
/// <param name="Store">The SecretStore or ClusterSecretStore, whole.</param>
/// <param name="Property">Null: the whole value.</param>
/// <param name="Version">Null: the current one.</param>
public sealed record ExternalRead(JsonObject Store, string Key, string? Property, string? Version);

/// <summary>The cloud refuses, in the words that the provider's client has for it.</summary>
public sealed class ExternalReadException(string message) : Exception(message);

/// <summary>
/// One look of the operator at an ExternalSecret: its conditions and events are those of external-secrets 2.9, for Secrets as targets. Of
/// templates it knows what this module writes.
/// </summary>
internal sealed partial class KubernetesReconciler(KubernetesCluster cluster, Func<DateTimeOffset> now, Func<ExternalRead, string> cloud)
{
    private const string NoData = "could not get secret data from provider";

    public void Run(string space, string name)
    {
        JsonObject resource =
            cluster.Find(KubernetesKind.ExternalSecret, space, name) ?? throw KubernetesError.NotFound(KubernetesKind.ExternalSecret, name);
        JsonObject[] operators =
        [
            .. cluster
                .List(KubernetesKind.Deployment, KubernetesCall.Everywhere)
                .Where(static d => (string?)d["metadata"]!["labels"]?["app.kubernetes.io/name"] == "external-secrets"),
        ];
        bool isStopped = operators.Length > 0 && operators.All(static o => (int?)o["status"]?["readyReplicas"] is null or 0);
        if (isStopped || IsOver(resource))
        {
            return;
        }

        try
        {
            Deliver(space, name, resource);
        }
        catch (Refusal refusal)
        {
            Warn(cluster, space, "ExternalSecret", name, refusal.Cause, now());
            SetStatus(space, name, "False", "SecretSyncedError", refusal.Message, isDelivered: false);
        }
    }

    public static void Warn(KubernetesCluster cluster, string space, string kind, string name, string message, DateTimeOffset time)
    {
        int number = cluster.List(KubernetesKind.Event, space).Count;
        cluster.Put(
            KubernetesKind.Event,
            space,
            $"{name}.{number:x8}",
            new JsonObject
            {
                ["type"] = "Warning",
                ["reason"] = "UpdateFailed",
                ["message"] = message,
                ["lastTimestamp"] = KubernetesObjects.Time(time + TimeSpan.FromSeconds(number)),
                ["involvedObject"] = new JsonObject
                {
                    ["kind"] = kind,
                    ["name"] = name,
                    ["namespace"] = space,
                },
            }
        );
    }

    /// <summary>Its generation, and what stands for its labels and annotations.</summary>
    public static string VersionOf(JsonObject resource) =>
        $"{resource["metadata"]!["generation"]}-"
        + $"{(uint)StringComparer.Ordinal.GetHashCode($"{resource["metadata"]!["annotations"]?.ToJsonString()}"):x8}";

    private static bool IsOver(JsonObject resource) =>
        resource["status"]?["refreshTime"] is not null
        && (
            (string?)resource["spec"]?["refreshPolicy"] == "CreatedOnce"
            || (
                (string?)resource["spec"]?["refreshPolicy"] is null or "Periodic"
                && (string?)resource["spec"]?["refreshInterval"] is "0" or "0s"
            )
        );

    private void Deliver(string space, string name, JsonObject resource)
    {
        JsonObject store = StoreOf(space, resource);
        JsonNode? target = resource["spec"]?["target"];
        string secretName = (string?)target?["name"] ?? name;
        string policy = (string?)target?["creationPolicy"] ?? "Owner";
        JsonObject? there = cluster.Find(KubernetesKind.Secret, space, secretName);
        Dictionary<string, string> values = Values(resource, store);
        if (values.Count == 0)
        {
            bool deletes = (string?)target?["deletionPolicy"] == "Delete";
            if (deletes)
            {
                cluster.Remove(KubernetesKind.Secret, space, secretName);
            }

            SetStatus(
                space,
                name,
                "True",
                deletes ? "SecretDeleted" : "SecretSynced",
                deletes ? "secret deleted due to DeletionPolicy=Delete" : "secret retained due to DeletionPolicy=Retain"
            );
            return;
        }

        if (policy == "Merge" && there is null)
        {
            SetStatus(space, name, "True", "SecretMissing", "secret will not be created due to CreationPolicy=Merge");
            return;
        }

        string? owner = there
            ?["metadata"]?["ownerReferences"]?.AsArray()
            .Where(static o => (bool?)o!["controller"] == true)
            .Select(static o => $"{o!["kind"]}/{o["name"]}")
            .FirstOrDefault();
        if (policy == "Owner" && owner is not null && owner != $"ExternalSecret/{name}")
        {
            throw new Refusal(
                owner.StartsWith("ExternalSecret/", StringComparison.Ordinal)
                    ? "target is owned by another ExternalSecret"
                    : "failed to take ownership of target secret",
                $"secret {space}/{secretName} is already owned by {owner}"
            );
        }

        JsonObject secret = KubernetesObjects.Secret(Rendered(target?["template"], values), policy == "Owner" ? name : null, now());
        if (!JsonNode.DeepEquals(secret["data"], there?["data"]))
        {
            if ((bool?)there?["immutable"] == true)
            {
                throw new Refusal("could not update secret, target is immutable", $"secret {space}/{secretName} is immutable");
            }

            cluster.Put(KubernetesKind.Secret, space, secretName, secret);
        }

        SetStatus(space, name, "True", "SecretSynced", "secret synced");
    }

    private JsonObject StoreOf(string space, JsonObject resource)
    {
        JsonNode reference = resource["spec"]!["secretStoreRef"]!;
        (string kind, string name) = ((string?)reference["kind"] ?? "SecretStore", (string)reference["name"]!);
        JsonObject store =
            (
                kind == "SecretStore"
                    ? cluster.Find(KubernetesKind.SecretStore, space, name)
                    : cluster.Find(KubernetesKind.ClusterSecretStore, "", name)
            ) ?? throw new Refusal(NoData, $"could not get {kind} \"{name}\", {kind}.external-secrets.io \"{name}\" not found");
        JsonObject? ready = store["status"]
            ?["conditions"]?.AsArray()
            .OfType<JsonObject>()
            .FirstOrDefault(static c => (string?)c["type"] == "Ready");
        return store["spec"]?["conditions"] is JsonArray { Count: > 0 } conditions
            && !conditions.Any(c => c!["namespaces"] is JsonArray spaces && spaces.Any(s => (string?)s == space))
                ? throw new Refusal(
                    NoData,
                    $"using cluster store \"{name}\" is not allowed from namespace \"{space}\": denied by spec.condition"
                )
            : (string?)ready?["status"] == "False" ? throw new Refusal(NoData, $"{kind} \"{name}\" is not ready")
            : store;
    }

    private Dictionary<string, string> Values(JsonObject resource, JsonObject store)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (JsonNode? from in resource["spec"]?["dataFrom"]?.AsArray() ?? [])
        {
            if (from!["extract"] is { } extract)
            {
                JsonObject members = JsonNode.Parse(Read(store, extract, "dataFrom[0]"))!.AsObject();
                foreach ((string key, JsonNode? value) in members)
                {
                    values[key] =
                        value is JsonValue text && text.GetValueKind() == JsonValueKind.String ? (string)text! : value!.ToJsonString();
                }
            }
        }

        int index = 0;
        foreach (JsonNode? data in resource["spec"]?["data"]?.AsArray() ?? [])
        {
            values[(string)data!["secretKey"]!] = Read(store, data["remoteRef"]!, $"data[{index++}]");
        }

        return values;
    }

    private string Read(JsonObject store, JsonNode reference, string at)
    {
        string key = (string)reference["key"]!;
        try
        {
            return cloud(new ExternalRead(store, key, (string?)reference["property"], (string?)reference["version"]));
        }
        catch (ExternalReadException e)
        {
            throw new Refusal(NoData, $"error processing spec.{at} (key: {key}), err: {e.Message}");
        }
    }

    private static Dictionary<string, string> Rendered(JsonNode? template, Dictionary<string, string> values) =>
        template?["data"] is not JsonObject { Count: > 0 } data
            ? values
            : data.ToDictionary(
                static d => d.Key,
                d =>
                    Action()
                        .Replace(
                            (string)d.Value!,
                            a =>
                                (
                                    a.Groups["filters"].Value.Replace(" ", "", StringComparison.Ordinal),
                                    values[a.Groups["name"].Value]
                                ) switch
                                {
                                    ("", var plain) => plain,
                                    ("|b64enc", var plain) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(plain)),
                                    ("|upper", var plain) => plain.ToUpperInvariant(),
                                    (_, var plain) => Uri.EscapeDataString(plain),
                                }
                        ),
                StringComparer.Ordinal
            );

    private void SetStatus(string space, string name, string ready, string reason, string message, bool isDelivered = true) =>
        cluster.Change(
            KubernetesKind.ExternalSecret,
            space,
            name,
            resource =>
            {
                JsonObject status = new()
                {
                    ["conditions"] = new JsonArray(
                        new JsonObject
                        {
                            ["type"] = "Ready",
                            ["status"] = ready,
                            ["reason"] = reason,
                            ["message"] = message,
                        }
                    ),
                };
                if (isDelivered)
                {
                    (status["refreshTime"], status["syncedResourceVersion"]) = (KubernetesObjects.Time(now()), VersionOf(resource));
                }
                else if (resource["status"] is JsonObject before)
                {
                    (status["refreshTime"], status["syncedResourceVersion"]) = (
                        before["refreshTime"]?.DeepClone(),
                        before["syncedResourceVersion"]?.DeepClone()
                    );
                }

                resource["status"] = status;
            }
        );

    [GeneratedRegex(@"\{\{-?\s*\.(?<name>[A-Za-z0-9_]+)\s*(?<filters>(\|[^{}]*)?)-?\}\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Action();

    /// <param name="message">Of the condition.</param>
    /// <param name="cause">Of the event.</param>
    private sealed class Refusal(string message, string cause) : Exception(message)
    {
        public string Cause => cause;
    }
}
