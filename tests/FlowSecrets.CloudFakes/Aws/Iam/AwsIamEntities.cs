using System.Xml.Linq;
using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Iam;

/// <summary>Roles and users themselves: made, shown, trusted, limited.</summary>
internal static class AwsIamEntities
{
    public static Reply Get(AwsVisit visit) => visit.Xml(AwsIamShown.Entity(AwsIamOperations.Entity(visit)));

    public static Reply Create(AwsVisit visit)
    {
        AwsEntityKind kind = AwsIamOperations.KindOf(visit);
        bool isRole = kind == AwsEntityKind.Role;
        string name = AwsIamOperations.Name(visit);
        string? trust = isRole ? AwsIamPolicies.Checked(visit.Form.Required("AssumeRolePolicyDocument")) : null;
        string? boundary = visit.Form.Text("PermissionsBoundary") is { } arn ? AwsIamPolicies.Managed(visit, arn).Arn : null;
        if (visit.Directory.Find(visit.Caller.Account, kind, name) is not null)
        {
            throw new AwsError("EntityAlreadyExists", $"{kind} with name {name} already exists.", 409);
        }

        AwsEntity entity = visit.Directory.Add(kind, visit.Caller.Account, visit.Form.Text("Path") ?? "/", name);
        visit.Directory.Change(entity, p => p with { Trust = trust, Boundary = boundary });
        visit.Touch($"AWS::IAM::{kind}", name);
        return visit.Xml(AwsIamShown.Entity(entity));
    }

    public static Reply AddToGroup(AwsVisit visit)
    {
        string group = AwsIamOperations.Entity(visit).Name;
        AwsEntity user = AwsIamOperations.Entity(visit, AwsEntityKind.User, visit.Form.Required("UserName"));
        visit.Directory.Change(user, p => p with { Groups = p.Groups.Remove(group).Add(group) });
        return visit.Xml();
    }

    public static Reply ListGroups(AwsVisit visit) =>
        visit.Xml(
            AwsIamShown.List(
                "Groups",
                AwsIamOperations
                    .Entity(visit)
                    .Policies.Groups.Select(g =>
                        AwsIamShown.Entity(AwsIamOperations.Entity(visit, AwsEntityKind.Group, g)).Elements().ToArray()
                    )
            )
        );

    public static Reply CreateKey(AwsVisit visit)
    {
        AwsEntity user = AwsIamOperations.Entity(visit);
        return visit.Xml(
            new XElement(
                "AccessKey",
                new XElement("UserName", user.Name),
                new XElement("AccessKeyId", visit.Directory.AddKey(user.Caller())),
                new XElement("Status", "Active"),
                new XElement("SecretAccessKey", AwsNames.Random(40)),
                new XElement("CreateDate", AwsIamShown.Time(visit.Now))
            )
        );
    }

    public static Reply UpdateTrust(AwsVisit visit)
    {
        string trust = AwsIamPolicies.Checked(visit.Form.Required("PolicyDocument"));
        return Change(visit, p => p with { Trust = trust });
    }

    public static Reply PutBoundary(AwsVisit visit)
    {
        AwsEntity entity = AwsIamOperations.Entity(visit);
        AwsManagedPolicy policy = AwsIamPolicies.Managed(visit, visit.Form.Required("PermissionsBoundary"));
        visit.Directory.Change(entity, p => p with { Boundary = policy.Arn });
        return visit.Xml();
    }

    public static Reply DeleteBoundary(AwsVisit visit) => Change(visit, static p => p with { Boundary = null });

    private static Reply Change(AwsVisit visit, Func<AwsEntityPolicies, AwsEntityPolicies> change)
    {
        visit.Directory.Change(AwsIamOperations.Entity(visit), change);
        return visit.Xml();
    }
}
