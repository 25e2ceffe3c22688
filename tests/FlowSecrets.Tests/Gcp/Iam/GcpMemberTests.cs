using FlowSecrets.Providers.Gcp.Iam;

namespace FlowSecrets.Tests.Gcp.Iam;

/// <summary>Whom a member of a policy means.</summary>
public sealed class GcpMemberTests
{
    private const string Dev = "user:dev@example.com";
    private const string Api = "serviceAccount:api@p.iam.gserviceaccount.com";
    private const string Pool = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci";
    private const string Resources = "principalSet://cloudresourcemanager.googleapis.com/";
    private const string Workforce = "iam.googleapis.com/locations/global/workforcePools/staff";
    private const string Employee = "principal://" + Workforce + "/subject/dev";
    private const string Gke = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p.svc.id.goog";
    private const string Pod = "principal://" + Gke + "/subject/ns/ns/sa/sa";
    private const string Legacy = "serviceAccount:p.svc.id.goog[ns/sa]";
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
    [InlineData("principalSet://" + Pool + "/attribute.repository/org/app", Job, null)]
    [InlineData("principalSet://" + Pool + "/attribute.repository/org/other", Job, null)]
    [InlineData("principalSet://" + Pool + "/group/devs", Job, null)]
    [InlineData("principalSet://" + Pool + "2/attribute.repository/org/app", Job, false)]
    [InlineData("principalSet://" + Pool + "/attribute.environment/prod", Job, null)]
    [InlineData("principalSet://" + Pool + "/*", Dev, false)]
    [InlineData(Resources + "projects/1/type/ServiceAccount", Api, null)]
    [InlineData(Resources + "projects/1/type/ServiceAccount", Dev, false)]
    [InlineData(Resources + "projects/1/type/ServiceAgent", Job, false)]
    [InlineData(Resources + "projects/1", Job, null)]
    [InlineData(Resources + "folders/2", Dev, null)]
    [InlineData(Resources + "organizations/3", Api, null)]
    [InlineData(Resources + "organizations/3", Employee, null)]
    [InlineData("principalSet://" + Workforce + "/*", Employee, true)]
    [InlineData("principalSet://" + Workforce + "/group/g", Employee, null)]
    [InlineData("principalSet://" + Workforce + "/*", Job, false)]
    [InlineData("principalSet://goog/cloudIdentityCustomerId/C1", Dev, null)]
    [InlineData("principalSet://other.googleapis.com/things/1", Dev, null)]
    [InlineData("principal://other.googleapis.com/things/1", Dev, null)]
    [InlineData("robot:r2", Dev, null)]
    [InlineData("domain:example.com", "group:devs@example.com", null)]
    [InlineData("allAuthenticatedUsers", "group:devs@example.com", null)]
    [InlineData(Legacy, Pod, null)]
    [InlineData(Pod, Legacy, null)]
    [InlineData("serviceAccount:p.svc.id.goog[ns/other]", Pod, false)]
    [InlineData("serviceAccount:q.svc.id.goog[ns/sa]", Pod, false)]
    [InlineData("principalSet://" + Gke + "/namespace/ns", Pod, true)]
    [InlineData("principalSet://" + Gke + "/namespace/other", Pod, false)]
    [InlineData("principalSet://" + Gke + "/kubernetes.cluster/c", Pod, null)]
    [InlineData("principalSet://" + Gke + "/*", Pod, true)]
    [InlineData("principalSet://" + Gke + "/*", Legacy, null)]
    [InlineData("principal://" + Gke + "/kubernetes.serviceaccount.uid/1", Pod, null)]
    [InlineData(Legacy, Api, false)]
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
    [InlineData(Dev, "principal://goog/subject/dev@example.com")]
    [InlineData(Api, "principal://iam.googleapis.com/projects/-/serviceAccounts/api@p.iam.gserviceaccount.com")]
    [InlineData("group:devs@example.com", "principalSet://goog/group/devs@example.com")]
    [InlineData(Job, Job)]
    [InlineData("domain:example.com", null)]
    [InlineData(Legacy, null)]
    public void AnExceptionIsWrittenAsDenyRulesWriteIt(string principal, string? form)
    {
        Assert.Equal(form, GcpMember.ForDeny(principal));
        Assert.True(form is null || GcpMember.IsDenied(form, principal) == true);
    }

    [Theory]
    [InlineData("secretmanager.googleapis.com/versions.access", true)]
    [InlineData("secretmanager.googleapis.com/versions.*", true)]
    [InlineData("secretmanager.googleapis.com/*.access", true)]
    [InlineData("secretmanager.googleapis.com/*.*", true)]
    [InlineData("secretmanager.googleapis.com/*", null)]
    [InlineData("*.*", null)]
    [InlineData("secretmanager.versions.access", null)]
    [InlineData("secretmanager.googleapis.com/versions.acc*", null)]
    [InlineData("secretmanager.googleapis.com/versions.add", false)]
    [InlineData("secretmanager.googleapis.com/*.add", false)]
    [InlineData("secretmanager.googleapis.com/secrets.*", false)]
    [InlineData("iam.googleapis.com/*.*", false)]
    public void ADenyRuleNamesGroupsOfPermissions(string name, bool? means) =>
        Assert.Equal(means, GcpDenyPermissions.Name([name], "secretmanager.versions.access"));

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
