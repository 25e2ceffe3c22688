using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>
/// A Kubernetes API server, as far as kubectl needs it to read and deploy workloads, with the External Secrets Operator. Plain http:
/// kubectl sends it no credentials.
/// </summary>
public sealed class KubernetesFake : CloudFake
{
    private readonly KubernetesCluster _cluster = new();
    private readonly KubernetesRollouts _rollouts;
    private readonly KubernetesOperator _operator;
    private readonly KubernetesOperations _operations;

    private KubernetesFake(int port)
        : base(port)
    {
        _rollouts = new KubernetesRollouts(() => Now);
        _operator = new KubernetesOperator(_cluster, () => Now);
        _operations = new KubernetesOperations(_cluster, _rollouts, _operator, (operation, name) => Faults.DenialOf(operation, name));
    }

    /// <summary>How often a workload is read until its rollout is over.</summary>
    public int RolloutReads
    {
        get => _rollouts.Reads;
        set => _rollouts.Reads = value;
    }

    /// <summary>How often pods are listed until the old ones have ended, after the rollout.</summary>
    public int LingeringReads
    {
        get => _rollouts.Lingering;
        set => _rollouts.Lingering = value;
    }

    /// <summary>Rollouts come to no end; a Deployment says this of it, past its progress deadline. Null: they succeed.</summary>
    public string? RolloutFailure
    {
        get => _rollouts.Failure;
        set => _rollouts.Failure = value;
    }

    /// <summary>What the container of a new pod waits for until the rollout is over: CrashLoopBackOff. Null: nothing.</summary>
    public string? PodsWaitFor
    {
        get => _rollouts.Waiting;
        set => _rollouts.Waiting = value;
    }

    /// <summary>What an ExternalSecret of that name gets from its store.</summary>
    public Func<string, IReadOnlyDictionary<string, string>>? Source
    {
        get => _operator.Source;
        set => _operator.Source = value;
    }

    /// <summary>
    /// What the operator reads of a cloud: the value, or an error in the provider's words (<see cref="ExternalReadException"/>). With it
    /// the operator follows the manifests and their stores; without it <see cref="Source"/> says what is delivered.
    /// </summary>
    public Func<ExternalRead, string>? Cloud
    {
        get => _operator.Cloud;
        set => _operator.Cloud = value;
    }

    /// <summary>A group of kinds that is not installed, such as external-secrets.io. Null: all are.</summary>
    public string? NotInstalled
    {
        get => _operations.Hidden;
        set => _operations.Hidden = value;
    }

    /// <summary>What a schema says of an object that is created; null: nothing is checked.</summary>
    public Func<JsonObject, IReadOnlyList<string>>? Schema
    {
        get => _operations.Schema;
        set => _operations.Schema = value;
    }

    /// <summary>So many refreshes succeed, but get an older version.</summary>
    public int StaleSyncs
    {
        get => _operator.StaleSyncs;
        set => _operator.StaleSyncs = value;
    }

    /// <summary>Refreshes fail with this. Null: they do not.</summary>
    public string? SyncError
    {
        get => _operator.Error;
        set => _operator.Error = value;
    }

    /// <summary>So many refreshes there were.</summary>
    public int Syncs => _operator.Syncs;

    /// <summary>So many changes come after one of somebody else's.</summary>
    public int Conflicts
    {
        get => _operations.Conflicts;
        set => _operations.Conflicts = value;
    }

    public static async Task<KubernetesFake> StartAsync(int port = 0)
    {
        KubernetesFake fake = new(port);
        await fake.ListenAsync();
        return fake;
    }

    /// <param name="serviceAccount">Null: it names none, which means the namespace's 'default'.</param>
    public void AddDeployment(string space, string name, string? serviceAccount = null) =>
        _cluster.Put(KubernetesKind.Deployment, space, name, KubernetesObjects.Workload(serviceAccount));

    /// <inheritdoc cref="AddDeployment"/>
    public void AddStatefulSet(string space, string name, string? serviceAccount = null) =>
        _cluster.Put(KubernetesKind.StatefulSet, space, name, KubernetesObjects.Workload(serviceAccount));

    /// <inheritdoc cref="AddDeployment"/>
    public void AddDaemonSet(string space, string name, string? serviceAccount = null) =>
        _cluster.Put(KubernetesKind.DaemonSet, space, name, KubernetesObjects.Workload(serviceAccount));

