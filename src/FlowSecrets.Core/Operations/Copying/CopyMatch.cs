using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Copying;

/// <summary>Which of the wanted versions a store has already, found by their values.</summary>
/// <param name="There">The version of the target for each wanted one; null: it is not there.</param>
/// <param name="IsComplete">Whether all are there, in their order.</param>
/// <param name="IsPure">Whether the store has nothing else: it was filled by this copy, or by an earlier one that was interrupted.</param>
/// <param name="IsProved">Whether each was found by its value.</param>
internal sealed record CopyMatch(IReadOnlyList<string?> There, bool IsComplete, bool IsPure, bool IsProved)
{
    /// <summary>
    /// The wanted values are looked for from the newest to the oldest, other versions may stand between. If not all are there, the last
    /// versions of the store count that are the first wanted ones: an interrupted copy leaves these.
    /// </summary>
    public static CopyMatch Of(IReadOnlyList<CopyVersion> wanted, CopyContent target)
    {
        (string Version, SecretValue? Value)[] there = [.. EntriesOf(wanted, target)];
        foreach (bool isProved in new[] { true, false })
        {
            if (Whole(wanted, there, isProved) is { } found)
            {
                return new CopyMatch(found, true, found.Length == there.Length, isProved);
            }
        }

        int common = Math.Min(wanted.Count, there.Length);
        while (common > 0 && !Enumerable.Range(0, common).All(i => IsSame(there[there.Length - common + i].Value, wanted[i])))
        {
            common--;
        }

        string?[] begun = new string?[wanted.Count];
        for (int i = 0; i < common; i++)
        {
            begun[i] = there[there.Length - common + i].Version;
        }

        return new CopyMatch(begun, false, common == there.Length, true);
    }

    /// <returns>Null: not all of them are there.</returns>
    private static string?[]? Whole(IReadOnlyList<CopyVersion> wanted, (string Version, SecretValue? Value)[] there, bool isProved)
    {
        string?[] found = new string?[wanted.Count];
        int at = there.Length - 1;
        for (int i = wanted.Count - 1; i >= 0; i--, at--)
        {
            // A version that was disabled or destroyed after it was copied has no value to compare. The newest one must have.
            bool takesHidden = !isProved && i < wanted.Count - 1;
            while (at >= 0 && !(there[at].Value is null ? takesHidden : IsSame(there[at].Value, wanted[i])))
            {
                at--;
            }

            if (at < 0)
            {
                return null;
            }

            found[i] = there[at].Version;
        }

        return found;
    }

    /// <summary>
    /// The target's versions, oldest first, those without a readable value included. Of versions that were made in the same millisecond a
    /// cloud does not tell the order: there the wanted order counts.
    /// </summary>
    private static IEnumerable<(string Version, SecretValue? Value)> EntriesOf(IReadOnlyList<CopyVersion> wanted, CopyContent target)
    {
        if (target.Infos.Count == 0)
        {
            return target.Current is { } current ? [(current, target.CurrentVersion?.Value)] : [];
        }

        List<(int Run, int Rank, string Version, SecretValue? Value)> entries = [];
        DateTimeOffset before = default;
        int run = 0;
        foreach (SecretVersionInfo info in target.Infos.Reverse())
        {
            run += info.Created == before ? 0 : 1;
            before = info.Created;
            SecretValue? value = target.Value(info.Version);
            entries.Add((run, IndexOf(wanted, value), info.Version, value));
        }

        // The sort is stable, and the numbers of a store count, not its clock.
        return entries.OrderBy(static e => e.Run).ThenBy(static e => e.Rank).Select(static e => (e.Version, e.Value));
    }

    private static int IndexOf(IReadOnlyList<CopyVersion> wanted, SecretValue? value)
    {
        int at = 0;
        while (at < wanted.Count && !IsSame(value, wanted[at]))
        {
            at++;
        }

        return at;
    }

    private static bool IsSame(SecretValue? value, CopyVersion wanted) => value is not null && value.Equals(wanted.Value);
}
