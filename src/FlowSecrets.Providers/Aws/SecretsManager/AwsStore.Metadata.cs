using System.Runtime.CompilerServices;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Text;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <content>Listing and describing secrets, and their labels, which are tags.</content>
internal sealed partial class AwsStore
{
    public async IAsyncEnumerable<SecretDescription> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        AwsCall call = new("ListSecrets");
        await foreach (
            AwsSecretPage page in _caller.PagesAsync(
                call,
                (token, ct) => CallAsync(call, (c, t) => c.ListAsync(Request(token), t), ct),
                static p => p.NextToken,
                cancellationToken
            )
        )
        {
            foreach (AwsSecret secret in (page.SecretList ?? []).Where(s => s.Name?.StartsWith(prefix, StringComparison.Ordinal) == true))
            {
                yield return Description(secret.Name!, secret);
            }
        }

        AwsList Request(string? token) =>
            new()
            {
                MaxResults = 100,
                IncludePlannedDeletion = true,
                NextToken = token,
                Filters = prefix.Length == 0 ? null : [new AwsFilter { Key = "name", Values = [prefix] }],
            };
    }

    public async Task<SecretDescription?> DescribeAsync(string name, CancellationToken cancellationToken) =>
        await FindAsync(name, cancellationToken) is { } secret ? Description(name, secret) : null;

    public IAsyncEnumerable<DescribeOutcome> DescribeManyAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Bounded.RunAsync(names, Concurrency, DescribeOutcomeAsync, cancellationToken);

    public async Task SetLabelsAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        AwsSecret secret = await RequireAsync(name, cancellationToken);
        Dictionary<string, string> there = AwsTags.Of(secret);
        AwsTags.Require(name, labels);
        IEnumerable<KeyValuePair<string, string>> after = LabelChanges.Merge(there, labels) ?? there;
        AwsTags.Require(name, after.Where(static l => !LabelRules.IsOfAws(l.Key)).ToDictionary(StringComparer.Ordinal));
        Dictionary<string, string> set = labels
            .Where(l => l.Value.Length > 0 && there.GetValueOrDefault(l.Key) != l.Value)
            .ToDictionary(StringComparer.Ordinal);
        List<string> gone = [.. labels.Where(l => l.Value.Length == 0 && there.ContainsKey(l.Key)).Select(static l => l.Key)];
        if (set.Count > 0)
        {
            await SetTagsAsync(name, set, cancellationToken);
        }

        if (gone.Count > 0)
        {
            await ChangeAsync(
                "UntagResource",
                name,
                (c, ct) => c.UntagAsync(new AwsTagging { SecretId = id.Id, TagKeys = gone }, ct),
                id.Region,
                cancellationToken
            );
        }
    }

    /// <summary>Sets tags whose form is known to be right.</summary>
    internal Task SetTagsAsync(string name, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        AwsTagging request = new() { SecretId = id.Id, Tags = AwsTags.From(tags) };
        return ChangeAsync("TagResource", name, (c, ct) => c.TagAsync(request, ct), id.Region, cancellationToken);
    }

    public Task SetAnnotationsAsync(string name, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken) =>
        throw StoreErrors.NotSupported(
            Place,
            name,
            "AWS Secrets Manager has no annotations",
            "Use labels, which are tags there: Set-FlowSecret -Label"
        );

    /// <returns>Null where there is none.</returns>
    internal async Task<AwsSecret?> FindAsync(string name, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);
        try
        {
            return await CallAsync(
                new AwsCall("DescribeSecret", name),
                (c, ct) => c.DescribeAsync(new AwsSecretId { SecretId = id.Id }, ct),
                cancellationToken,
                id.Region
            );
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.SecretNotFound)
        {
            return null;
        }
    }

    /// <summary>The refusal to change a replica, with the region of its primary.</summary>
    private async Task<FlowSecretException> WherePrimaryAsync(string name, FlowSecretException error, CancellationToken cancellationToken)
    {
        try
        {
            if (await FindAsync(name, cancellationToken) is not { PrimaryRegion: { Length: > 0 } said, Arn: { } arn })
            {
                return error;
            }

            string region = RemoteText.Clean(said);
            string[] parts = arn.Split(':');
            string primary = parts.Length > 3 ? string.Join(':', [.. parts[..3], region, .. parts[4..]]) : name;
            return error.With(
                cause: $"'{name}' in the {PlaceOf(name)} is a replica of the secret in {region}, and AWS changes a secret only there",
                remedy: Remedy.Of(
                    $"Connect to {region} and run the command again: "
                        + $"{Shell($"Connect-FlowSecretStore -Store Aws -Region {region:bare}")}; or name the primary by its ARN: "
                        + $"{Shell($"Get-FlowSecret {Stored(primary)}")}"
                )
            );
        }
        catch (FlowSecretException)
        {
            return error;
        }
    }

    /// <param name="deleted">Whether it may be marked for deletion.</param>
    /// <exception cref="FlowSecretException">SecretNotFound, PendingDeletion.</exception>
    internal async Task<AwsSecret> RequireAsync(string name, CancellationToken cancellationToken, bool deleted = false)
    {
        AwsSecret secret = await FindAsync(name, cancellationToken) ?? throw StoreErrors.SecretNotFound(PlaceOf(name), name);
        if (secret.DeletedDate is not null && !deleted)
        {
            throw PendingDeletion(name, secret);
        }

        return secret;
    }

    private Task<DescribeOutcome> DescribeOutcomeAsync(string name, CancellationToken cancellationToken) =>
        DescribeOutcome.OfAsync(name, () => DescribeAsync(name, cancellationToken));

    private static FlowSecretException PendingDeletion(string name, AwsSecret secret) =>
        StoreErrors.PendingDeletion(name, Time(secret.DeletedDate) is { } date && date > DateTimeOffset.UtcNow ? date : null);

    private static SecretDescription Description(string name, AwsSecret secret)
    {
        string? current = secret.VersionOf(AwsStagingLabels.Current);
        DateTimeOffset? deleted = Time(secret.DeletedDate);
        return new SecretDescription(name)
        {
            Created = Time(secret.CreatedDate) ?? default,
            Updated = current is null ? null : Time(secret.LastChangedDate) ?? Time(secret.CreatedDate),
            CurrentVersion = current,
            CurrentState = current is null ? null : VersionState.Enabled,
            Labels = AwsTags.Of(secret),
            Replication = secret.ReplicationStatus is { Count: > 0 } replicas
                ? string.Join(", ", replicas.Select(static r => r.Region))
                : null,
            KmsKey = secret.KmsKeyId,
            ResourceName = secret.Arn,
            Purpose = secret.Description is { Length: > 0 } purpose ? purpose : null,
            Replicas =
            [
                .. (secret.ReplicationStatus ?? [])
                    .Where(static r => r.Region is not null)
                    .Select(static r => new SecretReplica(r.Region!, r.KmsKeyId is { Length: > 0 } key ? key : null)),
            ],
            Settings = secret.RotationLambda is null ? [] : ["rotation"],
            Deleted = deleted,
            PurgeAt = deleted > DateTimeOffset.UtcNow ? deleted : null,
        };
    }

    private static DateTimeOffset? Time(double? seconds) =>
        seconds is { } s ? DateTimeOffset.FromUnixTimeMilliseconds((long)(s * 1000)) : null;
}
