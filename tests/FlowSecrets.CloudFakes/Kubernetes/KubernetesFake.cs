using FlowSecrets.CloudFakes.Hosting;
using FlowSecrets.CloudFakes.Kubernetes;

namespace FlowSecrets.CloudFakes;

/// <summary>A Kubernetes API server, as far as kubectl needs it to read workloads and service accounts. Plain http: kubectl sends it no credentials.</summary>
public sealed class KubernetesFake : CloudFake
{
    private readonly KubernetesCluster _cluster = new();
    private readonly KubernetesOperations _operations;

    private KubernetesFake(int port)
        : base(port) => _operations = new KubernetesOperations(_cluster, (operation, name) => Faults.DenialOf(operation, name));

    public static async Task<KubernetesFake> StartAsync(int port = 0)
    {
        KubernetesFake fake = new(port);
        await fake.ListenAsync();
        return fake;
    }

    /// <param name="serviceAccount">Null: it names none, which means the namespace's 'default'.</param>
    public void AddDeployment(string space, string name, string? serviceAccount = null) => _cluster.Put(KubernetesKind.Deployment, space, name, KubernetesObjects.Workload(serviceAccount));

    /// <inheritdoc cref="AddDeployment"/>
    public void AddStatefulSet(string space, string name, string? serviceAccount = null) => _cluster.Put(KubernetesKind.StatefulSet, space, name, KubernetesObjects.Workload(serviceAccount));

    /// <inheritdoc cref="AddDeployment"/>
    public void AddDaemonSet(string space, string name, string? serviceAccount = null) => _cluster.Put(KubernetesKind.DaemonSet, space, name, KubernetesObjects.Workload(serviceAccount));

    public void AddServiceAccount(string space, string name, params (string Key, string Value)[] annotations) => _cluster.Put(KubernetesKind.ServiceAccount, space, name, KubernetesObjects.Annotated(annotations));

    /// <summary>Forbids a verb on a kind, by its plural: get, deployments. Null: of every name.</summary>
    public void Deny(string verb, string plural, string? name = null) => Faults.Deny($"{verb} {plural}", name);

    private protected override Call Route(ApiRequest request) => KubernetesCall.Of(request);

    private protected override Reply Answer(Call call)
    {
        try
        {
            return _operations.Run((KubernetesCall)call);
        }
        catch (KubernetesError error)
        {
            return KubernetesReply.Of(error);
        }
    }

    private protected override Reply Failure(Fault fault, Call call) => KubernetesReply.Of(fault switch
    {
        Fault.Throttle => new KubernetesError(429, "TooManyRequests", "the server has received too many requests and has asked us to try again later"),
        Fault.Unavailable => new KubernetesError(503, "ServiceUnavailable", "the server is currently unable to handle the request"),
        _ => new KubernetesError(500, "InternalError", "Internal error occurred: etcdserver: request timed out"),
    });
}
