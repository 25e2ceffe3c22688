using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Iam;

/// <summary>IAM's operations, all within the caller's account, and the permission that each asks for.</summary>
internal static class AwsIamOperations
{
    private const string ListGroups = "ListGroupsForUser";

    public static AwsService Service(Lock @lock)
    {
        AwsService service = new(@lock);
        foreach (AwsEntityKind kind in Enum.GetValues<AwsEntityKind>())
        {
            service
                .Write($"Create{kind}", Permitted(AwsIamEntities.Create))
                .Write($"Put{kind}Policy", Permitted(AwsIamPolicies.Put))
                .Read($"Get{kind}Policy", Permitted(AwsIamPolicies.Get))
                .Write($"Delete{kind}Policy", Permitted(AwsIamPolicies.Delete))
                .Read($"List{kind}Policies", Permitted(AwsIamPolicies.List))
                .Write($"Attach{kind}Policy", Permitted(AwsIamPolicies.Attach))
                .Write($"Detach{kind}Policy", Permitted(AwsIamPolicies.Detach))
                .Read($"ListAttached{kind}Policies", Permitted(AwsIamPolicies.ListAttached));
        }

        foreach (AwsEntityKind kind in new[] { AwsEntityKind.Role, AwsEntityKind.User })
        {
            service
                .Read($"Get{kind}", Permitted(AwsIamEntities.Get))
                .Write($"Put{kind}PermissionsBoundary", Permitted(AwsIamEntities.PutBoundary))
                .Write($"Delete{kind}PermissionsBoundary", Permitted(AwsIamEntities.DeleteBoundary));
        }

        return service
            .Write("AddUserToGroup", Permitted(AwsIamEntities.AddToGroup))
            .Read(ListGroups, Permitted(AwsIamEntities.ListGroups))
            .Write("CreateAccessKey", Permitted(AwsIamEntities.CreateKey))
            .Write("UpdateAssumeRolePolicy", Permitted(AwsIamEntities.UpdateTrust))
            .Write("CreatePolicy", Permitted(AwsIamPolicies.Create))
            .Read("GetPolicy", Permitted(AwsIamPolicies.GetManaged))
            .Read("GetPolicyVersion", Permitted(AwsIamPolicies.GetVersion))
            .Read("SimulatePrincipalPolicy", Permitted(AwsSimulation.Run));
    }

    /// <summary>Whose an operation is: its name says which of the three.</summary>
    public static AwsEntityKind KindOf(AwsVisit visit) =>
        visit.Call.Name switch
        {
            ListGroups => AwsEntityKind.User,
            { } name when name.Contains("Role", StringComparison.Ordinal) => AwsEntityKind.Role,
            { } name when name.Contains("Group", StringComparison.Ordinal) => AwsEntityKind.Group,
            _ => AwsEntityKind.User,
        };

    /// <summary>The name that the request gives, or the caller's own where it gives none.</summary>
    public static string Name(AwsVisit visit) =>
        KindOf(visit) is var kind and not AwsEntityKind.User
            ? visit.Form.Required($"{kind}Name")
            : visit.Form.Text("UserName")
                ?? (
                    visit.Caller.Entity is { IsRole: true }
                        ? throw new AwsError("ValidationError", "Must specify userName when calling with non-User credentials")
                        : visit.Caller.Name
                );

    public static AwsEntity Entity(AwsVisit visit) => Entity(visit, KindOf(visit), Name(visit));

    public static AwsEntity Entity(AwsVisit visit, AwsEntityKind kind, string name)
    {
        AwsEntity entity =
            visit.Directory.Find(visit.Caller.Account, kind, name)
            ?? throw Missing($"The {AwsEntity.Word(kind)} with name {name} cannot be found.");
        visit.Touch($"AWS::IAM::{kind}", entity.Name);
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

        string[] owners = ["RoleName", "UserName", "GroupName"];
        if (Array.TrueForAll(owners, o => visit.Form.Text(o) is null) && visit.Form.Text("PolicyArn") is { } policy)
        {
            return (policy, $"policy {policy}");
        }

        if (visit.Call.Name == "CreatePolicy")
        {
            string made = visit.Form.Required("PolicyName");
            return ($"arn:aws:iam::{account}:policy{visit.Form.Text("Path") ?? "/"}{made}", $"policy {made}");
        }

        string kind = AwsEntity.Word(KindOf(visit));
        string name = Name(visit);
        string arn =
            visit.Directory.Find(account, KindOf(visit), name)?.Arn
            ?? $"arn:aws:iam::{account}:{kind}{visit.Form.Text("Path") ?? "/"}{name}";
        return (arn, $"{kind} {name}");
    }
}
