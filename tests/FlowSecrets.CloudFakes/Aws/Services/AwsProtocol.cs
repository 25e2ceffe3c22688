using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Services;

/// <summary>How a service is spoken to. Action: the prefix of its permissions; Log: of its operations in the log of calls.</summary>
internal sealed record AwsProtocol(string Action, string Log, string Form)
{
    public static AwsProtocol Secrets { get; } = new("secretsmanager", "", Json11) { Target = "secretsmanager." };

    public static AwsProtocol Sts { get; } =
        new("sts", "Sts.", "text/xml") { Version = "2011-06-15", Namespace = "https://sts.amazonaws.com/doc/2011-06-15/" };

    public static AwsProtocol Iam { get; } =
        new("iam", "Iam.", "text/xml") { Version = "2010-05-08", Namespace = "https://iam.amazonaws.com/doc/2010-05-08/" };

    public static AwsProtocol Kms { get; } = new("kms", "Kms.", Json11) { Target = "TrentService." };

    public static AwsProtocol AppRunner { get; } = new("apprunner", "AppRunner.", "application/x-amz-json-1.0") { Target = "AppRunner." };

    public static AwsProtocol Ecs { get; } = new("ecs", "Ecs.", Json11) { Target = "AmazonEC2ContainerServiceV20141113." };

    public static AwsProtocol CloudTrail { get; } =
        new("cloudtrail", "CloudTrail.", Json11) { Target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101." };

    private const string Json11 = "application/x-amz-json-1.1";

    private static readonly AwsProtocol[] All = [Secrets, Sts, Iam, Kms, AppRunner, Ecs, CloudTrail];

    /// <summary>What stands before the operation in the header; null where the operation is a field of a form.</summary>
    public string? Target { get; private init; }

    public string? Version { get; private init; }

    public string? Namespace { get; private init; }

    public bool IsXml => Target is null;

    /// <returns>Null: it is no request to any of them.</returns>
    public static (AwsProtocol Protocol, string Operation)? Of(ApiRequest request)
    {
        if (request.Headers.TryGetValue("X-Amz-Target", out string? target))
        {
            return Array.Find(All, p => p.Target is { } prefix && target.StartsWith(prefix, StringComparison.Ordinal)) is { } json
                ? (json, target[json.Target!.Length..])
                : null;
        }

        return
            AwsForm.Of(request) is { } form
            && form.Text("Action") is { } action
            && Array.Find(All, p => p.Version is not null && p.Version == form.Text("Version")) is { } xml
            ? (xml, action)
            : null;
    }
}
