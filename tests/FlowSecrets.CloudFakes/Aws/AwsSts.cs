using FlowSecrets.CloudFakes.Hosting;
using Microsoft.AspNetCore.WebUtilities;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>STS GetCallerIdentity: a form in, XML out.</summary>
internal static class AwsSts
{
    public const string GetCallerIdentity = "GetCallerIdentity";
    public const string Namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

    public static bool Asks(ApiRequest request) =>
        request.Headers.TryGetValue("Content-Type", out string? type) && type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        && QueryHelpers.ParseQuery(System.Text.Encoding.UTF8.GetString(request.Body)).TryGetValue("Action", out Microsoft.Extensions.Primitives.StringValues action)
        && action == GetCallerIdentity;

    public static Reply Identity(AwsFakeOptions options) => AwsReply.Xml(
        $"<GetCallerIdentityResponse xmlns=\"{Namespace}\"><GetCallerIdentityResult><Arn>{options.CallerArn}</Arn><UserId>AIDAFLOWSECRETSTESTER</UserId><Account>{options.Account}</Account></GetCallerIdentityResult>"
        + $"<ResponseMetadata><RequestId>{Guid.NewGuid()}</RequestId></ResponseMetadata></GetCallerIdentityResponse>");
}
