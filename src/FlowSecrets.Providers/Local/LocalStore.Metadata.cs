using System.Runtime.CompilerServices;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Providers.Local;

/// <content>Describes secrets, and sets their labels.</content>
internal sealed partial class LocalStore
{
    public async IAsyncEnumerable<SecretDescription> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (
            SecretDescription description in _vault.Read(
                [],
                s => s.All(prefix).Where(t => !IsPurged(s, t)).Select(static t => t.ToDescription()).ToList(),
                cancellationToken
            )
        )
        {
            yield return description;
        }

        await Task.CompletedTask;
    }

    public Task<SecretDescription?> DescribeAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(_vault.Read(null, s => Describe(s, name), cancellationToken));

    public async IAsyncEnumerable<DescribeOutcome> DescribeManyAsync(
        IReadOnlyCollection<string> names,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (
            DescribeOutcome outcome in _vault.Read(
                [.. names.Select(static n => new DescribeOutcome(n, null, null))],
                s => names.Select(n => Describe(s, n, cancellationToken)).ToList(),
                cancellationToken
            )
        )
        {
            yield return outcome;
        }

        await Task.CompletedTask;
    }

    public Task SetLabelsAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        return Task.FromResult(
            Change(
                name,
                (_, table) =>
                {
                    if (LabelChanges.Merge(table.ToDescription().Labels, labels) is { } all)
                    {
                        RequireLabels(name, OthersOf(all));
                        table.Labels = SecretTable.WriteLabels(all);
                    }

                    return true;
                },
                cancellationToken
            )
        );
    }

    public Task SetAnnotationsAsync(string name, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken) =>
        throw StoreErrors.NotSupported(Place, name, "A Local store has no annotations", "Use labels: Set-FlowSecret -Label");

    private SecretDescription? Describe(LocalSession session, string name) =>
        session.Find(name) is { } table && !IsPurged(session, table) ? table.ToDescription() : null;

    private DescribeOutcome Describe(LocalSession session, string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new DescribeOutcome(name, Describe(session, name), null);
        }
        catch (FlowSecretException e)
        {
            return new DescribeOutcome(name, null, e);
        }
    }

    /// <summary>The labels that are not this module's own, which have other limits.</summary>
    private static Dictionary<string, string> OthersOf(IReadOnlyDictionary<string, string> labels) =>
        labels.Where(static l => !l.Key.StartsWith(RotationNotes.Prefix, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);

    private static void RequireLabels(string name, IReadOnlyDictionary<string, string> labels) =>
        StoreErrors.RequireLabels(name, labels, LabelRules.Of(StoreKind.Local));
}
