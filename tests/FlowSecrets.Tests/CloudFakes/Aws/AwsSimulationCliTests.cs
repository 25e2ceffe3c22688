using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Iam;
using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.CloudFakes.Aws.AwsAccess;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>simulate-principal-policy with the limits that AWS documents.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class AwsSimulationCliTests : IDisposable
{
    private const string Get = "secretsmanager:GetSecretValue";
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task ADecisionComesWithWhatItIsFor()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = new(_sandbox, access.Fake);
        string role = access.Fake.Iam.AddRole("app", "/service/");
        access.Fake.Iam.PropagationDelay = TimeSpan.FromMinutes(5);
        Assert.Equal("implicitDeny", Decision(cli, role, access.Secret));
        access.Fake.Iam.PutPolicy(role, "read", Allow(Get));
        JsonNode allowed = Simulate(cli, role, access.Secret);
        Assert.Equal(
            ("allowed", Get, access.Secret),
            ((string?)allowed["EvalDecision"], (string?)allowed["EvalActionName"], (string?)allowed["EvalResourceName"])
        );
        Assert.Equal("role_app_read", (string?)Assert.Single(allowed["MatchedStatements"]!.AsArray())!["SourcePolicyId"]);
        Assert.Null(allowed["PermissionsBoundaryDecisionDetail"] ?? allowed["OrganizationsDecisionDetail"]);

        string limit = access.Fake.Iam.AddManagedPolicy("limit", Deny("secretsmanager:*"));
        access.Fake.Iam.Attach(role, limit);
        JsonNode denied = Simulate(cli, role, access.Secret);
        Assert.Equal(
            ("explicitDeny", "limit"),
            ((string?)denied["EvalDecision"], (string?)Assert.Single(denied["MatchedStatements"]!.AsArray())!["SourcePolicyId"])
        );

        access.Fake.Iam.Detach(role, limit);
        access.Fake.Iam.SetBoundary(role, Allow("s3:*"));
        Assert.False((bool)Simulate(cli, role, access.Secret)["PermissionsBoundaryDecisionDetail"]!["AllowedByPermissionsBoundary"]!);
        access.Fake.Iam.SetBoundary(role, null);
        access.Fake.Iam.ServiceControlPolicy(Account, Deny(Get));
        JsonNode limited = Simulate(cli, role, access.Secret);
        Assert.False((bool)limited["OrganizationsDecisionDetail"]!["AllowedByOrganizations"]!);
        Assert.Equal("explicitDeny", (string?)limited["EvalDecision"]);
    }

    [Fact]
    public async Task ConditionsSeeOnlyWhatTheyAreTold()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = new(_sandbox, access.Fake);
        string role = access.Fake.Iam.AddRole("app");
        access.Fake.Iam.PutPolicy(role, "read", Allow(Get, more: When("StringEquals", "secretsmanager:ResourceTag/env", "prod")));
        JsonNode unknown = Simulate(cli, role, access.Secret);
        Assert.Equal(
            ("implicitDeny", "secretsmanager:ResourceTag/env"),
            ((string?)unknown["EvalDecision"], (string?)Assert.Single(unknown["MissingContextValues"]!.AsArray()))
        );
        JsonNode told = Simulate(
            cli,
            role,
            access.Secret,
            "--context-entries",
            "ContextKeyName=secretsmanager:ResourceTag/env,ContextKeyValues=prod,ContextKeyType=string"
        );
        Assert.Equal(("allowed", 0), ((string?)told["EvalDecision"], told["MissingContextValues"]!.AsArray().Count));
        access.Fake.Iam.ServiceControlPolicy(Account, Deny(Get, more: When("StringEquals", "aws:RequestedRegion", "eu-west-1")));
        JsonNode limited = Simulate(
            cli,
            role,
            access.Secret,
            "--context-entries",
            "ContextKeyName=secretsmanager:ResourceTag/env,ContextKeyValues=prod,ContextKeyType=string",
            "ContextKeyName=aws:RequestedRegion,ContextKeyValues=eu-west-2,ContextKeyType=string"
        );
        Assert.Equal("implicitDeny", (string?)limited["EvalDecision"]);
        Assert.False((bool)limited["OrganizationsDecisionDetail"]!["AllowedByOrganizations"]!);
    }

    [Fact]
    public async Task AResourcesPolicyCountsForUsersOnly()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = new(_sandbox, access.Fake);
        string role = access.Fake.Iam.AddRole("app");
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        Assert.Equal("implicitDeny", (string?)Simulate(cli, role, access.Secret, "--resource-policy", To(role))["EvalDecision"]);
        Assert.Equal(
            "allowed",
            (string?)Simulate(cli, user.Arn, access.Secret, "--resource-policy", To(user.Arn), "--caller-arn", user.Arn)["EvalDecision"]
        );
    }

    [Fact]
    public async Task PoliciesMayBeTriedBeforeTheyAreAttached()
    {
        await using AwsAccess access = await StartAsync();
        string role = access.Fake.Iam.AddRole("app");
        JsonNode tried = Simulate(new AwsAccessCli(_sandbox, access.Fake), role, access.Secret, "--policy-input-list", Allow(Get));
        Assert.Equal(
            ("allowed", "PolicyInputList.1"),
            ((string?)tried["EvalDecision"], (string?)Assert.Single(tried["MatchedStatements"]!.AsArray())!["SourcePolicyId"])
        );
    }

    [Fact]
    public async Task OnlyIdentitiesOfTheAccountAreSimulatedAndOnlyForWhoMay()
    {
        await using AwsAccess access = await StartAsync();
        AwsAccessCli cli = new(_sandbox, access.Fake);
        string role = access.Fake.Iam.AddRole("app");
        AwsLogin user = access.Fake.Iam.AddUser("ann");
        string[] Command(string source, string resource = "*") =>
            ["iam", "simulate-principal-policy", "--policy-source-arn", source, "--action-names", Get, "--resource-arns", resource];
        string session = $"arn:aws:sts::{Account}:assumed-role/app/s1";
        Assert.Equal(
            $"(InvalidInput) when calling the SimulatePrincipalPolicy operation: Invalid Entity Arn: {session} does not clearly define "
                + $"entity type and name.",
            cli.Error("test", Command(session))
        );
        Assert.StartsWith("(NoSuchEntity)", cli.Error("test", Command($"arn:aws:iam::{Account}:role/none")));
        Assert.StartsWith("(NoSuchEntity)", cli.Error("test", Command(access.Fake.Iam.AddRole("app", account: Other))));
        Assert.Contains("ResourceNames are not in a valid ARN format: app/db.", cli.Error("test", Command(role, "app/db")));
        Assert.Equal(
            $"(AccessDenied) when calling the SimulatePrincipalPolicy operation: User: {user.Arn} is not authorized to perform: "
                + $"iam:SimulatePrincipalPolicy on resource: {role} because no identity-based policy allows the "
                + $"iam:SimulatePrincipalPolicy action",
            cli.Error(user.AccessKeyId, Command(role))
        );
        access.Fake.Iam.PutPolicy(user.Arn, "simulate", Allow("iam:SimulatePrincipalPolicy", role));
        cli.OkAs(user.AccessKeyId, Command(role));
        Assert.Equal(6, access.Fake.Calls.Count(static c => c.Operation == "Iam.SimulatePrincipalPolicy"));
    }

    private static string? Decision(AwsAccessCli cli, string source, string resource) =>
        (string?)Simulate(cli, source, resource)["EvalDecision"];

    private static JsonNode Simulate(AwsAccessCli cli, string source, string resource, params string[] more) =>
        cli.Ok([
            "iam",
            "simulate-principal-policy",
            "--policy-source-arn",
            source,
            "--action-names",
            Get,
            "--resource-arns",
            resource,
            .. more,
        ])!["EvaluationResults"]![0]!;
}
