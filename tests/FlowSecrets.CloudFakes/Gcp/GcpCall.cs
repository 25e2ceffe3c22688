using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>A request with its operation and its place.</summary>
internal sealed record GcpCall(string Operation, string? Secret, ApiRequest Request, GcpPath Path) : Call(Operation, Secret, Request)
{
    public JsonObject Body() => Request.Json() ?? [];

    public string? Query(string name) => Request.Query.GetValueOrDefault(name);

    /// <summary>A field of the query in either of its two spellings.</summary>
    public string? Query(string camel, string snake) => Query(camel) ?? Query(snake);

    public static GcpCall Of(ApiRequest request)
    {
        GcpPath path = GcpPath.Parse(request.Path);
        string operation = GcpOperations.Of(request.Method, path);
        string? secret = operation == GcpOperations.CreateSecret ? request.Query.GetValueOrDefault("secretId") ?? request.Query.GetValueOrDefault("secret_id") : path.Secret;
        return new GcpCall(operation, secret, request, path);
    }
}
