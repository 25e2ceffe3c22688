using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Copying;

/// <summary>C4: a copy that is broken off at any call, and the same command again, end as one that was not.</summary>
public sealed class CopyFaultTests
{
    /// <summary>More calls than a copy of one secret makes.</summary>
    private const int MostCalls = 80;

    [Theory]
    [MemberData(nameof(CopyScene.Pairs), MemberType = typeof(CopyScene))]
    public async Task C4_AFaultAtAnyCallAndTheSameCommandAgainEndAlike(string from, string to)
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        foreach (bool removes in new[] { false, true })
        {
            foreach (bool isAfter in new[] { false, true })
            {
                await PlayAsync(scene, from, to, removes, isAfter);
            }
        }
    }

    private static async Task PlayAsync(CopyScene scene, string from, string to, bool removes, bool isAfter)
    {
        int faults = 0;
        for (int at = 1; at < MostCalls; at++)
        {
            string name = $"s-{(removes ? "r" : "k")}{(isAfter ? "a" : "b")}-{at}";
            await SeedAsync(scene, from, name);
            FaultPoint fault = new(at, isAfter);
            string first = await RunAsync(scene, from, to, name, removes, fault);
            if (fault.Failed is not { } failed)
            {
                Assert.Equal("Created", first);
                Assert.True(faults > 8, $"Only {faults} calls");
                return;
            }

            faults++;
            string where = $"{from} to {to}, call {at} ({failed}), {(isAfter ? "after" : "before")} its effect";
            string second = await RunAsync(scene, from, to, name, removes, null);
            Assert.True(second is "Created" or "Updated" or "Unchanged" or "Removed", $"{where}: {second}");
            Assert.True(
                (await scene.StateAsync(to, name)).SequenceEqual(["one:blue", "two:previous", "three:current"]),
                $"{where}: {string.Join(", ", await scene.StateAsync(to, name))}"
            );
            SecretDescription target = (await scene.Store(to).DescribeAsync(name, default))!;
            Assert.Equal("red", target.Labels["team"]);
            SecretDescription? source = await scene.Store(from).DescribeAsync(name, default);
            Assert.True((source is null or { Deleted: not null }) == removes, where);
            Assert.Equal("Unchanged", await RunAsync(scene, from, to, name, removes, null));
        }

        Assert.Fail($"More than {MostCalls} calls");
    }

    private static async Task SeedAsync(CopyScene scene, string from, string name)
    {
        ISecretStore store = scene.Store(from);
        await CopyScene.SeedAsync(store, name, new() { ["team"] = "red" }, "one", "two", "three");
        await store.MoveStageAsync(name, "blue", (await store.ListVersionsAsync(name, default))[^1].Version, null, default);
    }

    /// <returns>The status, or the id of the error that ended the command.</returns>
    private static async Task<string> RunAsync(CopyScene scene, string from, string to, string name, bool removes, FaultPoint? fault)
    {
        try
        {
            List<CopyResult> results = await scene.CopyAsync(
                from,
                to,
                o => o with { StoreNames = [name], AllVersions = true, RemoveSource = removes },
                fault
            );
            return Assert.Single(results).Status;
        }
        catch (FlowSecretException e)
        {
            return e.Id;
        }
    }
}
