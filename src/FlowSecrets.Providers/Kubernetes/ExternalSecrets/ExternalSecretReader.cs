using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.ExternalSecrets;

/// <summary>Reads what an ExternalSecret says, v1 and v1beta1 in the same way. Members that are not known here are passed over.</summary>
internal static partial class ExternalSecretReader
{
    private const string Applied = "kubectl.kubernetes.io/last-applied-configuration";

    public static ExternalSecretInfo Read(ClusterSpace space, JsonObject json)
    {
        string name = json.Text("metadata", "name") ?? "";
        JsonObject? target = json.Object("spec", "target");
        JsonObject? template = target.Object("template");
        Dictionary<string, string> templates = (template.Object("data") ?? [])
            .Where(static t => t.Value.Text() is not null)
            .ToDictionary(static t => t.Key, static t => t.Value.Text()!, StringComparer.Ordinal);
        bool hasFrom = template.Objects("templateFrom").Any();
        bool isPlain = (templates.Count == 0 && !hasFrom) || template.Text("mergePolicy") == "Merge";
        ExternalEntry[] entries = [.. Entries(json, isPlain)];
        return new ExternalSecretInfo(space with { Namespace = json.Text("metadata", "namespace") ?? space.Namespace }, name)
        {
            ApiVersion = json.Text("apiVersion") ?? "",
            AppliedVersion = VersionOf(json.Text("metadata", "annotations", Applied)),
            StoreName = json.Text("spec", "secretStoreRef", "name"),
            StoreKind = Or(json.Text("spec", "secretStoreRef", "kind"), "SecretStore"),
            RefreshPolicy = Or(json.Text("spec", "refreshPolicy"), "Periodic"),
            Interval = IntervalOf(json.Text("spec", "refreshInterval") ?? "1h"),
            NeverRefreshes = SecretRefresh.WhyNever(json),
            HasWindows = json.Object("spec", "syncWindows") is not null,
            SecretName = Or(target.Text("name"), name),
            CreationPolicy = Or(target.Text("creationPolicy"), "Owner"),
            Entries = entries,
            Templates = templates,
            HasOthers = hasFrom || entries.Length < json.Objects("spec", "data").Count() + json.Objects("spec", "dataFrom").Count(),
            Ready = ConditionOf(json),
            Refreshed = json.Time("status", "refreshTime"),
            Created = json.Time("metadata", "creationTimestamp"),
        };
    }

    /// <summary>The condition Ready, cleaned; null: there is none.</summary>
    public static ExternalCondition? ConditionOf(JsonObject json) =>
        json.Objects("status", "conditions").FirstOrDefault(static c => c.Text("type") == "Ready") is { } ready
            ? new ExternalCondition(
                RemoteText.Code(ready.Text("status")) ?? "Unknown",
                RemoteText.Code(ready.Text("reason")) ?? "",
                RemoteText.Clean(ready.Text("message") ?? "")
            )
            : null;

    /// <summary>A duration of Go, such as 1h0m0s; null: it is none.</summary>
    public static TimeSpan? IntervalOf(string text)
    {
        if (text == "0")
        {
            return TimeSpan.Zero;
        }

        MatchCollection parts = DurationPart().Matches(text);
        if (parts.Count == 0 || parts.Sum(static p => p.Length) != text.Length)
        {
            return null;
        }

        double seconds = parts.Sum(static p =>
            double.Parse(p.Groups["number"].Value, CultureInfo.InvariantCulture)
            * p.Groups["unit"].Value switch
            {
                "h" => 3600,
                "m" => 60,
                "s" => 1,
                "ms" => 1e-3,
                "ns" => 1e-9,
                _ => 1e-6,
            }
        );
        return seconds < TimeSpan.MaxValue.TotalSeconds / 1000 ? TimeSpan.FromSeconds(seconds) : null;
    }

    /// <summary>In the order in which a later one wins: the operator takes 'data' after 'dataFrom'.</summary>
    private static IEnumerable<ExternalEntry> Entries(JsonObject json, bool isPlain)
    {
        foreach (JsonObject from in json.Objects("spec", "dataFrom").Where(static f => f.Object("sourceRef") is null))
        {
            if (from.Object("extract") is { } extract && extract.Text("key") is { } whole)
            {
                yield return Entry(null, whole, extract, isPlain, from.Objects("rewrite").Any());
            }
        }

        foreach (JsonObject data in json.Objects("spec", "data").Where(static d => d.Object("sourceRef") is null))
        {
            if (data.Text("secretKey") is { } key && data.Text("remoteRef", "key") is { } remote)
            {
                yield return Entry(key, remote, data.Object("remoteRef")!, isPlain, isRewritten: false);
            }
        }
    }

    private static ExternalEntry Entry(string? key, string remote, JsonObject reference, bool isPlain, bool isRewritten) =>
        new(key, remote, Some(reference.Text("property")), Some(reference.Text("version")))
        {
            IsPlain = isPlain,
            IsChanged =
                isRewritten
                || Or(reference.Text("decodingStrategy"), "None") != "None"
                || Or(reference.Text("metadataPolicy"), "None") != "None",
        };

    private static string? VersionOf(string? manifest)
    {
        try
        {
            return manifest is null ? null : JsonNode.Parse(manifest).Text("apiVersion");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Some(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string Or(string? text, string standard) => Some(text) ?? standard;

    [GeneratedRegex(@"\G(?<number>[0-9]+(\.[0-9]+)?)(?<unit>ns|us|µs|ms|h|m|s)", RegexOptions.ExplicitCapture)]
    private static partial Regex DurationPart();
}
