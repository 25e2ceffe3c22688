using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Rotation;
using FlowSecrets.Providers.Gcp.SecretManager;

namespace FlowSecrets.Tests.Soaks;

/// <summary>One cell of the crash table: a rotation, killed at one call, then run again.</summary>
/// <param name="Cloud">The cloud's writing call at which it is killed; null: none.</param>
/// <param name="Port">A call around the target or the local store.</param>
/// <param name="Script">A place in the target's own scripts.</param>
internal sealed record CrashCell(
    string Store,
    string Target,
    string Action,
    (int Number, bool After)? Cloud,
    (int Number, bool After)? Port,
    string? Script
)
{
    /// <summary>The second run is killed as well, at this writing call of the cloud or call of a port; a third one finishes.</summary>
    public (int Number, bool After)? Again { get; init; }

    /// <summary>Another machine goes on.</summary>
    public bool Elsewhere { get; init; }

    /// <summary>
    /// Whether it is killed after its very last call: where there is no overlap, the command then makes another rotation, else it says that
    /// it is done.
    /// </summary>
    public bool IsLast
    {
        // The second run may have come to the end before it was killed.
        get => field || Again is not null;
        init;
    }

    public override string ToString()
    {
        string again = Again is null ? "" : $" and again {Word(Again, "")}";
        string elsewhere = Elsewhere ? ", another machine goes on" : "";
        return $"{Store} {Target} {Action} killed {Word(Cloud, "cloud")}{Word(Port, "port")}{Script}{again}{elsewhere}";
    }

    /// <summary>Plays it and asserts its end.</summary>
    public async Task PlayAsync(CrashTarget target)
    {
        await using CrashScene scene = await CrashScene.StartAsync(Store, target);
        if (Action == "undo")
        {
            Assert.Equal(ItemStatus.Rotated, (await scene.FinishAsync("rotate")).Status);
        }

        (string Name, string Current, int Versions)[] before = await LookAsync(scene);
        (target as ScriptedTarget)?.KillAt(Script ?? "");
        (bool killed, _, string first) = scene.Run(Action, Cloud, Port);
        Assert.True(killed, $"{this}: it was not killed: {first}");
        if (Again is { } second)
        {
            scene.Run(Action, Cloud is null ? null : second, Cloud is null ? second : null);
        }

        RotationResult result = await scene.FinishAsync(Action, Elsewhere ? scene.File("elsewhere") : null);

        // Where all was done before the kill, the command says so.
        Assert.True(
            result.ErrorId is null || (IsLast && result.ErrorId is ErrorIds.RotationInProgress or ErrorIds.NothingToUndo),
            $"{this}: {result.Message}"
        );
        await VerifyAsync(scene, before);
    }

    private static async Task<(string Name, string Current, int Versions)[]> LookAsync(CrashScene scene)
    {
        ISecretStore store = scene.Store();
        List<(string, string, int)> seen = [];
        foreach (string name in scene.Target.Carriers)
        {
            RotationView view = await store.Rotation.ViewAsync(new RotationSubject(name, scene.UsesAlias), default);
            using ReadSecret current = await store.Rotation.ReadAsync(view, view.Current, default);

            // Google's lists lag behind; its numbers have no gaps.
            int versions = store is GcpStore google
                ? int.Parse(await google.NewestNumberAsync(name, default))
                : (await store.ListVersionsAsync(name, default)).Count;
            seen.Add((name, current.Value.RevealText(name), versions));
        }

        return [.. seen];
    }

    private async Task VerifyAsync(CrashScene scene, (string Name, string Current, int Versions)[] before)
    {
        ISecretStore store = scene.Store();
        (string Name, string Current, int Versions)[] after = await LookAsync(scene);
        foreach (((string name, string old, int versions), (_, string now, int versionsNow)) in before.Zip(after))
        {
            RotationView view = await store.Rotation.ViewAsync(new RotationSubject(name, scene.UsesAlias), default);
            Assert.True(old != now, $"{this}: '{name}' has its old value.");
            Assert.True(view.Pending is null && view.Foreign is null, $"{this}: something is left aside of '{name}'.");

            // Going back makes a new version only where the newest one is the current one.
            int made = Action != "undo" || (Store is "Gcp" or "Aws" || name != scene.Target.Key) ? 1 : 0;
            Assert.True(
                versionsNow == versions + made || (IsLast && (Action == "force" || !scene.Target.KeepsOld) && versionsNow == versions + 2),
                $"{this}: '{name}' has {versionsNow - versions} new versions."
            );
            if (name == scene.Target.Key)
            {
                Assert.Equal(
                    Action switch
                    {
                        "force" => RotationState.Retired,
                        "undo" => RotationState.Undone,
                        _ => scene.Target.KeepsOld ? RotationState.Overlap : RotationState.Retired,
                    },
                    view.Record!.State
                );
                Assert.True(await scene.Target.AcceptsAsync(now), $"{this}: the target refuses the current value.");
            }
        }

        // The one before is there, and works as long as the overlap lasts.
        if (Action == "rotate" && scene.Target.KeepsOld)
        {
            RotationView view = await store.Rotation.ViewAsync(new RotationSubject(scene.Target.Key, scene.UsesAlias), default);
            using ReadSecret previous = await store.Rotation.ReadAsync(view, view.Record!.From!, default);
            Assert.Equal(before[0].Current, previous.Value.RevealText(null));
            Assert.True(await scene.Target.AcceptsAsync(before[0].Current), $"{this}: the target refuses the value before.");
        }

        Assert.DoesNotContain(
            await store.ListAsync("", default).ToListAsync(),
            d => d.StoreName.Contains("pending", StringComparison.Ordinal)
        );
        if (Store == "Gcp")
        {
            for (int basis = 1; basis <= after[0].Versions; basis++)
            {
                Assert.Null(await store.DescribeAsync(GcpAside.NameOf(scene.Target.Key, basis.ToString()), default));
            }
        }
    }

    private static string Word((int Number, bool After)? at, string what) =>
        at is { } kill ? $"{(kill.After ? "after" : "before")} {what} call {kill.Number}" : "";
}
