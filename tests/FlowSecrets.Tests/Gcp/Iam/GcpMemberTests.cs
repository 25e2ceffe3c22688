using FlowSecrets.Providers.Gcp.Iam;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>Whom a member of a policy means.</summary>
public sealed class GcpMemberTests
{
    private const string Dev = "user:dev@example.com";
    private const string Api = "serviceAccount:api@p.iam.gserviceaccount.com";
    private const string Pool = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci";
    private const string Job = "principal://" + Pool + "/subject/repo:org/app:ref:refs/heads/main";

    [Theory]
    [InlineData(Dev, Dev, true)]
    [InlineData("user:Dev@Example.com", Dev, true)]
    [InlineData(Dev, Api, false)]
    [InlineData("user:api@p.iam.gserviceaccount.com", Api, false)]
    [InlineData("allUsers", Job, true)]
    [InlineData("allAuthenticatedUsers", Dev, true)]
    [InlineData("allAuthenticatedUsers", Api, true)]
    [InlineData("allAuthenticatedUsers", Job, false)]
    [InlineData("domain:EXAMPLE.com", Dev, true)]
    [InlineData("domain:example.com", "user:dev@sub.example.com", false)]
    [InlineData("domain:p.iam.gserviceaccount.com", Api, false)]
    [InlineData("group:devs@example.com", Dev, null)]
    [InlineData("group:devs@example.com", "group:Devs@example.com", true)]
    [InlineData("projectOwner:p", Dev, null)]
    [InlineData("deleted:user:dev@example.com?uid=1", Dev, false)]
    [InlineData(Job, Job, true)]
    [InlineData("principal://" + Pool + "/subject/REPO:org/app:ref:refs/heads/main", Job, false)]
    [InlineData("principalSet://" + Pool + "/*", Job, true)]
    [InlineData("principalSet://" + Pool + "2/*", Job, false)]
    [InlineData("principalSet://" + Pool + "/attribute.repository/org/app", Job, true)]
    [InlineData("principalSet://" + Pool + "/attribute.repository/org/other", Job, false)]
    [InlineData("principalSet://" + Pool + "/attribute.environment/prod", Job, null)]
    [InlineData("principalSet://" + Pool + "/*", Dev, false)]
    [InlineData("principalSet://cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount", Api, null)]
    public void AMemberHolds(string member, string principal, bool? holds) => Assert.Equal(holds, GcpMember.Holds(member, principal));

    [Theory]
    [InlineData("principalSet://goog/public:all", Job, true)]
    [InlineData("principal://goog/subject/Dev@example.com", Dev, true)]
    [InlineData("principal://goog/subject/dev@example.com", Api, false)]
    [InlineData("principal://iam.googleapis.com/projects/-/serviceAccounts/api@p.iam.gserviceaccount.com", Api, true)]
    [InlineData("principal://iam.googleapis.com/projects/-/serviceAccounts/api@p.iam.gserviceaccount.com", Dev, false)]
    [InlineData("principalSet://goog/group/devs@example.com", Dev, null)]
    [InlineData("principalSet://goog/cloudIdentityCustomerId/C1", Dev, null)]
    [InlineData("principalSet://" + Pool + "/*", Job, true)]
    [InlineData(Job, Job, true)]
    public void ADenyRuleNamesThemOtherwise(string denied, string principal, bool? is_) =>
        Assert.Equal(is_, GcpMember.IsDenied(denied, principal));

    [Theory]
    [InlineData("user:A@x.com", "user:a@x.com", true)]
    [InlineData("user:a@x.com", "group:a@x.com", false)]
    [InlineData(Job + "A", Job + "a", false)]
    public void OnlyAddressesAreTheSameInEitherCase(string member, string other, bool same)
    {
        Assert.Equal(same, GcpMember.IsSame(member, other));
        Assert.Equal(same, GrantMarks.Key(member, "r", null) == GrantMarks.Key(other, "r", null));
    }
}
