using System.Diagnostics;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;
using FlowSecrets.Tests.Transport;

namespace FlowSecrets.Tests.Kubernetes.Workloads;

/// <summary>What kubectl and the cluster refuse, and what a kubectl does that is none.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class KubernetesFailureTests
{
    private const string Correct =
        "Correct namespace, name and context in the catalog's 'workloads'. Contexts: kubectl config get-contexts";

    [Theory]
    [InlineData("shop", "deployments.apps \"api\" not found")]
    [InlineData("other", "namespaces \"shop\" not found")]
    public async Task AnAbsentWorkloadIsNotFound(string space, string said)
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        setting.Fake.AddServiceAccount(space, "default");
        FlowSecretException error = await setting.FailsAsync(
            ErrorIds.WorkloadNotFound,
            StoreKind.Gcp,
            ("namespace", "shop"),
            ("context", "test"),
            ("deployment", "api")
        );
        Assert.Equal(
            $"There is no deployment shop/api in the cluster of the context 'test': \"Error from server (NotFound): {said}\".",
            error.Cause
        );
        Assert.Equal((Correct, "deployment shop/api"), (error.Remedy, error.Target));
    }

    [Fact]
    public async Task AnAbsentServiceAccountIsNotFound()
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        setting.Fake.AddDeployment("shop", "api", "gone");
        FlowSecretException error = await setting.FailsAsync(
            ErrorIds.WorkloadNotFound,
            StoreKind.Gcp,
            ("namespace", "shop"),
            ("deployment", "api")
        );
        Assert.StartsWith("There is no serviceaccount shop/gone in the cluster of kubectl's current context:", error.Cause);
    }

    [Theory]
    [InlineData("deployments", "deployment shop/api")]
    [InlineData("serviceaccounts", "serviceaccount shop/runner")]
    public async Task WhatMayNotBeSeenIsDenied(string plural, string target)
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        setting.Fake.AddDeployment("shop", "api", "runner");
        setting.Fake.AddServiceAccount("shop", "runner", ("iam.gke.io/gcp-service-account", "a@b.iam.gserviceaccount.com"));
        setting.Fake.Deny("get", plural);
        FlowSecretException error = await setting.FailsAsync(
            ErrorIds.AccessDenied,
            StoreKind.Gcp,
            ("namespace", "shop"),
            ("context", "test"),
            ("deployment", "api")
        );
        Assert.Equal(
            (
                AccessCauses.NoGrant,
                target,
                "Let its administrator allow 'get' on it. What you may: kubectl --context 'test' auth can-i --list"
            ),
            (error.AccessCause, error.Target, error.Remedy)
        );
        Assert.StartsWith($"The cluster does not let you see {target}: \"Error from server (Forbidden): ", error.Cause);
    }

    [Fact]
    public async Task AnUnknownContextIsSaid()
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        FlowSecretException error = await setting.FailsAsync(
            ErrorIds.WorkloadNotFound,
            StoreKind.Gcp,
            ("context", "nope"),
            ("deployment", "api")
        );
        Assert.Equal(
            (
                "kubectl does not know the context 'nope', in which deployment default/api is looked for.",
                "Correct 'context' in the catalog's 'workloads', or make it. There are: kubectl config get-contexts"
            ),
            (error.Cause, error.Remedy)
        );
        Assert.Empty(setting.Fake.Calls);
    }

    [Fact]
    public async Task RefusedCredentialsAreNotTheClustersAbsence()
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        setting.Kubectl("echo 'error: You must be logged in to the server (Unauthorized)' >&2; exit 1");
        FlowSecretException error = await setting.FailsAsync(
            ErrorIds.NotAuthenticated,
            StoreKind.Gcp,
            ("context", "test"),
            ("deployment", "api")
        );
        Assert.Equal(
            (AccessCauses.NotAuthenticated, "Log in to it again, until this shows who you are: kubectl --context 'test' auth whoami"),
            (error.AccessCause, error.Remedy)
        );
    }

    [Fact]
    public async Task AClusterThatIsNotThereIsQuotedWithoutKubectlsLog()
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        setting.Sandbox.Write("config", KubernetesSetting.Configuration("test", new Uri("http://127.0.0.1:1")));
        FlowSecretException error = await setting.FailsAsync(
            ErrorIds.StoreUnavailable,
            StoreKind.Gcp,
            ("context", "test"),
            ("deployment", "api")
        );
        Assert.Equal(
            (
                "kubectl failed: \"The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?\" "
                    + "(the context 'test').",
                "See whether it reaches the cluster: kubectl --context 'test' cluster-info"
            ),
            (error.Cause, error.Remedy)
        );
    }

    /// <summary>A configuration can name programs that kubectl starts for a login.</summary>
    [Theory]
    [InlineData("deployment")]
    [InlineData("namespace")]
    [InlineData("context")]
    public async Task ACatalogsNameIsNoOption(string setting)
    {
        await using KubernetesSetting cluster = await KubernetesSetting.StartAsync();
        string evil = cluster.Sandbox.Write(
            "evil",
            KubernetesSetting.Configuration(
                "test",
                new Uri("https://127.0.0.1:1"),
                $"{{ exec: {{ apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: touch, args: [ "
                    + $"'{cluster.Sandbox.File("started")}' ] }} }}"
            )
        );
        Dictionary<string, string> settings = new() { ["deployment"] = "api", [setting] = $"--kubeconfig={evil}" };
        await Assert.ThrowsAsync<FlowSecretException>(() =>
            cluster.IdentityAsync(StoreKind.Gcp, [.. settings.Select(static s => (s.Key, s.Value))])
        );
        Assert.Single(cluster.Runs);
        Assert.False(File.Exists(cluster.Sandbox.File("started")));
    }

    [Fact]
    public async Task WithoutKubectlItIsSaidHowToGetIt()
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        File.Delete(setting.Sandbox.File("bin/kubectl"));
        FlowSecretException error = await setting.FailsAsync(ErrorIds.KubectlMissing, StoreKind.Gcp, ("deployment", "api"));
        Assert.Equal(
            (
                "kubectl is not on PATH, and Kubernetes is reached through it.",
                "Install it: https://kubernetes.io/docs/tasks/tools/; it must be on PATH"
            ),
            (error.Cause, error.Remedy)
        );
    }

    [Fact]
    public async Task AKubectlThatIsNoProgramIsSaid()
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        File.SetUnixFileMode(setting.Sandbox.File("bin/kubectl"), UnixFileMode.UserRead);
        FlowSecretException error = await setting.FailsAsync(ErrorIds.KubectlMissing, StoreKind.Gcp, ("deployment", "api"));
        Assert.Equal($"'{setting.Sandbox.File("bin/kubectl")}' could not be started.", error.Cause);
    }

    [Fact]
    public async Task AHangingKubectlIsKilledWhenTheCallIsCancelled()
    {
        await using KubernetesSetting setting = await KubernetesSetting.StartAsync();
        string file = setting.Sandbox.File("pid");
        setting.Kubectl($"sleep 60 & echo $! > '{file}.new'; mv '{file}.new' '{file}'; wait");
        await Cancelling.EndsWithinASecondAsync(
            ct => setting.IdentityAsync(StoreKind.Gcp, ct, ("deployment", "api")),
            UntilAsync(() => File.Exists(file))
        );
        string process = $"/proc/{File.ReadAllText(file).Trim()}";
        Assert.SkipUnless(Directory.Exists("/proc/self"), "Without /proc nobody sees whether its child ended.");
        await UntilAsync(() => !Directory.Exists(process) || File.ReadAllText(process + "/stat").Contains(") Z", StringComparison.Ordinal));
    }

    private static async Task UntilAsync(Func<bool> happened)
    {
        long start = Stopwatch.GetTimestamp();
        while (!happened())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10), "It did not happen.");
            await Task.Delay(10);
        }
    }
}
