using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Iam;

/// <summary>IAM's operations, all within the caller's account, and the permission that each asks for.</summary>
internal static class AwsIamOperations
{
    public static AwsService Service(Lock @lock)
    {
        AwsService service = new(@lock);
        foreach (bool isRole in new[] { true, false })
        {
            string kind = isRole ? "Role" : "User";
            service
                .Read("Get" + kind, Permitted(AwsIamEntities.Get))
                .Write("Create" + kind, Permitted(AwsIamEntities.Create))
                .Write($"Put{kind}PermissionsBoundary", Permitted(AwsIamEntities.PutBoundary))
                .Write($"Delete{kind}PermissionsBoundary", Permitted(AwsIamEntities.DeleteBoundary))
                .Write($"Put{kind}Policy", Permitted(AwsIamPolicies.Put))
                .Read($"Get{kind}Policy", Permitted(AwsIamPolicies.Get))
                .Write($"Delete{kind}Policy", Permitted(AwsIamPolicies.Delete))
                .Read($"List{kind}Policies", Permitted(AwsIamPolicies.List))
                .Write($"Attach{kind}Policy", Permitted(AwsIamPolicies.Attach))
                .Write($"Detach{kind}Policy", Permitted(AwsIamPolicies.Detach))
                .Read($"ListAttached{kind}Policies", Permitted(AwsIamPolicies.ListAttached));
        }

        return service
            .Write("CreateAccessKey", Permitted(AwsIamEntities.CreateKey))
            .Write("UpdateAssumeRolePolicy", Permitted(AwsIamEntities.UpdateTrust))
            .Write("CreatePolicy", Permitted(AwsIamPolicies.Create))
            .Read("GetPolicy", Permitted(AwsIamPolicies.GetManaged))
            .Read("GetPolicyVersion", Permitted(AwsIamPolicies.GetVersion))
            .Read("SimulatePrincipalPolicy", Permitted(AwsSimulation.Run));
    }

    /// <summary>Whose a role's or a user's operation is: the operation's name says which of the two.</summary>
    public static bool IsRole(AwsVisit visit) => visit.Call.Name.Contains("Role", StringComparison.Ordinal);

    /// <summary>The name that the request gives, or the caller's own where it gives none.</summary>
    public static string Name(AwsVisit visit) =>
        IsRole(visit)
            ? visit.Form.Required("RoleName")
            : visit.Form.Text("UserName")
                ?? (
                    visit.Caller.Entity is { IsRole: true }
                        ? throw new AwsError("ValidationError", "Must specify userName when calling with non-User credentials")
                        : visit.Caller.Name
                );

    public static AwsEntity Entity(AwsVisit visit)
    {
        string name = Name(visit);
        AwsEntity entity =
            visit.Directory.Find(visit.Caller.Account, IsRole(visit), name)
            ?? throw Missing($"The {(IsRole(visit) ? "role" : "user")} with name {name} cannot be found.");
        visit.Touch(IsRole(visit) ? "AWS::IAM::Role" : "AWS::IAM::User", entity.Name);
        return entity;
    }

    public static AwsError Missing(string message) => new("NoSuchEntity", message, 404);

    private static Func<AwsVisit, Reply> Permitted(Func<AwsVisit, Reply> run) =>
        visit =>
        {
            (string resource, string shown) = Resource(visit);
            visit.Demand(resource, shown);
            return run(visit);
        };

    /// <summary>AWS names what stands in the request by its kind and name, and what is an ARN by the ARN.</summary>
    private static (string Arn, string Shown) Resource(AwsVisit visit)
    {
        string account = visit.Caller.Account;
        if (visit.Form.Text("PolicySourceArn") is { } source)
        {
            return (source, source);
        }

        if (visit.Form.Text("RoleName") is null && visit.Form.Text("UserName") is null && visit.Form.Text("PolicyArn") is { } policy)
        {
            return (policy, $"policy {policy}");
        }

        if (visit.Call.Name == "CreatePolicy")
        {
            string made = visit.Form.Required("PolicyName");
            return ($"arn:aws:iam::{account}:policy{visit.Form.Text("Path") ?? "/"}{made}", $"policy {made}");
        }

        string kind = IsRole(visit) ? "role" : "user";
        string name = Name(visit);
        string arn =
            visit.Directory.Find(account, IsRole(visit), name)?.Arn
            ?? $"arn:aws:iam::{account}:{kind}{visit.Form.Text("Path") ?? "/"}{name}";
        return (arn, $"{kind} {name}");
    }
}
