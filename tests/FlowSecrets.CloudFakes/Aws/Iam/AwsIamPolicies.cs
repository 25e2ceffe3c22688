using System.Text.Json;
using System.Xml.Linq;
using FlowSecrets.CloudFakes.Aws.Policies;
using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Iam;

/// <summary>Policies of roles and users, their own and attached ones.</summary>
internal static class AwsIamPolicies
{
    public static Reply Put(AwsVisit visit)
    {
        string name = visit.Form.Required("PolicyName");
        string document = Checked(visit.Form.Required("PolicyDocument"));
        visit.Directory.Change(AwsIamOperations.Entity(visit), p => p with { Inline = p.Inline.SetItem(name, document) });
        visit.Touch("AWS::IAM::Policy", name);
        return visit.Xml();
    }

    public static Reply Get(AwsVisit visit)
    {
        AwsEntity entity = AwsIamOperations.Entity(visit);
        string name = Inline(visit, entity);
        return visit.Xml(
            new XElement($"{entity.Kind}Name", entity.Name),
            new XElement("PolicyName", name),
            AwsIamShown.Document("PolicyDocument", entity.Policies.Inline[name])
        );
    }

    public static Reply Delete(AwsVisit visit)
    {
        AwsEntity entity = AwsIamOperations.Entity(visit);
        string name = Inline(visit, entity);
        visit.Directory.Change(entity, p => p with { Inline = p.Inline.Remove(name) });
        visit.Touch("AWS::IAM::Policy", name);
        return visit.Xml();
    }

    public static Reply List(AwsVisit visit) =>
        visit.Xml(AwsIamShown.List("PolicyNames", AwsIamOperations.Entity(visit).Policies.Inline.Keys));

    public static Reply Attach(AwsVisit visit)
    {
        AwsEntity entity = AwsIamOperations.Entity(visit);
        AwsManagedPolicy policy = Managed(visit, visit.Form.Required("PolicyArn"));
        visit.Directory.Change(entity, p => p with { Attached = p.Attached.Remove(policy.Arn).Add(policy.Arn) });
        visit.Touch("AWS::IAM::Policy", policy.Arn);
        return visit.Xml();
    }

    public static Reply Detach(AwsVisit visit)
    {
        AwsEntity entity = AwsIamOperations.Entity(visit);
        string arn = visit.Form.Required("PolicyArn");
        if (!entity.Policies.Attached.Contains(arn))
        {
            throw AwsIamOperations.Missing($"Policy {arn} was not found.");
        }

        visit.Directory.Change(entity, p => p with { Attached = p.Attached.Remove(arn) });
        visit.Touch("AWS::IAM::Policy", arn);
        return visit.Xml();
    }

    public static Reply ListAttached(AwsVisit visit) =>
        visit.Xml(
            AwsIamShown.List(
                "AttachedPolicies",
                AwsIamOperations
                    .Entity(visit)
                    .Policies.Attached.Select(a =>
                        new[] { new XElement("PolicyName", visit.Directory.Managed(a)!.Name), new XElement("PolicyArn", a) }
                    )
            )
        );

    public static Reply Create(AwsVisit visit)
    {
        string name = visit.Form.Required("PolicyName");
        string path = visit.Form.Text("Path") ?? "/";
        string document = Checked(visit.Form.Required("PolicyDocument"));
        if (visit.Directory.Managed($"arn:aws:iam::{visit.Caller.Account}:policy{path}{name}") is not null)
        {
            throw new AwsError("EntityAlreadyExists", $"A policy called {name} already exists. Duplicate names are not allowed.", 409);
        }

        AwsManagedPolicy policy = visit.Directory.AddManaged(visit.Caller.Account, path, name, document);
        visit.Touch("AWS::IAM::Policy", policy.Arn);
        return visit.Xml(AwsIamShown.Policy(policy));
    }

    public static Reply GetManaged(AwsVisit visit) => visit.Xml(AwsIamShown.Policy(Managed(visit, visit.Form.Required("PolicyArn"))));

    public static Reply GetVersion(AwsVisit visit)
    {
        AwsManagedPolicy policy = Managed(visit, visit.Form.Required("PolicyArn"));
        string version = visit.Form.Required("VersionId");
        return version != "v1"
            ? throw AwsIamOperations.Missing($"Policy {policy.Arn} version {version} does not exist or is not attachable.")
            : visit.Xml(
                new XElement(
                    "PolicyVersion",
                    AwsIamShown.Document("Document", policy.Document),
                    new XElement("VersionId", version),
                    new XElement("IsDefaultVersion", "true"),
                    new XElement("CreateDate", AwsIamShown.Time(policy.Created))
                )
            );
    }

    public static AwsManagedPolicy Managed(AwsVisit visit, string arn) =>
        visit.Directory.Managed(arn) is { } policy
        && (
            arn.StartsWith("arn:aws:iam::aws:", StringComparison.Ordinal)
            || arn.StartsWith($"arn:aws:iam::{visit.Caller.Account}:", StringComparison.Ordinal)
        )
            ? policy
            : throw AwsIamOperations.Missing($"Policy {arn} does not exist or is not attachable.");

    public static string Checked(string document)
    {
        try
        {
            AwsPolicy.Parse(document);
            return document;
        }
        catch (JsonException)
        {
            throw new AwsError("MalformedPolicyDocument", "Syntax errors in policy.");
        }
    }

    private static string Inline(AwsVisit visit, AwsEntity entity)
    {
        string name = visit.Form.Required("PolicyName");
        return entity.Policies.Inline.ContainsKey(name)
            ? name
            : throw AwsIamOperations.Missing($"The {AwsEntity.Word(entity.Kind)} policy with name {name} cannot be found.");
    }
}
