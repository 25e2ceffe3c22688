using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>Replies as Google's front end writes them.</summary>
internal static class GcpReply
{
    public const string ContentType = "application/json; charset=UTF-8";

    public static Reply Of(GcpError error)
    {
        JsonObject body = new()
        {
            ["code"] = error.Code,
            ["message"] = error.Message,
            ["status"] = error.Status,
        };
        if (error.Details.Count > 0)
        {
            body["details"] = new JsonArray([.. error.Details]);
        }

        Reply reply = Reply.Json(error.Code, ContentType, new JsonObject { ["error"] = body }) with { IsThrottled = error.Code == 429 };
        return error.Code == 401 ? reply.With("WWW-Authenticate", "Bearer realm=\"https://accounts.google.com/\"") : reply;
    }

    /// <summary>Google's own libraries may ask for enumerations as numbers.</summary>
    public static JsonObject Shaped(JsonObject body, GcpCall call)
    {
        if ((call.Query("$alt") ?? call.Query("alt"))?.Contains("enum-encoding=int", StringComparison.Ordinal) == true)
        {
            Renumber(body);
            foreach (JsonObject version in body["versions"]?.AsArray().OfType<JsonObject>() ?? [])
            {
                Renumber(version);
            }
        }

        return body;
    }

    private static void Renumber(JsonObject version)
    {
        if (version["state"] is JsonValue state)
        {
            version["state"] = (int)Enum.Parse<GcpState>((string)state!, ignoreCase: true);
        }
    }
}
