using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Ports;
using FlowSecrets.Text;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.ExternalSecrets;

/// <summary>What of the cloud keeps the operator from reading. Access is judged by the code of Test-FlowSecretAccess.</summary>
internal sealed class ExternalCloudDiagnosis(OperationContext context, Workspace workspace, IExternalSecrets cluster)
{
    public async Task<ExternalFinding?> FindAsync(ExternalSecretInfo item, ExternalStoreInfo store, CancellationToken cancellationToken)
    {
        (ExternalIdentity? identity, ExternalFinding? nobody) = await IdentityAsync(store, cancellationToken);
        if ((nobody ?? NotLetIn(item, store, identity)) is { } finding)
        {
            return finding;
        }

        try
        {
            return ExternalSecretStore.Open(context, workspace, store) is { } cloud
                ? await FindAsync(item, cloud, identity, cancellationToken)
                : null;
        }
        catch (FlowSecretException e)
        {
            return ExternalFinding.Of(e);
        }
    }

    private static async Task<ExternalFinding?> FindAsync(
        ExternalSecretInfo item,
        ExternalSecretStore cloud,
        ExternalIdentity? identity,
        CancellationToken cancellationToken
    )
    {
        string[] names = [.. item.Entries.Select(cloud.NameOf).Distinct(StringComparer.Ordinal)];
        Dictionary<string, ExternalFinding> found = new(StringComparer.Ordinal);
        Dictionary<string, ExternalFinding> open = new(StringComparer.Ordinal);
        await foreach (DescribeOutcome outcome in cloud.Store.DescribeManyAsync(names, cancellationToken))
        {
            if (outcome.Error is { } error)
            {
                open[outcome.StoreName] = Finding(cloud, error, outcome.StoreName);
            }
            else if (Lacking(cloud, outcome, item) is { } lacking)
            {
                found[outcome.StoreName] = Finding(cloud, lacking, outcome.StoreName);
            }
        }

        if (found.Count == 0 && identity?.Principal is { } principal && names.Length > 0)
        {
            AccessQuestion question = new(principal, SecretPermission.Read, Subject: SubjectOf(cloud, identity));
            await foreach (AccessAnswer answer in cloud.Store.Access.TestAsync(names, question, cancellationToken))
            {
                if (answer.Result != AccessResult.Allowed)
                {
                    (answer.Result == AccessResult.Denied ? found : open)[answer.StoreName] = Finding(cloud, answer, identity);
                }
            }
        }

        if (names.Select(found.GetValueOrDefault).FirstOrDefault(static f => f is not null) is { } first)
        {
            return first;
        }

        foreach (ExternalEntry entry in item.Entries.Where(e => !open.ContainsKey(cloud.NameOf(e))))
        {
            if (await EntryAsync(cloud, entry, cancellationToken) is { } finding)
            {
                return finding;
            }
        }

        return names.Select(open.GetValueOrDefault).FirstOrDefault(static f => f is not null);
    }

    /// <summary>Google's own rules have another form for the subject of a pod; there the operator's words decide.</summary>
    private static string? SubjectOf(ExternalSecretStore cloud, ExternalIdentity identity) =>
        cloud.Store.Place.Store == StoreKind.Aws ? identity.Subject : null;

