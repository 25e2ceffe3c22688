using System.Globalization;
using System.Text.RegularExpressions;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>The signature's outside: who, where and when. Its digest is not verified.</summary>
internal static partial class AwsSignature
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <returns>Null: no signature, or none of version 4.</returns>
    public static (string AccessKeyId, string Region, string Service)? Scope(ApiRequest request)
    {
        Match match = request.Headers.TryGetValue("Authorization", out string? header) ? Credential().Match(header) : Match.Empty;
        return match.Success ? (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value) : null;
    }

    /// <returns>Who signed, if the fake knows the key.</returns>
    public static AwsCaller? Check(AwsCall call, AwsFakeOptions options, Func<string, AwsCaller?> callerOf, DateTimeOffset now)
    {
        if (call.IsUnsigned)
        {
            return null;
        }

        if (!call.Request.Headers.TryGetValue("Authorization", out string? header) || header.Length == 0)
        {
            throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token");
        }

        if (Scope(call.Request) is not { } scope)
        {
            throw new AwsError(
                "IncompleteSignatureException",
                $"'{header}' not a valid key=value pair (missing equal-sign) in Authorization header."
            );
        }

        AwsCaller? caller = callerOf(scope.AccessKeyId);
        if (caller is null && options.RequiredAccessKeyId is { } required && scope.AccessKeyId != required)
        {
            throw call.IsXml
                ? new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
                : new AwsError("UnrecognizedClientException", "The security token included in the request is invalid.");
        }

        CheckTime(call, now);
        return caller?.Expires <= now ? throw Expired(call) : caller;
    }

    private static AwsError Expired(AwsCall call)
    {
        const string Message = "The security token included in the request is expired";
        return call.IsXml ? new AwsError("ExpiredToken", Message, 403) : new AwsError("ExpiredTokenException", Message);
    }

    private static void CheckTime(AwsCall call, DateTimeOffset now)
    {
        if (
            !call.Request.Headers.TryGetValue("X-Amz-Date", out string? text)
            || !DateTimeOffset.TryParseExact(
                text,
                Format,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out DateTimeOffset signed
            )
        )
        {
            throw new AwsError(
                "IncompleteSignatureException",
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
            );
        }

        (DateTimeOffset earliest, DateTimeOffset latest) = (now - Tolerance, now + Tolerance);
        string? message =
            signed < earliest ? $"Signature expired: {text} is now earlier than {Text(earliest)} ({Text(now)} - 5 min.)"
            : signed > latest ? $"Signature not yet current: {text} is still later than {Text(latest)} ({Text(now)} + 5 min.)"
            : null;
        if (message is not null)
        {
            throw call.IsXml ? new AwsError("SignatureDoesNotMatch", message, 403) : new AwsError("InvalidSignatureException", message);
        }
    }

    private const string Format = "yyyyMMdd'T'HHmmss'Z'";

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Credential=([^/,]+)/\d+/([^/,]+)/([^/,]+)/aws4_request")]
    private static partial Regex Credential();
}
