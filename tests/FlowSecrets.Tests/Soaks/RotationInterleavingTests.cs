using System.Collections.Concurrent;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Soaks;

/// <summary>
/// Two rotators and somebody who takes it back, each at a machine of his own, call by call in any order, with calls that fail and machines
/// that die: some stored credential always logs in.
/// </summary>
[Trait(Tier.Name, Tier.Crash)]
public sealed class RotationInterleavingTests(ITestOutputHelper output)
{
    private static readonly int Rounds = Repository.Rounds("FLOWSECRETS_INTERLEAVE_ROUNDS", 60);
    private static readonly int First = Repository.Rounds("FLOWSECRETS_INTERLEAVE_SEED", 1);

    public static TheoryData<string, bool> Games()
    {
        TheoryData<string, bool> games = [];
        foreach (string store in new[] { "Local", "Aws", "Gcp", "GcpAlias" })
        {
            games.Add(store, false);
            games.Add(store, true);
        }

        return games;
    }

    [Theory]
    [MemberData(nameof(Games))]
    public Task SomeStoredCredentialAlwaysLogsIn(string store, bool alternates) => PlayAsync(store, alternates);

    private async Task PlayAsync(string store, bool alternates)
    {
        ConcurrentQueue<string> failures = [];
        int calls = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(First, Rounds),
            new ParallelOptions { MaxDegreeOfParallelism = 6 },
            async (seed, _) =>
            {
                if (failures.Count >= 5)
                {
                    return;
                }

                await using InterleavedScene scene = await InterleavedScene.StartAsync(store, alternates, seed);
                try
                {
                    Interlocked.Add(ref calls, await scene.PlayAsync());
                }
                catch (Exception e)
                {
                    failures.Enqueue(
                        $"FLOWSECRETS_INTERLEAVE_SEED={seed}, {store}, {(alternates ? "two users" : "one user")}: "
                            + $"{e.Message}\n{(e is Xunit.Sdk.XunitException ? "" : e + "\n")}{string.Join('\n', scene.Log)}"
                    );
                }
            }
        );
        output.WriteLine($"{store}, {(alternates ? "two users" : "one user")}: {Rounds} games, {calls} calls, {failures.Count} lost.");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
    }
}
