using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.ExternalSecrets;

/// <content>What is wrong with the store that an ExternalSecret names.</content>
internal sealed partial class ExternalSecretDiagnosis
{
    private async Task<ExternalFinding?> OfStoreAsync(
        ExternalSecretInfo item,
        ExternalStoreInfo? store,
        CancellationToken cancellationToken
    )
    {
        if (item.StoreName is not { } name)
        {
            return null;
        }

        if (store is null)
        {
            return _stores!.Unreadable is null ? await NoStoreAsync(item, name, cancellationToken) : null;
        }

        if (!store.IsForNamespace)
        {
            string condition = $"[{{\"op\":\"add\",\"path\":\"/spec/conditions/-\",\"value\":{{\"namespaces\":[\"{item.Namespace}\"]}}}}]";
            return new ExternalFinding(
                ExternalSecretCauses.StoreWrongNamespace,
                $"{store} is not for the namespace '{item.Namespace}': none of its conditions lets it in",
                $"Add the namespace to it: "
                    + $"{item.Space.Everywhere(Shell($"patch {"clustersecretstore"}/{name} --type=json --patch={condition}"))}"
            );
        }

        if (store.Ready is not { Status: "False" } ready)
        {
            return null;
        }

        string why =
            $"{store} is not ready: {ready.Reason}{RemoteText.Quote(ready.Message)}"
            + $"{(store.LastWarning is null ? "" : $"; its last warning{RemoteText.Quote(store.LastWarning)}")}";
        ExternalFinding? cloud = await OfIdentityAsync(item, store, cancellationToken);
        ClusterSpace at = item.Space with { Namespace = store.Namespace };
        return cloud
            ?? new ExternalFinding(
                ExternalSecretCauses.StoreNotReady,
                why,
                store.Namespace is null
                    ? Remedy.Of($"Look at it: {item.Space.Everywhere(Shell($"describe {"clustersecretstore"}/{name}"))}")
                    : Remedy.Of($"Look at it: {at.Command(Shell($"describe"), "secretstore", name)}")
            );
    }

    /// <summary>A store whose login fails is explained by the login.</summary>
    private async Task<ExternalFinding?> OfIdentityAsync(
        ExternalSecretInfo item,
        ExternalStoreInfo store,
        CancellationToken cancellationToken
    )
    {
        ExternalFinding? found = await OfCloudAsync(item, store, cancellationToken);
        return
            found?.Cause
                is ExternalSecretCauses.ServiceAccountNotFound
                    or ExternalSecretCauses.WorkloadIdentityMissing
                    or ExternalSecretCauses.IrsaTrustMissing
            ? found
            : null;
    }

    private async Task<ExternalFinding> NoStoreAsync(ExternalSecretInfo item, string name, CancellationToken cancellationToken)
    {
        string other = item.StoreKind == "SecretStore" ? "ClusterSecretStore" : "SecretStore";
        if (_stores!.All.Any(s => s.Kind == other && s.Name == name))
        {
            string patch = $"{{\"spec\":{{\"secretStoreRef\":{{\"kind\":\"{other}\"}}}}}}";
            return new ExternalFinding(
                ExternalSecretCauses.StoreWrongKind,
                $"{item} names the {item.StoreKind} '{name}', and '{name}' is a {other}",
                $"Name its kind: {item.Space.Patch(Kind, item.Name, patch)}"
            );
        }

        IReadOnlyList<string> elsewhere =
            item.StoreKind == "SecretStore" ? await cluster.NamespacesWithStoreAsync(name, cancellationToken) : [];
        if (elsewhere.FirstOrDefault(n => n != item.Namespace) is { } at)
        {
            return new ExternalFinding(
                ExternalSecretCauses.StoreWrongNamespace,
                $"{item} names the SecretStore '{name}', which is in the namespace '{at}' and is of no use in '{item.Namespace}'",
                $"Make one here with the same spec: {(item.Space with { Namespace = at }).Command(
                    Shell($"get {"secretstore"}/{name} --output=yaml"))}"
            );
        }

        return new ExternalFinding(
            ExternalSecretCauses.StoreNotFound,
            $"{item} names the {item.StoreKind} '{name}', which is not there",
            $"Create it, or name another one. There are: {item.Space.Command(
                Shell($"get secretstores.external-secrets.io,clustersecretstores.external-secrets.io"))}"
        );
    }
}
