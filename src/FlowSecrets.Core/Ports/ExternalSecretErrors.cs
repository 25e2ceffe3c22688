using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Ports;

/// <summary>What keeps an ExternalSecret from being read or refreshed, with the command that fixes it.</summary>
internal static class ExternalSecretErrors
{
    private const string Kind = "externalsecret";

    /// <param name="why">In the words of the manifest.</param>
    public static FlowSecretException NeverRefreshed(ExternalSecretInfo item, string why) =>
        new(
            ErrorIds.ExternalSecretNeverRefreshed,
            item.Name,
            $"The operator reads the store for {item} only once ({why}), so no refresh can come",
            $"Let it be read again: {item.Space.Patch(Kind, item.Name, PatchOf(why))}"
        );

    /// <summary>What makes the operator read again, as a merge patch.</summary>
    public static string PatchOf(string why) =>
        why == "refreshInterval 0" ? """{"spec":{"refreshInterval":"1h"}}""" : """{"spec":{"refreshPolicy":"Periodic"}}""";

    /// <param name="store">Null: it is not known.</param>
    public static FlowSecretException NotComparable(
        ExternalSecretInfo item,
        ExternalStoreInfo? store,
        string? unreadable,
        string version
    ) =>
        new(
            ErrorIds.BadArgument,
            item.Name,
            store is null
                ? $"Which store {item} reads is not known{(unreadable is null ? "" : $" ({unreadable})")}, so version {version} cannot be "
                    + "compared"
                : $"{item} reads {store} ({store.Provider}), whose versions are not known here, so version {version} cannot be compared",
            $"Leave -Version out: {Shell($"Sync-FlowExternalSecret {item.Space.Arguments(item.Name)} -Wait")}"
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
            remedy: $"Look which of its kinds are there: {space.Everywhere(
                Shell($"get customresourcedefinitions --selector=external-secrets.io/component=controller"))}"
        );
}
