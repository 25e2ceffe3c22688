using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>A request with its operation, its region and the secret as the client named it.</summary>
internal sealed record AwsCall(string Operation, string? Secret, ApiRequest Request, string Region, string? SecretId, bool IsXml) : Call(Operation, Secret, Request)
{
    private const string Prefix = "secretsmanager.";

    public JsonObject Body() => Request.Json() ?? [];

    public static AwsCall Of(ApiRequest request, string defaultRegion, Func<string, string, string> nameOf)
    {
        string region = AwsSignature.Scope(request)?.Region ?? defaultRegion;
        if (!request.Headers.TryGetValue("X-Amz-Target", out string? target) || !target.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return AwsSts.Asks(request) ? new AwsCall(AwsSts.GetCallerIdentity, null, request, region, null, true) : new AwsCall("Unknown", null, request, region, null, false);
        }

        string? id = SecretIdOf(request);
        return new AwsCall(target[Prefix.Length..], id is null ? null : nameOf(region, id), request, region, id, false);
    }

    private static string? SecretIdOf(ApiRequest request)
    {
        try
        {
            JsonObject? body = request.Json();
            return ((body?[nameof(SecretId)] ?? body?["Name"]) as JsonValue)?.TryGetValue(out string? id) == true ? id : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
