using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>A refusal in the API server's words.</summary>
internal sealed class KubernetesError(int code, string reason, string message) : Exception(message)
{
    public int Code => code;

    public string Reason => reason;

    public KubernetesKind? Kind { get; private init; }

    public string? Name { get; private init; }

    public static KubernetesError NotFound(KubernetesKind kind, string name) =>
        new(404, "NotFound", $"{kind.Resource} \"{name}\" not found") { Kind = kind, Name = name };

    public static KubernetesError NoNamespace(string name) => new(404, "NotFound", $"namespaces \"{name}\" not found");

    public static KubernetesError Forbidden(string verb, KubernetesKind kind, string space, string name) =>
        new(
            403,
            "Forbidden",
            $"{kind.Resource} \"{name}\" is forbidden: User \"dev\" cannot {verb} resource \"{kind.Plural}\" in API group "
                + $"\"{kind.Group}\" in the namespace \"{space}\""
        )
        {
            Kind = kind,
            Name = name,
        };

    public static KubernetesError Conflict(KubernetesKind kind, string name) =>
        new(
            409,
            "Conflict",
            $"Operation cannot be fulfilled on {kind.Resource} \"{name}\": the object has been modified; please apply your changes to "
                + $"the latest version and try again"
        )
        {
            Kind = kind,
            Name = name,
        };

    public static KubernetesError Forbidden(string verb, KubernetesKind kind, string space) =>
        new(
            403,
            "Forbidden",
            $"{kind.Resource} is forbidden: User \"dev\" cannot {verb} resource \"{kind.Plural}\" in API group \"{kind.Group}\" in the "
                + $"namespace \"{space}\""
        )
        {
            Kind = kind,
        };

    public static KubernetesError Invalid(KubernetesKind kind, string name, IEnumerable<string> faults) =>
        new(422, "Invalid", $"{kind.Kind} \"{name}\" is invalid: {string.Join("; ", faults)}") { Kind = kind, Name = name };

    public static KubernetesError NoSuchPatch() => new(415, "UnsupportedMediaType", "the body of the request was in an unknown format");

    public static KubernetesError NoSuchPath() => new(404, "NotFound", "the server could not find the requested resource");

    public static KubernetesError NoSuchVerb() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
}

internal static class KubernetesReply
{
    public const string ContentType = "application/json";

    public static Reply Of(JsonObject body, bool applied = false) => Reply.Json(200, ContentType, body, applied);

    /// <summary>A Status, as every refusal is.</summary>
    public static Reply Of(KubernetesError error)
    {
        JsonObject status = new()
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = error.Message,
            ["reason"] = error.Reason,
            ["code"] = error.Code,
        };
        if (error.Kind is { } kind)
        {
            status["details"] = new JsonObject
            {
                ["name"] = error.Name,
                ["group"] = kind.Group,
                ["kind"] = kind.Plural,
            };
        }

        return Reply.Json(error.Code, ContentType, status) with
        {
            IsThrottled = error.Code == 429,
        };
    }
}
