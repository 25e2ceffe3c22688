using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>
/// A request with its operation as the log names it and as the service does, its region and the secret as the client named it.
/// </summary>
internal sealed record AwsCall(
    string Operation,
    string? Secret,
    ApiRequest Request,
    string Region,
    string? SecretId,
    AwsProtocol Protocol,
    string Name
) : Call(Operation, Secret, Request)
{
    public const string WhoAmI = "GetCallerIdentity";

    public bool IsXml => Protocol.IsXml;

    /// <summary>Comes without a signature, since it is how one gets a key.</summary>
    public bool IsUnsigned => Protocol == AwsProtocol.Sts && Name == "AssumeRoleWithWebIdentity";

    public JsonObject Body() => Request.Json() ?? [];

    public static AwsCall Of(ApiRequest request, string defaultRegion, Func<string, string, string> nameOf)
    {
        string region = AwsSignature.Scope(request)?.Region ?? defaultRegion;
        if (AwsProtocol.Of(request) is not (AwsProtocol protocol, string name))
        {
            return new AwsCall("Unknown", null, request, region, null, AwsProtocol.Secrets, "Unknown");
        }

        string? id = protocol == AwsProtocol.Secrets ? SecretIdOf(request) : null;
        return new AwsCall(
            name == WhoAmI ? name : protocol.Log + name,
            id is null ? null : nameOf(region, id),
            request,
            region,
            id,
            protocol,
            name
        );
    }

    private static string? SecretIdOf(ApiRequest request)
    {
        try
        {
            JsonObject? body = request.Json();
            return ((body?[nameof(SecretId)] ?? body?[nameof(Name)]) as JsonValue)?.TryGetValue(out string? id) == true ? id : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
