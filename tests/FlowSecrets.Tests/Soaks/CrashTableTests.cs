using System.Collections.Concurrent;
using FlowSecrets.Operations;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Soaks;

/// <summary>
/// The crash table: every store, target and call, killed for good before it and after it took effect; one more run finishes.
/// </summary>
[Trait(Tier.Name, Tier.Crash)]
public sealed class CrashTableTests(ITestOutputHelper output)
{
    /// <summary>Set by .ci/run: every cell, instead of the named few.</summary>
    private static readonly bool All = Repository.Rounds("FLOWSECRETS_CRASH_TABLE", 0) > 0;

    public static TheoryData<string, string> Columns()
    {
        TheoryData<string, string> columns = [];
        foreach (string store in new[] { "Local", "Gcp", "GcpAlias", "Aws" })
        {
            // What a person brings takes the same way as what is made, so one store of it is enough.
            foreach (string target in CrashTargets.Names.Where(t => t != "manual" || store == "Aws"))
            {
                columns.Add(store, target);
            }
        }

        return columns;
    }

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task AKilledRotationIsFinishedByTheNextRun(string store, string target)
    {
        await using PostgresServer? server = target.StartsWith("postgres", StringComparison.Ordinal)
            ? await PostgresServer.StartAsync()
            : null;
        List<CrashCell> cells = [];
        foreach (string action in new[] { "rotate", "force", "undo" })
        {
            cells.AddRange(Select(await CellsAsync(store, target, action, server)));
        }

        ConcurrentQueue<string> failures = [];
        await Parallel.ForEachAsync(
            cells,
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            async (cell, _) =>
            {
                try
                {
                    await cell.PlayAsync(CrashTargets.Make(cell.Target, server));
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    failures.Enqueue($"{cell}\n{e.Message}");
                }
            }
        );
        output.WriteLine(
            $"{store} {target}: {cells.Count} cells "
                + $"({string.Join(", ", cells.GroupBy(static c => c.Action).Select(static g => $"{g.Key} {g.Count()}"))}), "
                + $"{failures.Count} failed."
        );
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
    }

    /// <summary>In dotnet test: the cells where most can go wrong, the first writes and the last.</summary>
    private static IEnumerable<CrashCell> Select(IReadOnlyList<CrashCell> cells) =>
        All ? cells : cells.Where((c, i) => c.Action == "rotate" && (i % 5 == 2 || i == cells.Count - 1));

    /// <summary>
    /// The calls that an undisturbed run makes, each before and after, some with a second kill, some with another machine going on.
    /// </summary>
    private static async Task<IReadOnlyList<CrashCell>> CellsAsync(string store, string target, string action, PostgresServer? server)
    {
        await using CrashScene scene = await CrashScene.StartAsync(store, CrashTargets.Make(target, server));
        if (action == "undo" && !scene.Target.KeepsOld)
        {
            return [];
        }

        if (action == "undo")
        {
            Assert.Equal(ItemStatus.Rotated, (await scene.FinishAsync("rotate")).Status);
        }

        (_, int code, string said) = scene.Run(action);
        Assert.True(code == 0, $"{store} {target} {action}, undisturbed: {said}");
        List<CrashCell> cells = [];
        for (int number = 1; number <= scene.CloudWrites; number++)
        {
            cells.AddRange(
                new[] { false, true }.Select(a => new CrashCell(store, target, action, (number, a), null, null)
                {
                    Elsewhere = number % 2 == 0,
                    IsLast = a && number == scene.CloudWrites,
                })
            );
        }

        for (int number = 1; number <= scene.PortCalls; number++)
        {
            cells.AddRange(
                new[] { false, true }.Select(a => new CrashCell(store, target, action, null, (number, a), null)
                {
                    IsLast = a && number == scene.PortCalls && scene.CloudWrites == 0,
                })
            );
        }

        if (scene.Target is ScriptedTarget)
        {
            string[] places =
                action == "force" ? ["set:before", "set:after", "revoke:before", "revoke:after"]
                : action == "undo" ? []
                : ["set:before", "set:after"];
            cells.AddRange(places.Select(p => new CrashCell(store, target, action, null, null, p)));
        }

        // Killed twice in a row.
        cells.AddRange(
            cells
                .Where(static c => c.Script is null && !c.Elsewhere)
                .Where(static (_, i) => i % 3 == 1)
                .Select(static c => c with { Again = (1, true) })
                .ToList()
        );
        return cells;
    }
}

internal static class CrashTargets
{
    public static string[] Names { get; } = ["generated", "carriers", "manual", "script", "postgres", "postgres-one"];

    public static CrashTarget Make(string name, PostgresServer? server) =>
        name switch
        {
            "generated" => new GeneratedTarget(withCarrier: false),
            "carriers" => new GeneratedTarget(withCarrier: true),
            "manual" => new ManualTarget(),
            "script" => new ScriptedTarget(),
            _ => new PostgresCrashTarget(server!, alternates: name == "postgres"),
        };
}
