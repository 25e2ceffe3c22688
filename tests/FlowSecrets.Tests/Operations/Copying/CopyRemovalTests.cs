using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Copying;

/// <summary>The statement C7: when the source is removed, and how.</summary>
public sealed class CopyRemovalTests
{
    [Fact]
    public async Task C7_TheSourceIsRemovedOnlyWithAllVersions()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            scene.CopyAsync("local", "gcp", static o => o with { RemoveSource = true })
        );
        Assert.Equal(ErrorIds.BadArgument, error.Id);
    }

    [Theory]
    [MemberData(nameof(CopyScene.Pairs), MemberType = typeof(CopyScene))]
    public async Task C7_TheSourceIsRemovedWithARecoveryWindowWhereThereIsOneAndIsAskedAbout(string from, string to)
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync(from, "jwt-secret", "one", "two");
        CopyResult done = Assert.Single(
            await scene.CopyAsync(from, to, static o => o with { Names = ["jwt-secret"], AllVersions = true, RemoveSource = true })
        );
        Assert.Equal(("Created", true), (done.Status, done.SourceRemoved));
        Assert.StartsWith("!", Assert.Single(scene.Host.Actions));
        SecretDescription? source = await scene.Store(from).DescribeAsync("jwt-secret", default);
        Assert.Equal(scene.Store(from).Capabilities.RecoveryWindow, source is { Deleted: not null });
        Assert.Equal(["one:previous", "two:current"], await scene.StateAsync(to, "jwt-secret"));
    }

    [Fact]
    public async Task C7_ASourceWithADisabledVersionIsCopiedAndKept()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync("gcp", "jwt-secret", "one", "two");
        await scene.Store("gcp").SetVersionStateAsync("jwt-secret", "1", VersionState.Disabled, default);
        CopyResult done = Assert.Single(
            await scene.CopyAsync("gcp", "aws", static o => o with { Names = ["jwt-secret"], AllVersions = true, RemoveSource = true })
        );
        Assert.Equal((ErrorIds.SourceNotRemoved, false), (done.ErrorId, done.SourceRemoved));
        Assert.Contains("-Version 1 -State Enabled", done.Error!.Remedy, StringComparison.Ordinal);
        Assert.Equal(["two:current"], await scene.StateAsync("aws", "jwt-secret"));
        Assert.NotNull(await scene.Store("gcp").DescribeAsync("jwt-secret", default));

        // As the remedy says.
        await scene.Store("gcp").SetVersionStateAsync("jwt-secret", "1", VersionState.Enabled, default);
        done = Assert.Single(
            await scene.CopyAsync(
                "gcp",
                "aws",
                static o => o with { Names = ["jwt-secret"], AllVersions = true, RemoveSource = true, UpdateExisting = true }
            )
        );
        Assert.True(done.SourceRemoved, done.Message);
        Assert.Equal(["two", "one:previous", "two:current"], await scene.StateAsync("aws", "jwt-secret"));
    }

    [Theory]
    [InlineData("gcp", "aws")]
    [InlineData("aws", "local")]
    [InlineData("local", "gcp")]
    public async Task C7_ASourceThatWasChangedMeanwhileIsKept(string from, string to)
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync(from, "jwt-secret", "one");
        scene.Host.BeforeEffect = () =>
        {
            using SecretValue value = SecretValue.FromText("meanwhile");
            scene.Store(from).AddVersionAsync("jwt-secret", value, null, null, default).GetAwaiter().GetResult();
        };
        CopyResult done = Assert.Single(
            await scene.CopyAsync(from, to, static o => o with { Names = ["jwt-secret"], AllVersions = true, RemoveSource = true })
        );
        Assert.Equal(ErrorIds.SourceNotRemoved, done.ErrorId);
        Assert.Null((await scene.Store(from).DescribeAsync("jwt-secret", default))!.Deleted);
        scene.Host = new TestHost();
        done = Assert.Single(
            await scene.CopyAsync(from, to, static o => o with { Names = ["jwt-secret"], AllVersions = true, RemoveSource = true })
        );
        Assert.True(done.SourceRemoved, done.Message);
        Assert.Equal(["one:previous", "meanwhile:current"], await scene.StateAsync(to, "jwt-secret"));
    }

    [Fact]
    public async Task C7_NothingIsDoneIfTheAnswerIsNo()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync("gcp", "jwt-secret", "one");
        scene.Host = new TestHost { Agrees = false };
        CopyResult done = Assert.Single(
            await scene.CopyAsync("gcp", "aws", static o => o with { Names = ["jwt-secret"], AllVersions = true, RemoveSource = true })
        );
        Assert.Equal("Skipped", done.Status);
        Assert.Null(await scene.Store("aws").DescribeAsync("jwt-secret", default));
        Assert.NotNull(await scene.Store("gcp").DescribeAsync("jwt-secret", default));
    }
}