    public void AddServiceAccount(string space, string name, params (string Key, string Value)[] annotations) =>
        _cluster.Put(KubernetesKind.ServiceAccount, space, name, KubernetesObjects.Annotated(annotations));

    /// <summary>A workload of two pods, healthy.</summary>
    /// <param name="kind">deployment, statefulset or daemonset.</param>
    /// <param name="template">Of its pods: metadata and spec.</param>
    public void AddWorkload(string kind, string space, string name, JsonObject template) =>
        _cluster.Put(KubernetesKind.Of(kind), space, name, KubernetesObjects.Workload(name, template));

    /// <param name="externalSecret">What owns it; null: nothing.</param>
    public void AddSecret(string space, string name, IEnumerable<KeyValuePair<string, string>> data, string? externalSecret = null) =>
        _cluster.Put(KubernetesKind.Secret, space, name, KubernetesObjects.Secret(data, externalSecret, Now));

    /// <summary>It fills the Kubernetes Secret of its own name, whenever it is changed.</summary>
    public void AddExternalSecret(string space, string name, JsonObject? specification = null) =>
        _cluster.Put(
            KubernetesKind.ExternalSecret,
            space,
            name,
            new JsonObject { ["spec"] = specification?.DeepClone() ?? new JsonObject() }
        );

    /// <param name="space">Empty: a ClusterSecretStore.</param>
    /// <param name="content">Its spec; a status, if it has one already.</param>
    public void AddStore(string space, string name, JsonObject content) =>
        _cluster.Put(space.Length == 0 ? KubernetesKind.ClusterSecretStore : KubernetesKind.SecretStore, space, name, content);

    /// <summary>What the Secrets Store CSI driver has mounted into a pod.</summary>
    /// <param name="objects">Id and version, as its provider writes them.</param>
    public void AddMount(string space, string pod, string providerClass, bool isMounted, params (string Id, string Version)[] objects) =>
        _cluster.Put(
            KubernetesKind.PodStatus,
            space,
            $"{pod}-{space}-{providerClass}",
            new JsonObject
            {
                ["status"] = new JsonObject
                {
                    ["podName"] = pod,
                    ["secretProviderClassName"] = providerClass,
                    ["mounted"] = isMounted,
                    ["objects"] = new JsonArray([.. objects.Select(static o => new JsonObject { ["id"] = o.Id, ["version"] = o.Version })]),
                },
            }
        );

    /// <summary>A namespace with labels. Without them it is there when something is in it.</summary>
    public void AddNamespace(string name, JsonObject labels) =>
        _cluster.Put(
            KubernetesKind.Namespace,
            "",
            name,
            new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels.DeepClone() } }
        );

    /// <summary>The operator's Deployment. Without any, everything is refreshed all the same.</summary>
    public void AddOperator(string space, int replicas = 1, int ready = 1, string account = "external-secrets") =>
        _cluster.Put(KubernetesKind.Deployment, space, "external-secrets", KubernetesObjects.Operator(replicas, ready, account));

    /// <summary>A Warning event of an object.</summary>
    public void AddWarning(string space, string kind, string name, string message) =>
        KubernetesReconciler.Warn(_cluster, space, kind, name, message, Now);

    /// <summary>The operator looks at an ExternalSecret, as it does when its time has come.</summary>
    public void Reconcile(string space, string name) => _operator.Sync(space, name);

    public void Remove(string kind, string space, string name) => _cluster.Remove(KubernetesKind.Of(kind), space, name);

    /// <summary>Changes an object as its owner would.</summary>
    /// <param name="kind">In the singular.</param>
    public void Edit(string kind, string space, string name, Action<JsonObject> change) =>
        _cluster.Change(KubernetesKind.Of(kind), space, name, change);

    /// <summary>A copy of an object.</summary>
    /// <param name="kind">In the singular.</param>
    public JsonObject Object(string kind, string space, string name) =>
        _cluster.Find(KubernetesKind.Of(kind), space, name) ?? throw new InvalidOperationException($"There is no {kind} {space}/{name}.");

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

    private protected override Reply Failure(Fault fault, Call call) =>
        KubernetesReply.Of(
            fault switch
            {
                Fault.Throttle => new KubernetesError(
                    429,
                    "TooManyRequests",
                    "the server has received too many requests and has asked us to try again later"
                ),
                Fault.Unavailable => new KubernetesError(503, "ServiceUnavailable", "the server is currently unable to handle the request"),
                _ => new KubernetesError(500, "InternalError", "Internal error occurred: etcdserver: request timed out"),
            }
        );
}
