using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Soaks;

/// <summary>
/// Each state that a hand can give a version, at each step of a rotation, in each store, and each command after it: nothing is called
/// retired that the target accepts, no credential is lost, and what a message names exists and leads out.
/// </summary>
[Trait(Tier.Name, Tier.Crash)]
public sealed class RotationByHandTests(ITestOutputHelper output)
{
    private static string[] Stores { get; } = ["Local", "Gcp", "GcpAlias", "Aws"];

    /// <summary>How far the rotation is.</summary>
    private static string[] Steps { get; } = ["None", "Created", "Applied", "Promoted", "Overlap", "Retired"];

    private static string[] Commands { get; } = ["rotate", "force", "due", "undo"];

    private static string[] Hands { get; } =
    [
        "disable pending",
        "destroy pending",
        "disable current",
        "destroy current",
        "disable previous",
        "destroy previous",
        "unlabel pending",
        "unlabel previous",
        "pending to current",
        "pending to previous",
        "current to previous",
        "wipe",
    ];

    /// <summary>Every cell, or each seventh, which meets every hand and every step.</summary>
    private static readonly int Stride = Repository.Rounds("FLOWSECRETS_HAND_TABLE", 0) > 0 ? 1 : 7;

    /// <summary>To play some cells again.</summary>
    private static string Only => Environment.GetEnvironmentVariable("FLOWSECRETS_HAND") ?? "";

    public static TheoryData<string, bool> Tables
    {
        get
        {
            TheoryData<string, bool> tables = [];
            foreach (string store in Stores)
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
        int cell = 0;
        foreach (string step in Steps)
        {
            foreach (string hand in Hands)
            {
                foreach (string command in Commands)
                {
                    bool isTurn = Only.Length > 0 || cell++ % Stride == 0;
                    if (!isTurn || !$"{step}, {hand}, {command}".Contains(Only, StringComparison.Ordinal))
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
                        string said = string.Join("\n  ", scene.Log);
                        failures.Add($"{step}, {hand}, {command}: {(e is Xunit.Sdk.XunitException ? e.Message : e.ToString())}\n  {said}");
                    }
                }
            }
        }

        output.WriteLine($"{store}, {(keepsOld ? "values until they are revoked" : "one value")}: {played} cells.");
        Assert.True(failures.Count == 0, $"{failures.Count} of {played}:\n{string.Join("\n", failures)}");
    }
}
