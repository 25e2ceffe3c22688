using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.CloudFakes.Gcp.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>A request with its operation and its place.</summary>
internal sealed record GcpCall(string Operation, string? Secret, ApiRequest Request, GcpPath Path) : Call(Operation, Secret, Request)
{
    /// <summary>Null: it is Secret Manager's.</summary>
    public GcpRoute? Route { get; private init; }

    /// <summary>What the route's variables stand for.</summary>
    public IReadOnlyDictionary<string, string> Ids { get; private init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public GcpCaller Caller => GcpCaller.Of(Request);

    public JsonObject Body() => Request.Json() ?? [];

    public string? Query(string name) => Request.Query.GetValueOrDefault(name);

    /// <summary>A field of the query in either of its two spellings.</summary>
    public string? Query(string camel, string snake) => Query(camel) ?? Query(snake);

    /// <summary>The resource's name: the path without the API's version and the verb.</summary>
    public string Between()
    {
        string rest = Request.Path[(Request.Path.IndexOf('/', 1) + 1)..];
        int colon = rest.LastIndexOf(':');
        return colon > rest.LastIndexOf('/') ? rest[..colon] : rest;
    }

    public static GcpCall Of(ApiRequest request)
    {
        GcpPath path = GcpPath.Parse(request.Path);
        string operation = GcpOperations.Of(request.Method, path);
        string? secret =
            operation == GcpOperations.CreateSecret
                ? request.Query.GetValueOrDefault("secretId") ?? request.Query.GetValueOrDefault("secret_id")
                : path.Secret;
        return new GcpCall(operation, secret, request, path);
    }

    public static GcpCall Of(ApiRequest request, GcpRoute route, IReadOnlyDictionary<string, string> ids) =>
        new(route.Operation, null, request, GcpPath.None) { Route = route, Ids = ids };
}
