using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Kubernetes;

/// <summary>What the server does, by the verb and the kind. A further verb is a line here.</summary>
internal sealed class KubernetesOperations(KubernetesCluster cluster, Func<string, string?, Denial?> denial)
{
    public Reply Run(KubernetesCall call)
    {
        if (call is { Operation: KubernetesCall.GetNamespace, Space: { } asked })
        {
            return cluster.HasSpace(asked) ? KubernetesReply.Of(KubernetesObjects.Namespace(asked)) : throw KubernetesError.NoNamespace(asked);
        }

        if (call is not { Kind: { } kind, Space: { } space, Name: { } name })
        {
            return KubernetesDiscovery.Answer(call.Request) ?? throw KubernetesError.NoSuchPath();
        }

        string verb = call.Operation.Split(' ')[0];
        if (denial(call.Operation, name) is not null)
        {
            throw KubernetesError.Forbidden(verb, kind, space, name);
        }

        return verb switch
        {
            "get" => KubernetesReply.Of(cluster.Find(kind, space, name) ?? throw KubernetesError.NotFound(kind, name)),
            _ => throw KubernetesError.NoSuchVerb(),
        };
    }
}
