using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>What the server says of itself: its version and its kinds, all at once to clients that ask so, else group by group.</summary>
internal static class KubernetesDiscovery
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    /// <param name="hidden">A group that is not installed; null: all are.</param>
    /// <returns>Null: it is another path.</returns>
    public static Reply? Answer(ApiRequest request, string? hidden)
    {
        if (request.Method != "GET")
        {
            return null;
        }

        string path = request.Path.TrimEnd('/');
        bool wantsAll = request.Headers.GetValueOrDefault("Accept")?.Contains(Aggregated, StringComparison.Ordinal) == true;
        return path switch
        {
            "/version" => KubernetesReply.Of(
                new JsonObject
                {
                    ["major"] = "1",
                    ["minor"] = "32",
                    ["gitVersion"] = "v1.32.4",
                    ["gitCommit"] = "",
                    ["gitTreeState"] = "clean",
                    ["buildDate"] = "2025-04-22T00:00:00Z",
                    ["goVersion"] = "go1.23.8",
                    ["compiler"] = "gc",
                    ["platform"] = "linux/amd64",
                }
            ),
            "/api" or "/apis" when wantsAll => Reply.Json(200, Aggregated, All(core: path == "/api", hidden)),
            "/api" => KubernetesReply.Of(
                new JsonObject
                {
                    ["kind"] = "APIVersions",
                    ["versions"] = new JsonArray("v1"),
                    ["serverAddressByClientCIDRs"] = new JsonArray(),
                }
            ),
            "/apis" => KubernetesReply.Of(
                new JsonObject
                {
                    ["kind"] = "APIGroupList",
                    ["apiVersion"] = "v1",
                    ["groups"] = new JsonArray([.. Groups(core: false, hidden).Select(Group)]),
                }
            ),
            _ => Groups(core: null, hidden).FirstOrDefault(g => path == Address(g.First())) is { } kinds
                ? KubernetesReply.Of(Resources(kinds))
                : null,
        };
    }

    private static string Address(KubernetesKind kind) => kind.Group.Length == 0 ? $"/api/{kind.Version}" : $"/apis/{kind.ApiVersion}";

    private static IEnumerable<IGrouping<string, KubernetesKind>> Groups(bool? core, string? hidden) =>
        KubernetesKind
            .All.Where(k => k.Group != hidden && (core is null || core == (k.Group.Length == 0)))
            .GroupBy(static k => k.ApiVersion);

    private static JsonNode Group(IGrouping<string, KubernetesKind> kinds)
    {
        KubernetesKind first = kinds.First();
        JsonObject version = new() { ["groupVersion"] = first.ApiVersion, ["version"] = first.Version };
        return new JsonObject
        {
            ["name"] = first.Group,
            ["versions"] = new JsonArray(version),
            ["preferredVersion"] = version.DeepClone(),
        };
    }

    private static JsonObject Resources(IGrouping<string, KubernetesKind> kinds) =>
        new()
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = kinds.Key,
            ["resources"] = new JsonArray([
                .. kinds.Select(static k => new JsonObject
                {
                    ["name"] = k.Plural,
                    ["singularName"] = k.Singular,
                    ["namespaced"] = !k.IsCluster,
                    ["kind"] = k.Kind,
                    ["verbs"] = Verbs(),
                    ["shortNames"] = Texts(k.ShortNames),
                }),
            ]),
        };

    private static JsonObject All(bool core, string? hidden) =>
        new()
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = "apidiscovery.k8s.io/v2",
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([
                .. Groups(core, hidden)
                    .Select(static kinds => new JsonObject
                    {
                        ["metadata"] = new JsonObject { ["name"] = kinds.First().Group },
                        ["versions"] = new JsonArray(
                            new JsonObject
                            {
                                ["version"] = kinds.First().Version,
                                ["freshness"] = "Current",
                                ["resources"] = new JsonArray([.. kinds.Select(Described)]),
                            }
                        ),
                    }),
            ]),
        };

    private static JsonNode Described(KubernetesKind kind) =>
        new JsonObject
        {
            ["resource"] = kind.Plural,
            ["responseKind"] = new JsonObject
            {
                ["group"] = kind.Group,
                ["version"] = kind.Version,
                ["kind"] = kind.Kind,
            },
            ["scope"] = kind.IsCluster ? "Cluster" : "Namespaced",
            ["singularResource"] = kind.Singular,
            ["verbs"] = Verbs(),
            ["shortNames"] = Texts(kind.ShortNames),
        };

    private static JsonArray Verbs() => Texts(["get", "list", "patch"]);

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(static t => (JsonNode)t)];
}
