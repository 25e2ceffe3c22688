using System.Runtime.CompilerServices;
using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.Connection;

namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <content>Reading the values of one secret and of many.</content>
internal sealed partial class AwsStore
{
    private const int BatchSize = 20;
    private const int BatchWidth = 16;

    /// <summary>Set once the batch call was refused: then single reads are asked for at once.</summary>
    private volatile bool _batchRefused;

    public async Task<ReadSecret> ReadAsync(string name, VersionSelector selector, CancellationToken cancellationToken)
    {
        AwsName id = AwsName.Parse(name);

        // The stage is always said: some emulators return something else without it.
        string? label = selector.Version is not null ? null : AwsStagingLabels.Of(selector.Stage ?? Stages.Current);
        AwsGet request = new()
        {
            SecretId = id.Id,
            VersionId = selector.Version,
            VersionStage = label,
        };
        bool isCurrent = label == AwsStagingLabels.Current;
        try
        {
            AwsValue value = await CallAsync(
                new AwsCall("GetSecretValue", name, isCurrent ? null : selector.Version ?? selector.Stage),
                (c, ct) => c.GetAsync(request, ct),
                cancellationToken,
                id.Region
            );
            return AwsValueForms.Read(name, value);
        }
        catch (FlowSecretException e) when (e.Id is ErrorIds.SecretNotFound or ErrorIds.BadArgument)
        {
            throw await WhyNotAsync(name, isCurrent ? null : selector, e, cancellationToken);
        }
    }

    public async IAsyncEnumerable<ReadOutcome> ReadManyAsync(
        IReadOnlyCollection<string> names,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (names.Count == 1 || _batchRefused)
        {
            await foreach (ReadOutcome outcome in Bounded.RunAsync(names, Concurrency, ReadOutcomeAsync, cancellationToken))
            {
                yield return outcome;
            }

            yield break;
        }

        // A batch goes to one region, and an invalid name would refuse it whole.
        string[] single = [.. names.Where(static n => !SecretNames.IsValid(StoreKind.Aws, n))];
        IEnumerable<string[]> batches = names
            .Except(single, StringComparer.Ordinal)
            .Chunk(BatchSize)
            .Concat(single.Select(static n => new[] { n }));
        await foreach (
            ReadOutcome[] outcomes in Bounded.RunAsync(batches, Math.Min(BatchWidth, Concurrency), ReadBatchAsync, cancellationToken)
        )
        {
            int taken = 0;
            try
            {
                foreach (ReadOutcome outcome in outcomes)
                {
                    taken++;
                    yield return outcome;
                }
            }
            finally
            {
                Array.ForEach(outcomes[taken..], static o => o.Dispose());
            }
        }
    }

    private async Task<ReadOutcome[]> ReadBatchAsync(string[] names, CancellationToken cancellationToken)
    {
        if (names.Length > 1 && !_batchRefused)
        {
            try
            {
                AwsBatch batch = await CallAsync(
                    new AwsCall("BatchGetSecretValue"),
                    (c, ct) => c.BatchGetAsync(new AwsBatchGet { SecretIdList = [.. names] }, ct),
                    cancellationToken
                );
                Dictionary<string, AwsValue> found = (batch.SecretValues ?? [])
                    .Where(static v => v.Name is not null)
                    .ToDictionary(static v => v.Name!, StringComparer.Ordinal);

                // Whatever the batch did not bring is asked for by itself, which says why not in the words of a single read.
                ReadOutcome[] others = await ReadEachAsync([.. names.Where(n => !found.ContainsKey(n))], cancellationToken);
                return
                [
                    .. others,
                    .. names.Where(found.ContainsKey).Select(n => new ReadOutcome(n, AwsValueForms.Read(n, found[n]), null)),
                ];
            }
            catch (FlowSecretException e) when (e.Id is ErrorIds.AccessDenied or ErrorIds.BadArgument)
            {
                _batchRefused = true;
            }
            catch (FlowSecretException e) when (e.Id is ErrorIds.SecretNotFound or ErrorIds.PendingDeletion)
            {
                // One of them is absent, and the service (an emulator) refuses all: each is asked for by itself.
            }
            catch (FlowSecretException e)
            {
                return [.. names.Select(n => new ReadOutcome(n, null, e.With(n, inner: e)))];
            }
        }

        return await ReadEachAsync(names, cancellationToken);
    }

    /// <summary>One by one, the share of one batch at a time.</summary>
    private async Task<ReadOutcome[]> ReadEachAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        List<ReadOutcome> outcomes = [];
        try
        {
            await foreach (
                ReadOutcome outcome in Bounded.RunAsync(names, Math.Max(1, Concurrency / BatchWidth), ReadOutcomeAsync, cancellationToken)
            )
            {
                outcomes.Add(outcome);
            }

            return [.. outcomes];
        }
        catch
        {
            outcomes.ForEach(static o => o.Dispose());
            throw;
        }
    }

    private Task<ReadOutcome> ReadOutcomeAsync(string name, CancellationToken cancellationToken) =>
        ReadOutcome.OfAsync(name, () => ReadAsync(name, VersionSelector.Current, cancellationToken));

    /// <summary>A refusal that the service words vaguely, decided by what it says of the secret.</summary>
    private async Task<FlowSecretException> WhyNotAsync(
        string name,
        VersionSelector? selector,
        FlowSecretException error,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await FindAsync(name, cancellationToken) switch
            {
                null => StoreErrors.SecretNotFound(PlaceOf(name), name),
                { DeletedDate: not null } deleted => PendingDeletion(name, deleted),
                _ when selector is { } version => StoreErrors.VersionNotFound(
                    name,
                    $"'{name}' in the {PlaceOf(name)} has no version {version}"
                ),
                _ => error.Id == ErrorIds.BadArgument ? error : StoreErrors.HasNoVersion(PlaceOf(name), name),
            };
        }
        catch (FlowSecretException)
        {
            return error;
        }
    }
}
