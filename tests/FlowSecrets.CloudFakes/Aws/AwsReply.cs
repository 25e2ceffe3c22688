using System.Security;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>Replies of the two protocols.</summary>
internal static class AwsReply
{
    public static Reply Of(AwsResult result, bool writes, AwsProtocol protocol) =>
        Signed(
            result.Body is null
                ? new Reply(200, protocol.Form, [], writes && result.Changed)
                : Reply.Json(200, protocol.Form, result.Body, writes && result.Changed)
        );

    /// <param name="call">Of a service that answers with XML.</param>
    /// <param name="members">None: the operation has no output.</param>
    public static Reply Of(AwsCall call, IReadOnlyList<XElement> members)
    {
        string result = members.Count == 0 ? "" : new XElement(call.Name + "Result", members).ToString(SaveOptions.DisableFormatting);
        return Xml(
            $"<{call.Name}Response xmlns=\"{call.Protocol.Namespace}\">{result}"
                + $"<ResponseMetadata><RequestId>{Guid.NewGuid()}</RequestId></ResponseMetadata></{call.Name}Response>"
        );
    }

    public static Reply Of(AwsError error, AwsCall call)
    {
        if (call.IsXml)
        {
            return Xml(
                $"<ErrorResponse xmlns=\"{call.Protocol.Namespace}\"><Error><Type>Sender</Type><Code>{error.Type}</Code>"
                    + $"<Message>{SecurityElement.Escape(error.Message)}</Message></Error>"
                    + $"<RequestId>{Guid.NewGuid()}</RequestId></ErrorResponse>",
                error.Status
            );
        }

        // The validation that stands before the service writes a small m; the service itself a capital one.
        string member = error.Type
            is "ValidationException"
                or "UnrecognizedClientException"
                or "InvalidSignatureException"
                or "MissingAuthenticationTokenException"
                or "ThrottlingException"
            ? "message"
            : "Message";
        JsonObject body = new() { ["__type"] = error.Type };
        if (error.Message.Length > 0)
        {
            body[member] = error.Message;
        }

        return Signed(Reply.Json(error.Status, call.Protocol.Form, body)).With("x-amzn-ErrorType", error.Type) with
        {
            IsThrottled = error.Type == AwsError.Throttling,
        };
    }

    private static Reply Xml(string body, int status = 200) => Signed(new Reply(status, "text/xml", Encoding.UTF8.GetBytes(body)));

    private static Reply Signed(Reply reply) => reply.With("x-amzn-RequestId", Guid.NewGuid().ToString());
}
