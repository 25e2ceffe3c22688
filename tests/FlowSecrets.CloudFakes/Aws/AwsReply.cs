using System.Security;
using System.Text;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>Replies of the two protocols.</summary>
internal static class AwsReply
{
    private const string ContentType = "application/x-amz-json-1.1";

    /// <param name="body">Null: the operation has no output, and the body is empty.</param>
    public static Reply Of(AwsResult result, bool writes) => Signed(
        result.Body is null ? new Reply(200, ContentType, [], writes && result.Changed) : Reply.Json(200, ContentType, result.Body, writes && result.Changed));

    public static Reply Of(AwsError error, AwsCall call)
    {
        if (call.IsXml)
        {
            return Xml($"<ErrorResponse xmlns=\"{AwsSts.Namespace}\"><Error><Type>Sender</Type><Code>{error.Type}</Code><Message>{SecurityElement.Escape(error.Message)}</Message></Error><RequestId>{Guid.NewGuid()}</RequestId></ErrorResponse>", error.Status);
        }

        // The validation that stands before the service writes a small m; the service itself a capital one.
        string member = error.Type is "ValidationException" or "UnrecognizedClientException" or "InvalidSignatureException" or "MissingAuthenticationTokenException" or "ThrottlingException" ? "message" : "Message";
        JsonObject body = new() { ["__type"] = error.Type };
        if (error.Message.Length > 0)
        {
            body[member] = error.Message;
        }

        return Signed(Reply.Json(error.Status, ContentType, body)).With("x-amzn-ErrorType", error.Type) with { IsThrottled = error.Type == AwsError.Throttling };
    }

    public static Reply Xml(string body, int status = 200) => Signed(new Reply(status, "text/xml", Encoding.UTF8.GetBytes(body)));

    private static Reply Signed(Reply reply) => reply.With("x-amzn-RequestId", Guid.NewGuid().ToString());
}
