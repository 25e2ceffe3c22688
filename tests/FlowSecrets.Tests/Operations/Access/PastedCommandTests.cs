using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;
using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Iam;
using FlowSecrets.Providers.Gcp.Iam;

namespace FlowSecrets.Tests.Operations.Access;

/// <summary>
/// What a stranger may choose (a branch's name in a workflow's token, a name in a catalog) ends no quotation of a command that somebody
/// pastes.
/// </summary>
public sealed class PastedCommandTests
{
    [Theory]
    [InlineData("repo:org/app:ref:refs/heads/x';curl evil;'")]
    [InlineData("repo:org/app:ref:refs/heads/x\u2019;curl evil;\u2018")]
    [InlineData("repo:org/app:ref:refs/heads/x\ny")]
    public void ASubjectIsOneArgument(string subject)
    {
        AccessAnswer google = GcpFederation.Compare("db", "api@flow-test.iam.gserviceaccount.com", subject, [], "1")!;
        Assert.EndsWith("/subject/" + subject, Assert.Single(google.Remedy.Commands).Arguments[^2], StringComparison.Ordinal);
        Assert.DoesNotContain('\n', google.Remedy.ToString());
        const string Trust =
            """{"Statement":[{"Effect":"Allow","Principal":{"Federated":"p"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":"""
            + """{"StringEquals":{"x:sub":"y"}}}]}""";
        AccessAnswer aws = AwsFederation.Compare("db", new AwsRole("arn:aws:iam::123456789012:role/ci", Trust, null), subject)!;
        string document = Assert.Single(aws.Remedy.Commands).Arguments[^1];
        Assert.DoesNotContain(document, static c => c is '\'' or '\n' or (>= '\u2018' and <= '\u201F'));
        Assert.Equal(subject, (string?)JsonNode.Parse(document)!["Statement"]![0]!["Condition"]!["StringEquals"]!["x:sub"]![1]);
    }

    [Theory]
    [InlineData("user:a'b@example.com")]
    [InlineData("serviceAccount:a@b.iam.gserviceaccount.com/../../x")]
    [InlineData("serviceAccount:a@b?x=y.com")]
    [InlineData("principal://iam.googleapis.com/x/subject/a'b")]
    [InlineData("principal://iam.googleapis.com/x/subject/a\u2019b")]
    [InlineData("principalSet://iam.googleapis.com/x\u00A0y")]
    [InlineData("arn:aws:iam::123456789012:role/a'b")]
    public void APrincipalThatCouldIsNone(string principal) => Assert.Null(Principals.KindOf(principal));

    [Theory]
    [InlineData("user:o+brien.x_1@Example.com")]
    [InlineData("serviceAccount:flow-test.svc.id.goog[ns/app]")]
    [InlineData("serviceAccount:example.com:proj.svc.id.goog[ns/app]")]
    [InlineData(
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/repo:org/app:ref:refs/heads/feature/x#1"
    )]
    [InlineData("principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*")]
    public void OthersStayThem(string principal) => Assert.Equal(StoreKind.Gcp, Principals.KindOf(principal));
}
