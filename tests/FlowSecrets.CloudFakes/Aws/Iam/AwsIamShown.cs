using System.Globalization;
using System.Xml.Linq;

namespace FlowSecrets.CloudFakes.Aws.Iam;

/// <summary>IAM's things in its XML.</summary>
internal static class AwsIamShown
{
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Documents go over the wire as RFC 3986 has them.</summary>
    public static XElement Document(string name, string json) => new(name, Uri.EscapeDataString(json));

    public static XElement Entity(AwsEntity entity)
    {
        string kind = $"{entity.Kind}";
        XElement shown = new(
            kind,
            new XElement("Path", entity.Path),
            new XElement(kind + "Name", entity.Name),
            new XElement(kind + "Id", entity.Id),
            new XElement("Arn", entity.Arn),
            new XElement("CreateDate", Time(entity.Created))
        );
        if (entity.Policies.Trust is { } trust)
        {
            shown.Add(Document("AssumeRolePolicyDocument", trust), new XElement("MaxSessionDuration", 3600));
        }

        if (entity.Policies.Boundary is { } boundary)
        {
            shown.Add(
                new XElement(
                    "PermissionsBoundary",
                    new XElement("PermissionsBoundaryType", "Policy"),
                    new XElement("PermissionsBoundaryArn", boundary)
                )
            );
        }

        return shown;
    }

    public static XElement Policy(AwsManagedPolicy policy) =>
        new(
            "Policy",
            new XElement("PolicyName", policy.Name),
            new XElement("PolicyId", policy.Id),
            new XElement("Arn", policy.Arn),
            new XElement("Path", policy.Path),
            new XElement("DefaultVersionId", "v1"),
            new XElement("AttachmentCount", 0),
            new XElement("IsAttachable", "true"),
            new XElement("CreateDate", Time(policy.Created)),
            new XElement("UpdateDate", Time(policy.Created))
        );

    /// <summary>A list, whole: the fake's are short.</summary>
    public static XElement[] List(string name, IEnumerable<object> members) =>
        [new XElement(name, members.Select(static m => new XElement("member", m))), new XElement("IsTruncated", "false")];
}
