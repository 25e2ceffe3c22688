using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Tests.CloudFakes;
using FlowSecrets.Tests.CloudFakes.Aws;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>Rotation on AWS Secrets Manager: what of others is left alone, and what of ours is known again.</summary>
public sealed class RotationOnAwsTests
{
    private const string Catalog = "  s: { generate: { kind: base64url }, rotate: { every: 90d, overlap: 24h } }";

    [Fact]
    public async Task AnotherToolsPendingVersionIsLeftAlone()
    {
        await using RotationStage stage = await StartAsync();
        await stage.AddAsync("s", "theirs", stage: "pending");
        RotationView before = await stage.ViewAsync("s");
        Assert.True(before is { Pending: null, Foreign: not null });
        stage.Fake!.ClearCalls();
        Assert.Equal(ErrorIds.RotationInProgress, (await stage.RotateAsync("s")).ErrorId);
        Assert.Equal(ErrorIds.RotationInProgress, (await stage.RotateAsync("s", force: true)).ErrorId);
        Assert.Equal(ErrorIds.RotationInProgress, (await stage.UndoAsync("s")).ErrorId);
        Assert.DoesNotContain(stage.Fake.Calls, static c => c.Operation is "PutSecretValue" or "UpdateSecretVersionStage" or "TagResource");
        Assert.Equal((before.Current, "old-value"), ((await stage.ViewAsync("s")).Current, await stage.CurrentAsync("s")));
    }

    [Fact]
    public async Task AFunctionsRotationInProgressIsSeen()
    {
        await using AwsProbe amazon = await AwsProbe.StartAsync();
        await amazon.Ok("CreateSecret", $$"""{"Name":"s","SecretString":"old-value","ClientRequestToken":"{{AwsProbe.Token(1)}}"}""");
        await amazon.Ok(
            "RotateSecret",
            $$"""
            {"SecretId":"s","RotationLambdaARN":"arn:aws:lambda:eu-west-1:123456789012:function:rotate",
            "ClientRequestToken":"{{AwsProbe.Token(2)}}"}
            """
        );
        RotationView view = await CloudStores.Aws(amazon.Fake.Endpoint).Rotation.ViewAsync(new RotationSubject("s"), default);
        Assert.Null(view.Pending);
        Assert.Contains("function:rotate", view.Foreign, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AfterARotationTheLabelsAreAsAwsHasThem()
    {
        await using RotationStage stage = await StartAsync();
        string old = (await stage.ViewAsync("s")).Current;
        await stage.RotateAsync("s");
        IReadOnlyList<SecretVersionInfo> versions = await stage.Store.ListVersionsAsync("s", default);
        Assert.Equal(
            [
                ["current"],
                ["previous"],
            ],
            versions.Select(static v => v.Stages)
        );
        Assert.Equal(old, versions[1].Version);
        stage.Clock.Ahead = TimeSpan.FromHours(25);
        Assert.Equal(ItemStatus.Retired, Assert.Single(await stage.RunAsync(new InvokeRotationOptions { Due = true })).Status);
        Assert.Equal(
            [
                ["current"],
                [],
            ],
            (await stage.Store.ListVersionsAsync("s", default)).Select(static v => v.Stages)
        );
    }

    [Fact]
    public async Task GoingBackLeavesNoLabelOfOurs()
    {
        await using RotationStage stage = await StartAsync();
        await stage.RotateAsync("s");
        Assert.Equal(ItemStatus.Undone, (await stage.UndoAsync("s")).Status);
        Assert.Equal("old-value", await stage.CurrentAsync("s"));
        Assert.Equal(
            ["current", "previous"],
            (await stage.Store.ListVersionsAsync("s", default)).SelectMany(static v => v.Stages).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task ARotatorAndWhoGoesBackMeetInOneVersion()
    {
        await using RotationStage stage = await StartAsync();
        await stage.RotateAsync("s");
        RotationView seen = await stage.ViewAsync("s");
        RotationView goesBack = await stage.Store.Rotation.StageAgainAsync(seen, seen.Record!.From!, default);
        using SecretValue made = SecretValue.FromText("made-by-another");
        RotationView rotates = await stage.Store.Rotation.StageAsync(seen, made, default);
        Assert.Equal((goesBack.Pending!.Version, true), (rotates.Pending!.Version, rotates.Pending.IsUndo));
        using ReadSecret aside = await stage.Store.Rotation.ReadAsync(rotates, rotates.Pending.Version, default);
        Assert.Equal("old-value", aside.Value.RevealText(null));
    }

    [Fact]
    public async Task AStragglersPendingVersionIsKnownAsOursAndCanBeGivenUp()
    {
        await using RotationStage stage = await StartAsync();
        RotationView seen = await stage.ViewAsync("s");
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(ItemStatus.Rotated, (await stage.RotateAsync("s", force: true)).Status);
        }

        // It began long ago, slept, and puts its value aside for a version that nothing remembers any more.
        string current = await stage.CurrentAsync("s");
        using SecretValue late = SecretValue.FromText("late");
        await stage.Store.Rotation.StageAsync(seen with { Current = "00000000-0000-0000-0000-000000000001" }, late, default);
        Assert.True((await stage.ViewAsync("s")) is { Pending.IsSuperseded: true, Foreign: null });
        Assert.Equal(ErrorIds.Conflict, (await stage.RotateAsync("s")).ErrorId);
        Assert.Equal(ItemStatus.Undone, (await stage.UndoAsync("s")).Status);
        Assert.Equal(current, await stage.CurrentAsync("s"));
        Assert.Equal(ItemStatus.Rotated, (await stage.RotateAsync("s")).Status);
    }

    [Fact]
    public async Task TheRehearsalSeesThatTheTagsAreUsedUp()
    {
        await using RotationStage stage = await StartAsync();
        Assert.True(stage.Store.Rotation.RoomIn(await stage.ViewAsync("s")).IsFine);
        await stage.Store.SetLabelsAsync(
            "s",
            Enumerable.Range(1, 45).ToDictionary(static i => $"t{i}", static _ => "x", StringComparer.Ordinal),
            default
        );
        Assert.False(stage.Store.Rotation.RoomIn(await stage.ViewAsync("s")).IsFine);
    }

    private static async Task<RotationStage> StartAsync()
    {
        RotationStage stage = await RotationStage.StartAsync("aws", Catalog);
        await stage.CreateAsync("s", "old-value");
        return stage;
    }
}
