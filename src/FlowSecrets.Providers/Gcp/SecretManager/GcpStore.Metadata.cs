using System.Runtime.CompilerServices;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <content>Lists and describes secrets, and sets their labels and annotations.</content>
internal sealed partial class GcpStore
{
    public async IAsyncEnumerable<SecretDescription> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        GcpSecret[] secrets = [.. (await ListAllAsync(prefix, cancellationToken)).Where(static s => !GcpPendingMark.IsOn(s))];
        await foreach (SecretDescription description in Bounded.RunAsync(secrets, Concurrency, DescribeAsync, cancellationToken))
        {
            yield return description;
        }
    }

    /// <summary>With the secrets in which rotations keep what is pending.</summary>
    internal async Task<IReadOnlyList<GcpSecret>> ListAllAsync(string prefix, CancellationToken cancellationToken)
    {
        List<GcpSecret> secrets = [];
        GcpCall call = new("secretmanager.secrets.list");
        string? filter = prefix.Length == 0 ? null : $"name:{prefix}";
        await foreach (
            GcpSecretPage page in _caller.PagesAsync(
                call,
                (token, ct) => CallAsync(call, (c, t) => c.ListSecretsAsync(filter, token, t), ct),
                static p => p.NextPageToken,
                cancellationToken
            )
        )
        {
            secrets.AddRange((page.Secrets ?? []).Where(s => GcpName.Last(s.Name).StartsWith(prefix, StringComparison.Ordinal)));
        }

        return secrets;
    }

    public async Task<SecretDescription?> DescribeAsync(string name, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        try
        {
            return await DescribeAsync(await GetAsync(name, cancellationToken), cancellationToken);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.SecretNotFound)
        {
            return null;
        }
    }

    public Task SetLabelsAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        GcpStoreRules.RequireLabels(name, labels);
        return ChangeAsync(
            name,
            "labels",
            secret =>
                LabelChanges.Merge(secret.Labels, labels) is { } all
                    ? new GcpSecret { Labels = GcpStoreRules.CheckedLabels(name, all) }
                    : null,
            cancellationToken
        );
    }

    public Task SetAnnotationsAsync(string name, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        SecretNames.Require(StoreKind.Gcp, name);
        return ChangeAsync(
            name,
            "annotations",
            secret =>
                LabelChanges.Merge(secret.Annotations, annotations) is { } all
                    ? new GcpSecret { Annotations = GcpStoreRules.CheckedAnnotations(name, all) }
                    : null,
            cancellationToken
        );
    }

    private async Task<SecretDescription> DescribeAsync(GcpSecret secret, CancellationToken cancellationToken)
    {
        string name = GcpName.Last(secret.Name);
        GcpVersion? newest = AliasedCurrent(secret) is { } aliased
            ? await VersionAsync(name, aliased, cancellationToken)
            : await NewestAsync(name, cancellationToken);
        return new SecretDescription(name)
        {
            Created = secret.CreateTime ?? default,
            Updated = newest?.CreateTime,
            CurrentVersion = newest?.Number,
            CurrentState = newest is null ? null : StateOf(newest),
            Labels = secret.Labels ?? [],
            Annotations = secret.Annotations ?? [],
            Expires = secret.ExpireTime,
            Replication =
                _at.Location
                ?? (
                    secret.Replication?.UserManaged is { } managed
                        ? string.Join(", ", (managed.Replicas ?? []).Select(static r => r.Location))
                        : "automatic"
                ),
            KmsKey =
                secret.CustomerManagedEncryption?.KmsKeyName
                ?? secret.Replication?.Automatic?.CustomerManagedEncryption?.KmsKeyName
                ?? secret
                    .Replication?.UserManaged?.Replicas?.Select(static r => r.CustomerManagedEncryption?.KmsKeyName)
                    .FirstOrDefault(static k => k is not null),
            Replicas =
            [
                .. (secret.Replication?.UserManaged?.Replicas ?? [])
                    .Where(static r => r.Location is not null)
                    .Select(static r => new SecretReplica(r.Location!, r.CustomerManagedEncryption?.KmsKeyName)),
            ],
            Settings = [.. SettingsOf(secret)],
        };
    }

    private static IEnumerable<string> SettingsOf(GcpSecret secret) =>
        new (string Name, bool IsSet)[]
        {
            ("rotation", secret.Rotation is not null),
            ("topics", secret.Topics is { Count: > 0 }),
            ("versionAliases", secret.VersionAliases is { Count: > 0 }),
            ("versionDestroyTtl", secret.VersionDestroyTtl is not null),
        }
            .Where(static s => s.IsSet)
            .Select(static s => s.Name);
}
