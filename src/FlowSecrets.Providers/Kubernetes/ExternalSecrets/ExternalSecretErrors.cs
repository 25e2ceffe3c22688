using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Kubernetes.ExternalSecrets;

/// <summary>What keeps an ExternalSecret from being read or refreshed, with the command that fixes it.</summary>
internal static class ExternalSecretErrors
{
    /// <param name="why">In the words of the manifest.</param>
    public static FlowSecretException NeverRefreshed(ExternalSecretInfo item, string why) =>
        new(
            ErrorIds.ExternalSecretNeverRefreshed,
            item.Name,
            $"The operator reads the store for {item} only once ({why}), so no refresh can come",
            why == "refreshInterval 0"
                ? $"Give it an interval: {item.Space.Patch(KubernetesNamespace.ExternalSecret, item.Name, """{"spec":{"refreshInterval":"1h"}}""")}"
                : $"Let it be read again: {item.Space.Patch(KubernetesNamespace.ExternalSecret, item.Name, """{"spec":{"refreshPolicy":"Periodic"}}""")}"
        );

    /// <param name="says">What the operator says of the last attempt.</param>
    public static FlowSecretException TimedOut(ExternalSecretInfo item, string what, string says, TimeSpan timeout) =>
        new(
            ErrorIds.ExternalSecretTimedOut,
            item.Name,
            $"{item} did not bring the value within {(int)timeout.TotalSeconds} s: {what}{says}",
            $"Find out why: {Shell($"Test-FlowExternalSecret {item.Space.Arguments(item.Name)}")}"
        );

    public static FlowSecretException NoNamespace(ClusterSpace space) =>
        new(
            ErrorIds.ExternalSecretNotFound,
            space.Namespace,
            $"There is no {space}",
            $"Name another one (-Namespace, or 'namespace' in the catalog). There are: {space.Everywhere(Shell($"get namespaces"))}"
        );

    public static FlowSecretException NotServed(ClusterSpace space, string kind, FlowSecretException cause) =>
        cause.With(
            target: kind,
            cause: $"The cluster of {(space.Context is null ? "kubectl's current context" : $"the context '{space.Context}'")} does not "
                + $"serve {kind}, so the External Secrets Operator is not installed there, or is not complete",
            remedy: $"Install it, or look at what is there: {space.Everywhere(Shell($"get customresourcedefinitions --selector=external-secrets.io/component=controller"))}"
        );
}