    private async Task<(ExternalIdentity? Identity, ExternalFinding? Finding)> IdentityAsync(
        ExternalStoreInfo store,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await cluster.IdentityAsync(store, cancellationToken), null);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.WorkloadNotFound && store.AccountName is { } account)
        {
            ClusterSpace space = cluster.Space with { Namespace = store.AccountNamespace ?? store.Namespace ?? cluster.Space.Namespace };
            return (
                null,
                new ExternalFinding(
                    ExternalSecretCauses.ServiceAccountNotFound,
                    $"{store} logs in as the service account '{account}', which is not in {space}",
                    $"Create it: {space.Command(Shell($"create serviceaccount {account}"))}"
                )
            );
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.WorkloadNotFound or ErrorIds.AccessDenied)
        {
            return (null, null);
        }
    }

    /// <summary>The operator's own words for a service account that may not become the cloud's identity.</summary>
    private static ExternalFinding? NotLetIn(ExternalSecretInfo item, ExternalStoreInfo store, ExternalIdentity? identity)
    {
        string said = $"{item.LastWarning} {store.LastWarning}";
        if (
            store.Store != StoreKind.Gcp
            || identity is not { Principal: { } principal, Subject: { } subject }
            || !said.Contains("iam.serviceAccounts.getAccessToken", StringComparison.Ordinal)
        )
        {
            return null;
        }

        string account = principal[(principal.IndexOf(':') + 1)..];
        string project =
            account.Split('@') is [_, { } domain] && domain.EndsWith(".iam.gserviceaccount.com", StringComparison.Ordinal)
                ? domain[..^".iam.gserviceaccount.com".Length]
                : "PROJECT_ID";
        return new ExternalFinding(
            ExternalSecretCauses.WorkloadIdentityMissing,
            $"{identity.Source}, and Google does not let it become that account{RemoteText.Quote(item.LastWarning ?? store.LastWarning)}",
            $"Let an owner of the account let it in: {Shell($"gcloud iam service-accounts add-iam-policy-binding {account:bare} "
                + $"--project={project:bare} --member={subject} --role='roles/iam.workloadIdentityUser'")}"
        );
    }

    private static FlowSecretException? Lacking(ExternalSecretStore cloud, DescribeOutcome outcome, ExternalSecretInfo item)
    {
        string name = outcome.StoreName;
        bool isCurrent = item.Entries.Any(e =>
            cloud.NameOf(e) == name && ExternalSecretStore.SelectorOf(e.Version) == VersionSelector.Current
        );
        return outcome.Description switch
        {
            null => StoreErrors.SecretNotFound(cloud.Store.Place, name),
            { Deleted: not null } deleted => StoreErrors.PendingDeletion(name, deleted.PurgeAt),
            _ when !isCurrent => null,
            { CurrentVersion: null } => StoreErrors.HasNoVersion(cloud.Store.Place, name),
            { CurrentState: VersionState.Disabled, CurrentVersion: { } version } => StoreErrors.VersionDisabled(name, version),
            { CurrentState: VersionState.Destroyed, CurrentVersion: { } version } => StoreErrors.VersionDestroyed(name, version),
            _ => null,
        };
    }

    /// <summary>The version that an entry pins, and the member that it wants. What whoever asks may not read is left open.</summary>
    private static async Task<ExternalFinding?> EntryAsync(
        ExternalSecretStore cloud,
        ExternalEntry entry,
        CancellationToken cancellationToken
    )
    {
        string name = cloud.NameOf(entry);
        VersionSelector selector = ExternalSecretStore.SelectorOf(entry.Version);
        if (selector == VersionSelector.Current && entry.Property is null && entry.SecretKey is not null)
        {
            return null;
        }

        try
        {
            using ReadSecret read = await cloud.Store.ReadAsync(name, selector, cancellationToken);
            if (entry.Property is null && entry.SecretKey is not null)
            {
                return null;
            }

            return entry.Property is null || HasProperty(JsonSecret.Parse(read.Value, name), entry.Property)
                ? null
                : new ExternalFinding(
                    ExternalSecretCauses.PropertyNotFound,
                    $"Version {read.Version} of '{name}' in the {cloud.Store.Place} has no member '{entry.Property}'",
                    cloud.Here($"Set it: {Shell($"Set-FlowSecret {Stored(name)} -Field {entry.Property}")}", name)
                );
        }
        catch (FlowSecretException e)
            when (e.Id
                    is ErrorIds.VersionNotFound
                        or ErrorIds.VersionDisabled
                        or ErrorIds.VersionDestroyed
                        or ErrorIds.ValueNotJson
                        or ErrorIds.ValueNotText
            )
        {
            return Finding(cloud, e, name);
        }
        catch (FlowSecretException)
        {
            return null;
        }
    }

    /// <summary>The operator takes the whole name first, and a path through objects if there is none.</summary>
    private static bool HasProperty(JsonSecret secret, string property)
    {
        // Modifiers of a path are the operator's to read.
        if (property.AsSpan().ContainsAny("@#*?|") || secret.Fields.Contains(property, StringComparer.Ordinal))
        {
            return true;
        }

        string[] path = property.Split('.', 2);
        if (path.Length < 2 || !secret.Fields.Contains(path[0], StringComparer.Ordinal) || secret.Text(path[0]) is not { } inner)
        {
            return false;
        }

        try
        {
            using SecretValue value = SecretValue.FromText(inner);
            return HasProperty(JsonSecret.Parse(value, path[0]), path[1]);
        }
        catch (FlowSecretException)
        {
            // An array, whose paths are the operator's to read.
            return true;
        }
    }

    private static ExternalFinding Finding(ExternalSecretStore cloud, FlowSecretException error, string name) =>
        ExternalFinding.Of(cloud.Here(error, name));

    private static ExternalFinding Finding(ExternalSecretStore cloud, AccessAnswer answer, ExternalIdentity identity) =>
        new(
            answer.Cause == AccessCauses.FederationMismatch && cloud.Store.Place.Store == StoreKind.Aws
                ? ExternalSecretCauses.IrsaTrustMissing
                : answer.Cause!,
            $"{identity.Source}. {answer.Evidence}",
            cloud.Here(answer.Remedy, answer.StoreName)
        );
}
