using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.Workloads;

/// <summary>What keeps a workload from running with a new value, with the command that mends it.</summary>
internal static class KubernetesErrors
{
    private const string Again = "Then run the same command again.";

    public static FlowSecretException Paused(KubernetesPlace place) =>
        Failed(place, $"{place} is paused, so it does not get new values", $"Resume it: {place.Command($"rollout resume")}. {Again}");

    /// <param name="barrier">Why not all of its pods follow.</param>
    public static FlowSecretException Barred(KubernetesPlace place, string barrier) =>
        Failed(
            place,
            $"{place} cannot be deployed whole: {barrier}",
            $"Let it follow its template (updateStrategy RollingUpdate without a partition): {place.Command($"edit")}. {Again}"
        );

    /// <summary>The template has a value itself.</summary>
    public static FlowSecretException Plain(KubernetesPlace place, SecretShortfall shortfall) =>
        Failed(
            place,
            $"{Sentence(place, shortfall)}, which nothing renews",
            $"Take the value from a Kubernetes Secret (valueFrom.secretKeyRef): {place.Command($"edit")}. {Again}"
        );

    /// <summary>No operator fills the Kubernetes Secret.</summary>
    public static FlowSecretException NotFed(KubernetesPlace place, SecretShortfall shortfall) =>
        Failed(
            place,
            $"{Sentence(place, shortfall)}, and no ExternalSecret owns that Kubernetes Secret to renew it",
            $"Renew it the way it is made, or let an ExternalSecret own it. Look at it: "
                + $"{place.Command($"describe", "secret", shortfall.KubernetesSecret!)}. {Again}"
        );

    /// <param name="why">What of its specification.</param>
    public static FlowSecretException NeverRefreshed(KubernetesPlace place, RefreshNeed need, string why) =>
        Failed(
            place,
            $"{Sentence(place, need.StoreName, need.What)}, and the ExternalSecret {place.Namespace}/{need.ExternalSecret}, which makes "
                + $"it, reads its store only once ({why})",
            $"Give it refreshPolicy Periodic or OnChange: "
                + $"{place.Command($"edit", KubernetesNamespace.ExternalSecret, need.ExternalSecret)}. {Again}"
        );

    /// <param name="says">What the operator says of the last attempt.</param>
    public static FlowSecretException NotSynced(KubernetesPlace place, RefreshNeed need, string says, TimeSpan timeout) =>
        TimedOut(
            place,
            $"The ExternalSecret {place.Namespace}/{need.ExternalSecret} did not bring the current value within "
                + $"{(int)timeout.TotalSeconds} s: {need.What}{says}",
            $"Look at its events: {place.Command($"describe", KubernetesNamespace.ExternalSecret, need.ExternalSecret)}. {Again}"
        );

    /// <param name="pods">What its pods wait for; empty: nothing is known.</param>
    public static FlowSecretException NotProgressing(KubernetesPlace place, KubernetesStatus status, string pods) =>
        Failed(place, $"The rollout of {place} makes no progress{RemoteText.Quote(status.Detail)}{Of(pods)}", LookOrBack(place));

    /// <param name="rest">What is missing still.</param>
    public static FlowSecretException TimedOut(KubernetesPlace place, string rest, string pods, TimeSpan timeout) =>
        TimedOut(place, $"The rollout of {place} is not over after {(int)timeout.TotalSeconds} s: {rest}{Of(pods)}", LookOrBack(place));

    public static FlowSecretException NoMark(KubernetesPlace place, string mark) =>
        new(ErrorIds.BadArgument, place.Workload, $"'{mark}' is no deployment of {place}", "Give what the redeployment returned.");

    public static FlowSecretException BadContainer(KubernetesPlace place, string cause, IEnumerable<JsonObject> containers) =>
        new(
            ErrorIds.BadArgument,
            place.Workload,
            cause,
            $"Name one of its containers (-Container, or 'container' of the catalog's workload): "
                + $"{string.Join(", ", containers.Select(static c => c.Text("name")).OfType<string>())}."
        );

    public static FlowSecretException NoKubernetesSecret(KubernetesPlace place, string variable) =>
        new(
            ErrorIds.BadArgument,
            place.Workload,
            $"Which Kubernetes Secret {variable} of {place} is taken from is not known",
            "Name it: -KubernetesSecret NAME; and its key, if that is not the variable's name: -KubernetesKey KEY."
        );

    public static FlowSecretException NoPin(KubernetesPlace place, string variable) =>
        new(
            ErrorIds.BadArgument,
            place.Workload,
            $"{variable} of {place} cannot be pinned to a version: a Kubernetes Secret has only one",
            "Leave -Pin out, or pin it where the Kubernetes Secret is made (remoteRef.version of the ExternalSecret)."
        );

    public static FlowSecretException Foreign(KubernetesPlace place, string variable, string secret, string key) =>
        new(
            ErrorIds.Conflict,
            place.Workload,
            $"The variable {variable} of {place} is there, but is not taken from the key '{key}' of the Kubernetes Secret '{secret}'",
            "Take it out by hand if it is not needed, or name what it carries: -KubernetesSecret, -KubernetesKey."
        );

    private static string Sentence(KubernetesPlace place, SecretShortfall shortfall) =>
        Sentence(place, shortfall.StoreName, shortfall.What);

    private static string Sentence(KubernetesPlace place, string storeName, string what) =>
        $"{place} would not get the current value of '{storeName}': {what}";

    private static string Of(string pods) => pods.Length == 0 ? "" : $"; {pods}";

    private static Remedy LookOrBack(KubernetesPlace place) =>
        $"Look at it: {place.Command($"rollout status")}; {place.Command($"describe")}. Back to the one before: "
        + $"{place.Command($"rollout undo")}";

    private static FlowSecretException Failed(KubernetesPlace place, string cause, Remedy remedy) =>
        new(ErrorIds.WorkloadFailed, place.Workload, cause, remedy);

    private static FlowSecretException TimedOut(KubernetesPlace place, string cause, Remedy remedy) =>
        new(ErrorIds.WorkloadTimedOut, place.Workload, cause, remedy);
}
