using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>A request with what it is about. Operation: "get deployments"; for what is no object its path.</summary>
/// <param name="Kind">Null: it is of no object.</param>
internal sealed record KubernetesCall(string Operation, KubernetesKind? Kind, string? Space, string? Name, ApiRequest Request)
    : Call(Operation, Name, Request)
{
    /// <summary>kubectl asks for it after an object was not found.</summary>
    public const string GetNamespace = "get namespaces";

    /// <summary>In place of a namespace: all of them.</summary>
    public const string Everywhere = "*";

    public static KubernetesCall Of(ApiRequest request)
    {
        // /api/v1/namespaces/NAMESPACE/PLURAL/NAME, /apis/GROUP/VERSION/namespaces/NAMESPACE/PLURAL/NAME
        string[] parts = [.. request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries)];
        (string Group, string[] Inside) at = parts is ["apis", { } group, .. { } apps]
            ? (group, apps)
            : ("", parts is ["api", .. { } core] ? core : []);
        if (
            at.Inside is [{ } version, "namespaces", { } space, { } plural, { } name]
            && KubernetesKind.All.FirstOrDefault(k => k.Group == at.Group && k.Version == version && k.Plural == plural) is { } kind
        )
        {
            string verb = request.Method is "GET" ? "get" : request.Method.ToLowerInvariant();
            return new KubernetesCall($"{verb} {plural}", kind, space, name, request);
        }

        if (
            request.Method is "GET" or "POST"
            && at.Inside is [{ } listed, "namespaces", { } within, { } several]
            && KubernetesKind.All.FirstOrDefault(k => k.Group == at.Group && k.Version == listed && k.Plural == several) is { } kinds
        )
        {
            return new KubernetesCall($"{(request.Method is "GET" ? "list" : "create")} {several}", kinds, within, null, request);
        }

        // What is in no namespace, and the objects of all namespaces.
        if (
            at.Inside is [{ } served, { } outside, .. { } rest]
            && rest.Length <= 1
            && KubernetesKind.All.FirstOrDefault(k => k.Group == at.Group && k.Version == served && k.Plural == outside) is { } wide
            && wide != KubernetesKind.Namespace
            && (wide.IsCluster || (rest.Length == 0 && request.Method is "GET"))
        )
        {
            string does =
                request.Method is "POST" ? "create"
                : request.Method is not "GET" ? request.Method.ToLowerInvariant()
                : rest.Length == 0 ? "list"
                : "get";
            return new KubernetesCall($"{does} {outside}", wide, wide.IsCluster ? "" : Everywhere, rest.FirstOrDefault(), request);
        }

        if (request.Method is "GET" && parts is ["api", "v1", "namespaces", { } only])
        {
            return new KubernetesCall(GetNamespace, null, only, only, request);
        }

        return new KubernetesCall($"{request.Method} {request.Path}", null, null, null, request);
    }
}
