using FlowSecrets.CloudFakes.Kubernetes;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Kubernetes;
using FlowSecrets.Providers.Kubernetes.Workloads;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Kubernetes.Workloads;

/// <summary>
/// A cluster on this machine, and the real kubectl with a configuration that knows it as the context 'test' and nothing else of this
/// machine's.
/// </summary>
internal sealed class KubernetesSetting : IAsyncDisposable
{
    private KubernetesSetting(KubernetesFake fake) => Fake = fake;

    public KubernetesFake Fake { get; }

    public Sandbox Sandbox { get; } = new();

    /// <summary>The arguments of each run, a line each.</summary>
    public string[] Runs => File.Exists(Sandbox.File("bin/runs")) ? File.ReadAllLines(Sandbox.File("bin/runs")) : [];

    public static async Task<KubernetesSetting> StartAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "kubectl's configuration is given by a shell script.");
        string kubectl = Tool.Require("kubectl");
        KubernetesSetting setting = new(await KubernetesFake.StartAsync());
        Sandbox sandbox = setting.Sandbox;
        sandbox.Write("config", Configuration("test", setting.Fake.Endpoint));
        setting.Kubectl(
            $"export KUBECONFIG='{sandbox.File("config")}' KUBECACHEDIR='{sandbox.File("cache")}' HOME='{sandbox.Folder}' "
                + $"NO_PROXY=127.0.0.1\nexec '{kubectl}' \"$@\""
        );
        return setting;
    }

    public static string Configuration(string context, Uri server, string user = "{ }") =>
        $$"""
            apiVersion: v1
            kind: Config
            clusters: [ { name: c, cluster: { server: "{{server.AbsoluteUri.TrimEnd('/')}}" } } ]
            users: [ { name: u, user: {{user}} } ]
            contexts: [ { name: {{context}}, context: { cluster: c, user: u } } ]
            current-context: {{context}}

            """;

    /// <summary>Puts a program in kubectl's place.</summary>
    public void Kubectl(string script)
    {
        string path = Sandbox.Write("bin/kubectl", $"#!/bin/sh\necho \"$@\" >> '{Sandbox.File("bin/runs")}'\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public Task<WorkloadIdentity> IdentityAsync(StoreKind store, params (string Key, string Value)[] settings) =>
        IdentityAsync(store, CancellationToken.None, settings);

    public Task<WorkloadIdentity> IdentityAsync(
        StoreKind store,
        CancellationToken cancellationToken,
        params (string Key, string Value)[] settings
    )
    {
        CatalogWorkload workload = new("api", "kubernetes", settings.ToDictionary(static s => s.Key, static s => s.Value));
        return new KubernetesWorkload(workload, store, name => name == "PATH" ? Sandbox.File("bin") : null).IdentityAsync(
            cancellationToken
        );
    }

    public async Task<FlowSecretException> FailsAsync(string id, StoreKind store, params (string Key, string Value)[] settings)
    {
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => IdentityAsync(store, settings));
        Assert.Equal(id, error.Id);
        return error;
    }

    public ValueTask DisposeAsync()
    {
        Sandbox.Dispose();
        return Fake.DisposeAsync();
    }
}
