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
        bool isRole = AwsIamOperations.IsRole(visit);
        string name = AwsIamOperations.Name(visit);
        string? trust = isRole ? AwsIamPolicies.Checked(visit.Form.Required("AssumeRolePolicyDocument")) : null;
        string? boundary = visit.Form.Text("PermissionsBoundary") is { } arn ? AwsIamPolicies.Managed(visit, arn).Arn : null;
        if (visit.Directory.Find(visit.Caller.Account, isRole, name) is not null)
        {
            throw new AwsError("EntityAlreadyExists", $"{(isRole ? "Role" : "User")} with name {name} already exists.", 409);
        }

        AwsEntity entity = visit.Directory.Add(isRole, visit.Caller.Account, visit.Form.Text("Path") ?? "/", name);
        visit.Directory.Change(entity, p => p with { Trust = trust, Boundary = boundary });
        visit.Touch(isRole ? "AWS::IAM::Role" : "AWS::IAM::User", name);
        return visit.Xml(AwsIamShown.Entity(entity));
    }

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
