using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Copying;

/// <summary>The statements C1 to C8 about Copy-FlowSecret that need no PowerShell; C4 is in <see cref="CopyFaultTests"/>.</summary>
public sealed class CopyTests
{
    private const string Canary = "c4n4ry-91ab7";

    [Theory]
    [MemberData(nameof(CopyScene.Pairs), MemberType = typeof(CopyScene))]
    public async Task C1_ThePlanAndTheResultsHoldNoValueAndTheFilesNeither(string from, string to)
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync(from, "jwt-secret", $"{Canary}-1", $"{Canary}-2");
        scene.Host = new TestHost { IsWhatIf = true };
        List<CopyResult> planned = await scene.CopyAsync(from, to, static o => o with { Names = ["jwt-secret"], AllVersions = true });
        CopyResult plan = Assert.Single(planned);
        Assert.Equal(("Create", "Planned", 2), (plan.Action, plan.Status, plan.Copied.Length));
        Assert.Null(await scene.Store(to).DescribeAsync("jwt-secret", default));
        string said = scene.Host.Everything + plan;
        scene.Host = new TestHost();
        CopyResult done = Assert.Single(await scene.CopyAsync(from, to, static o => o with { Names = ["jwt-secret"], AllVersions = true }));
        Assert.Equal("Created", done.Status);
        Assert.DoesNotContain(Canary, said + scene.Host.Everything + done, StringComparison.Ordinal);
        Assert.All(
            Directory.GetFiles(scene.Sandbox.Folder, "*", SearchOption.AllDirectories),
            static f => Assert.DoesNotContain(Canary, File.ReadAllText(f), StringComparison.Ordinal)
        );
    }

    [Theory]
    [MemberData(nameof(CopyScene.Pairs), MemberType = typeof(CopyScene))]
    public async Task C2_AllVersionsAreCopiedInOrderWithTheirStages(string from, string to)
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync(from, "jwt-secret", "one", "two", "three", "four");
        string first = (await scene.Store(from).ListVersionsAsync("jwt-secret", default))[^1].Version;
        await scene.Store(from).MoveStageAsync("jwt-secret", "previous", first, null, default);
        await scene.Store(from).MoveStageAsync("jwt-secret", "blue", first, null, default);
        CopyResult done = Assert.Single(await scene.CopyAsync(from, to, static o => o with { Names = ["jwt-*"], AllVersions = true }));
        Assert.Equal(("Created", 4), (done.Status, done.Copied.Length));
        Assert.Equal(["one:blue+previous", "two", "three", "four:current"], await scene.StateAsync(to, "jwt-secret"));
        using ReadSecret current = await scene.Store(to).ReadAsync("jwt-secret", default, default);
        Assert.Equal((done.Version, "four"), (current.Version, current.Value.RevealText("")));
    }

    [Theory]
    [InlineData("local", "aws")]
    [InlineData("local", "gcp")]
    [InlineData("aws", "gcp")]
    [InlineData("aws", "local")]
    public async Task C2_AnOlderVersionThatIsCurrentComesLast(string from, string to)
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync(from, "jwt-secret", "one", "two", "three");
        IReadOnlyList<SecretVersionInfo> versions = await scene.Store(from).ListVersionsAsync("jwt-secret", default);
        await scene.Store(from).MoveStageAsync("jwt-secret", "current", versions[1].Version, null, default);
        await scene.CopyAsync(from, to, static o => o with { Names = ["jwt-secret"], AllVersions = true });
        Assert.Equal(["one", "three:previous", "two:current"], await scene.StateAsync(to, "jwt-secret"));
        CopyResult again = Assert.Single(
            await scene.CopyAsync(from, to, static o => o with { Names = ["jwt-secret"], AllVersions = true })
        );
        Assert.Equal("Unchanged", again.Status);
    }

    [Theory]
    [InlineData("gcp", "aws")]
    [InlineData("gcp", "local")]
    [InlineData("local", "gcp")]
    public async Task C2_DisabledVersionsStayDisabledAndAreListedAsAreDestroyedOnes(string from, string to)
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync(from, "jwt-secret", "one", "two", "three", "four");
        ISecretStore source = scene.Store(from);
        await source.SetVersionStateAsync("jwt-secret", "1", VersionState.Destroyed, default);
        await source.SetVersionStateAsync("jwt-secret", "2", VersionState.Disabled, default);
        CopyResult done = Assert.Single(await scene.CopyAsync(from, to, static o => o with { Names = ["jwt-secret"], AllVersions = true }));
        Assert.Equal(["1 (destroyed)", "2 (disabled)"], done.NotCopied);
        Assert.Equal(["three:previous", "four:current"], await scene.StateAsync(to, "jwt-secret"));
        Assert.Equal(VersionState.Disabled, (await source.ListVersionsAsync("jwt-secret", default))[2].State);
    }

    [Fact]
    public async Task C2_ADisabledCurrentVersionIsAnErrorAndNoOlderValueBecomesCurrent()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync("gcp", "jwt-secret", "one", "two");
        await scene.Store("gcp").SetVersionStateAsync("jwt-secret", "2", VersionState.Disabled, default);
        foreach (bool all in new[] { false, true })
        {
            CopyResult done = Assert.Single(await scene.CopyAsync("gcp", "aws", o => o with { Names = ["jwt-secret"], AllVersions = all }));
            Assert.Equal(ErrorIds.VersionDisabled, done.ErrorId);
            Assert.Contains("Set-FlowSecretVersion 'jwt-secret' -Environment 'gcp'", done.Error!.Remedy, StringComparison.Ordinal);
        }

        Assert.Null(await scene.Store("aws").DescribeAsync("jwt-secret", default));
    }

    [Theory]
    [MemberData(nameof(CopyScene.Pairs), MemberType = typeof(CopyScene))]
    public async Task C3_TheSecondRunChangesNothing(string from, string to)
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await CopyScene.SeedAsync(scene.Store(from), "jwt-secret", new() { ["team"] = "red", ["empty"] = "" }, "one", "two", "one");
        await scene.SeedAsync(from, "api-key", "key");
        foreach (bool all in new[] { false, true })
        {
            await scene.CopyAsync(from, to, o => o with { AllVersions = all, UpdateExisting = true });
            List<string> state = await scene.StateAsync(to, "jwt-secret");
            scene.Host = new TestHost();
            List<CopyResult> again = await scene.CopyAsync(from, to, o => o with { AllVersions = all, UpdateExisting = true });
            Assert.Equal(["Unchanged", "Unchanged", "Missing"], again.Select(static r => r.Status));
            Assert.Empty(scene.Host.Actions);
            Assert.Equal("0 changes.", scene.Host.Said[^1]);
            Assert.Equal(state, await scene.StateAsync(to, "jwt-secret"));
        }
    }

    [Fact]
    public async Task C3_AVersionThatWasDisabledAfterItWasCopiedIsNotCopiedAgain()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync("aws", "jwt-secret", "one", "two", "three");
        await scene.CopyAsync("aws", "gcp", static o => o with { Names = ["jwt-secret"], AllVersions = true });
        await scene.Store("gcp").SetVersionStateAsync("jwt-secret", "1", VersionState.Disabled, default);
        CopyResult again = Assert.Single(
            await scene.CopyAsync("aws", "gcp", static o => o with { Names = ["jwt-secret"], AllVersions = true })
        );
        Assert.Equal("Unchanged", again.Status);
        CopyResult kept = Assert.Single(
            await scene.CopyAsync("aws", "gcp", static o => o with { Names = ["jwt-secret"], AllVersions = true, RemoveSource = true })
        );
        Assert.Equal((ErrorIds.SourceNotRemoved, false), (kept.ErrorId, kept.SourceRemoved));
        Assert.Null((await scene.Store("aws").DescribeAsync("jwt-secret", default))!.Deleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnotherValueInTheTargetIsKeptUnlessTheUserSaysOtherwise(bool all)
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync("local", "jwt-secret", "one", "two");
        await scene.SeedAsync("gcp", "jwt-secret", "other");
        await scene.SeedAsync("local", "data-key", "new");
        await scene.SeedAsync("gcp", "data-key", "old");
        List<CopyResult> kept = await scene.CopyAsync("local", "gcp", o => o with { AllVersions = all });
        Assert.Equal(["Differs", "Missing", "Differs"], kept.Select(static r => r.Status));
        Assert.Equal(["other:current"], await scene.StateAsync("gcp", "jwt-secret"));
        List<CopyResult> updated = await scene.CopyAsync("local", "gcp", o => o with { AllVersions = all, UpdateExisting = true });
        Assert.Equal(["Updated", "Missing", "Failed"], updated.Select(static r => r.Status));
        Assert.Equal(ErrorIds.EncryptionKeyProtected, updated[2].ErrorId);
        Assert.Equal(
            all ? ["other", "one:previous", "two:current"] : new[] { "other:previous", "two:current" },
            await scene.StateAsync("gcp", "jwt-secret")
        );
        updated = await scene.CopyAsync("local", "gcp", o => o with { UpdateExisting = true, OverwriteEncryptionKey = true });
        Assert.Equal("Updated", updated[2].Status);
    }

    [Fact]
    public async Task EachSideUsesItsOwnNames()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync("local", "jwt-secret", "a");
        await scene.SeedAsync("local", "api-key", "b");
        await scene.SeedAsync("local", "beyond", "c");
        List<CopyResult> done = await scene.CopyAsync(
            "local",
            "aws-prefixed",
            static o => o with { Names = ["*-secret", "api-key"], StoreNames = ["beyond"] }
        );
        Assert.Equal(["prod/jwt-secret", "legacy/api", "beyond"], done.Select(static r => r.StoreName));
        Assert.All(done, static r => Assert.Equal("Created", r.Status));
        Assert.Equal(["b:current"], await scene.StateAsync("aws-prefixed", "legacy/api"));
    }

    [Fact]
    public async Task AMissingSecretThatWasNamedIsAnErrorAndTheOthersGoOn()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync("local", "jwt-secret", "a");
        List<CopyResult> done = await scene.CopyAsync("local", "gcp", static o => o with { Names = ["api-key", "jwt-secret"] });
        Assert.Equal([ErrorIds.SecretNotFound, null], done.Select(static r => r.ErrorId));
        Assert.Equal("Created", done[1].Status);
    }
}
