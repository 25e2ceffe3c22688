using FlowSecrets.CloudFakes.Kubernetes;
using FlowSecrets.Errors;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Kubernetes.Workloads;

/// <summary>As whom a workload runs in Kubernetes, by the real kubectl.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class KubernetesWorkloadTests
{
    private const string Gke = "iam.gke.io/gcp-service-account";
    private const string Eks = "eks.amazonaws.com/role-arn";
    private const string Email = "api@flow-test.iam.gserviceaccount.com";
    private const string Role = "arn:aws:iam::123456789012:role/api";

    [Theory]
    [InlineData("deployment")]
    [InlineData("statefulset")]
    [InlineData("daemonset")]
    public async Task AnAnnotationOfGkeNamesAServiceAccount(string kind)
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        setting.Fake.AddDeployment("shop", "api", "runner");
        setting.Fake.AddStatefulSet("shop", "api", "runner");
        setting.Fake.AddDaemonSet("shop", "api", "runner");
        setting.Fake.AddServiceAccount("shop", "runner", (Gke, Email), (Eks, Role));
        WorkloadIdentity identity = await setting.IdentityAsync(StoreKind.Gcp, ("context", "test"), ("namespace", "shop"), (kind, "api"));
        Assert.Equal(
            new WorkloadIdentity(
                $"serviceAccount:{Email}",
                $"{kind} shop/api runs as the service account shop/runner, whose annotation {Gke} names {Email}"
            ),
            identity
        );
        Assert.Equal([$"get {kind}s", "get serviceaccounts"], Objects(setting.Fake));
    }

    [Fact]
    public async Task AnAnnotationOfEksNamesARole()
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        setting.Fake.AddDeployment("shop", "api", "runner");
        setting.Fake.AddServiceAccount("shop", "runner", (Gke, Email), (Eks, Role));
        WorkloadIdentity identity = await setting.IdentityAsync(StoreKind.Aws, ("namespace", "shop"), ("deployment", "api"));
        Assert.Equal(
            new WorkloadIdentity(Role, $"deployment shop/api runs as the service account shop/runner, whose annotation {Eks} names {Role}"),
            identity
        );
    }

    [Fact]
    public async Task WithoutANamespaceAndAServiceAccountItIsTheDefaultOnes()
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        setting.Fake.AddDeployment("default", "api");
        setting.Fake.AddServiceAccount("default", "default", (Gke, Email));
        WorkloadIdentity identity = await setting.IdentityAsync(StoreKind.Gcp, ("deployment", "api"));
        Assert.Equal($"serviceAccount:{Email}", identity.Principal);
        Assert.StartsWith("deployment default/api runs as the service account default/default,", identity.Source);
    }

    [Theory]
    [InlineData(
        StoreKind.Gcp,
        "Google Cloud",
        Gke,
        "If it is let in directly, name it: -Principal "
            + "'principal://iam.googleapis.com/projects/PROJECT_NUMBER/locations/global/workloadIdentityPools/"
            + "PROJECT_ID.svc.id.goog/subject/ns/shop/sa/runner'"
    )]
    [InlineData(
        StoreKind.Aws,
        "AWS",
        Eks,
        "If it has one by EKS Pod Identity, name it: -Principal ROLE_ARN (aws eks list-pod-identity-associations --cluster-name CLUSTER "
            + "--namespace shop --service-account runner)"
    )]
    public async Task WithoutAnAnnotationTheOtherWaysAreSaid(StoreKind store, string cloud, string annotation, string remedy)
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        setting.Fake.AddDeployment("shop", "api", "runner");
        setting.Fake.AddServiceAccount("shop", "runner");
        FlowSecretException error = await setting.FailsAsync(
            ErrorIds.WorkloadNotFound,
            store,
            ("namespace", "shop"),
            ("deployment", "api")
        );
        Assert.Equal(
            (
                $"deployment shop/api runs as the service account shop/runner, which no annotation {annotation} binds to an identity of "
                    + $"{cloud}.",
                remedy,
                "api"
            ),
            (error.Cause, error.Remedy, error.Target)
        );
    }

    [Fact]
    public async Task WithoutAKindTheCatalogSaysTooLittle()
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        FlowSecretException error = await setting.FailsAsync(ErrorIds.BadArgument, StoreKind.Gcp, ("namespace", "shop"));
        Assert.Equal("Add 'deployment', 'statefulset' or 'daemonset' with its name to the catalog's workload.", error.Remedy);
        Assert.Empty(setting.Runs);
    }

    private static IEnumerable<string> Objects(KubernetesFake fake) =>
        fake.Calls.Select(static c => c.Operation).Where(static o => !o.Contains('/'));
}
