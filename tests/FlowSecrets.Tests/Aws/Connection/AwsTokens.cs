using FlowSecrets.Tests.Transport;

namespace FlowSecrets.Tests.Aws.Connection;

/// <summary>What STS and a container's agent answer.</summary>
internal static class AwsTokens
{
    private const string Expiration = "2099-01-01T00:00:00Z";
    private const string Namespace = "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"";

    public static Answer Caller { get; } =
        Xml("GetCallerIdentity", "<Arn>arn:aws:iam::123456789012:user/tester</Arn><UserId>A</UserId><Account>123456789012</Account>");

    public static Answer Container { get; } =
        new(200, $$"""{"AccessKeyId":"AKIDCONTAINER","SecretAccessKey":"s","Token":"t","Expiration":"{{Expiration}}"}""");

    public static Answer Assumed(string operation, string key) =>
        Xml(
            operation,
            $"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                + $"<Expiration>{Expiration}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>A:b</AssumedRoleId>"
                + "<Arn>arn:aws:sts::123456789012:assumed-role/reader/b</Arn></AssumedRoleUser>"
        );

    public static Answer Refused(string code) =>
        new(
            403,
            $"<ErrorResponse {Namespace}><Error><Type>Sender</Type><Code>{code}</Code><Message>CANARY-7f3a</Message></Error>"
                + "<RequestId>r</RequestId></ErrorResponse>",
            "text/xml"
        );

    private static Answer Xml(string operation, string result) =>
        new(
            200,
            $"<{operation}Response {Namespace}><{operation}Result>{result}</{operation}Result>"
                + $"<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{operation}Response>",
            "text/xml"
        );
}
