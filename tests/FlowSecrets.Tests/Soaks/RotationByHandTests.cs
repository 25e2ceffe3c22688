using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Soaks;

/// <summary>
/// Each state that a hand can give a version, at each step of a rotation, in each store, and each command after it: nothing is called retired
/// that the target accepts, no credential is lost, and what a message names exists and leads out.
/// </summary>
[Trait(Tier.Name, Tier.Crash)]
public sealed class RotationByHandTests(ITestOutputHelper output)
{
    /// <summary>To play some cells again.</summary>
    private static string Only => Environment.GetEnvironmentVariable("FLOWSECRETS_HAND") ?? "";

    public static TheoryData<string, bool> Tables
    {
        get
        {
            TheoryData<string, bool> tables = [];
            foreach (string store in HandScene.Stores)
            {
                tables.Add(store, true);
                tables.Add(store, false);
            }

            return tables;
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task ARotationTellsTheTruthWhateverAHandDidBefore(string store, bool keepsOld)
    {
        List<string> failures = [];
        int played = 0;
        foreach (string step in HandScene.Steps)
        {
            foreach (string hand in HandScene.Hands)
            {
                foreach (string command in HandScene.Commands)
                {
                    if (!$"{step}, {hand}, {command}".Contains(Only, StringComparison.Ordinal))
                    {
                        continue;
                    }

                    await using HandScene scene = await HandScene.StartAsync(store, keepsOld);
                    try
                    {
                        played += await scene.PlayAsync(step, hand, command) ? 1 : 0;
                    }
                    catch (Exception e)
                    {
                        failures.Add($"{step}, {hand}, {command}: {(e is Xunit.Sdk.XunitException ? e.Message : e.ToString())}");
                    }
                }
            }
        }

        output.WriteLine($"{store}, {(keepsOld ? "values until they are revoked" : "one value")}: {played} cells.");
        Assert.True(failures.Count == 0, $"{failures.Count} of {played}:\n{string.Join("\n", failures)}");
    }
}
