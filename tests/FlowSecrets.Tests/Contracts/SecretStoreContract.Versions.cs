using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Contracts;

public abstract partial class SecretStoreContract
{
    [Fact]
    public async Task ANewVersionBecomesCurrentAndTheOneBeforePrevious()
    {
        await Create("staged", "one");
        string second = await Add("staged", "two");
        string third = await Add("staged", "three");
        Assert.Equal("three", await Read("staged"));
        Assert.Equal("two", await Read("staged", new VersionSelector(null, Stages.Previous)));
        Assert.Equal("two", await Read("staged", new VersionSelector(second, null)));
        IReadOnlyList<SecretVersionInfo> versions = await Store.ListVersionsAsync("staged", None);
        Assert.Equal(3, versions.Count);
        Assert.Equal(third, versions[0].Version);
        Assert.Contains(Stages.Current, versions[0].Stages);
    }

    [Fact]
    public async Task APendingVersionDoesNotTouchTheCurrentOne()
    {
        await Create("pending", "old");
        using SecretValue value = SecretValue.FromText("new");
        if (!Store.Capabilities.MovableCurrent)
        {
            await Fails(ErrorIds.NotSupportedByStore, () => Store.AddVersionAsync("pending", value, Stages.Pending, null, None));
            Assert.Equal("old", await Read("pending"));
            Assert.Single(await Store.ListVersionsAsync("pending", None));
            return;
        }

        SecretVersionInfo made = await Store.AddVersionAsync("pending", value, Stages.Pending, null, None);
        Assert.Equal("old", await Read("pending"));
        Assert.Equal("new", await Read("pending", new VersionSelector(null, Stages.Pending)));
        await Store.MoveStageAsync("pending", Stages.Current, made.Version, null, None);
        Assert.Equal("new", await Read("pending"));
        Assert.Equal("old", await Read("pending", new VersionSelector(null, Stages.Previous)));
    }

    [Fact]
    public async Task MovingAStageComparesBeforeItSwaps()
    {
        await Create("cas", "one");
        string first = (await Store.DescribeAsync("cas", None))!.CurrentVersion!;
        string second = await Add("cas", "two");
        await Fails(ErrorIds.Conflict, () => Store.MoveStageAsync("cas", Stages.Current, first, first, None));
        Assert.Equal("two", await Read("cas"));
        using SecretValue value = SecretValue.FromText("three");
        await Fails(ErrorIds.Conflict, () => Store.AddVersionAsync("cas", value, null, first, None));
        await Fails(ErrorIds.Conflict, () => Store.AddVersionAsync("cas", value, null, "", None));
        Assert.Equal("two", await Read("cas"));
        if (Store.Capabilities.MovableCurrent)
        {
            await Store.MoveStageAsync("cas", Stages.Current, first, second, None);
            Assert.Equal("one", await Read("cas"));
            await Store.MoveStageAsync("cas", Stages.Current, second, first, None);
        }
        else
        {
            await Fails(ErrorIds.NotSupportedByStore, () => Store.MoveStageAsync("cas", Stages.Current, first, second, None));
        }

        await Store.AddVersionAsync("cas", value, null, second, None);
        Assert.Equal("three", await Read("cas"));
        Assert.Equal("two", await Read("cas", new VersionSelector(null, Stages.Previous)));
    }

    [Fact]
    public async Task TheFirstVersionIsAddedOnceWhereNoneIsExpected()
    {
        await Store.CreateAsync("first", NoLabels, null, None);
        using SecretValue one = SecretValue.FromText("one");
        using SecretValue two = SecretValue.FromText("two");
        string version = (await Store.AddVersionAsync("first", one, null, "", None)).Version;
        Assert.Equal(version, (await Store.DescribeAsync("first", None))!.CurrentVersion);
        await Fails(ErrorIds.Conflict, () => Store.AddVersionAsync("first", two, null, "", None));
        Assert.Equal("one", await Read("first"));
    }

    [Fact]
    public async Task AStageOfOnesOwnIsMovedAndTakenOff()
    {
        await Create("blue", "one");
        string first = (await Store.DescribeAsync("blue", None))!.CurrentVersion!;
        string second = await Add("blue", "two");
        await Store.MoveStageAsync("blue", "green", first, null, None);
        Assert.Equal("one", await Read("blue", new VersionSelector(null, "green")));
        await Fails(ErrorIds.Conflict, () => Store.MoveStageAsync("blue", "green", second, second, None));
        await Store.MoveStageAsync("blue", "green", second, first, None);
        Assert.Equal("two", await Read("blue", new VersionSelector(null, "green")));
        Assert.Contains("green", (await Store.ListVersionsAsync("blue", None)).Single(v => v.Version == second).Stages);
        await Store.MoveStageAsync("blue", "green", null, second, None);
        await Fails(ErrorIds.VersionNotFound, () => Read("blue", new VersionSelector(null, "green")));
        await Fails(ErrorIds.VersionNotFound, () => Store.MoveStageAsync("blue", "green", UnknownVersion, null, None));
    }

    [Fact]
    public async Task ADisabledVersionIsRefusedUntilItIsEnabled()
    {
        await Create("switch", "on");
        string version = (await Store.DescribeAsync("switch", None))!.CurrentVersion!;
        if (!Store.Capabilities.VersionDisable)
        {
            await Fails(ErrorIds.NotSupportedByStore, () => Store.SetVersionStateAsync("switch", version, VersionState.Disabled, None));
            Assert.Equal("on", await Read("switch"));
            return;
        }

        await Store.SetVersionStateAsync("switch", version, VersionState.Disabled, None);
        await Fails(ErrorIds.VersionDisabled, () => Store.ReadAsync("switch", default, None));
        Assert.Equal(VersionState.Disabled, (await Store.DescribeAsync("switch", None))!.CurrentState);
        await Store.SetVersionStateAsync("switch", version, VersionState.Enabled, None);
        Assert.Equal("on", await Read("switch"));
    }

    [Fact]
    public async Task ADestroyedVersionDoesNotComeBack()
    {
        await Create("gone", "one");
        string version = (await Store.DescribeAsync("gone", None))!.CurrentVersion!;
        if (!Store.Capabilities.VersionDestroy)
        {
            await Fails(ErrorIds.NotSupportedByStore, () => Store.SetVersionStateAsync("gone", version, VersionState.Destroyed, None));
            Assert.Equal("one", await Read("gone"));
            return;
        }

        await Store.SetVersionStateAsync("gone", version, VersionState.Destroyed, None);
        await Fails(ErrorIds.VersionDestroyed, () => Store.ReadAsync("gone", default, None));
        await Fails(ErrorIds.VersionDestroyed, () => Store.SetVersionStateAsync("gone", version, VersionState.Enabled, None));
        await Fails(ErrorIds.VersionDestroyed, () => Store.MoveStageAsync("gone", Stages.Pending, version, null, None));
        Assert.NotEqual(version, await Add("gone", "two"));
    }

    [Fact]
    public async Task EachStateOfASecretIsItsOwnAnswerInABulkRead()
    {
        Dictionary<string, string?> expected = new(StringComparer.Ordinal)
        {
            ["here"] = null,
            ["absent"] = ErrorIds.SecretNotFound,
            ["empty"] = ErrorIds.SecretHasNoVersion,
        };
        await Create("here", "x");
        await Store.CreateAsync("empty", NoLabels, null, None);
        foreach (
            (string name, VersionState state, string id, bool can) in new[]
            {
                ("off", VersionState.Disabled, ErrorIds.VersionDisabled, Store.Capabilities.VersionDisable),
                ("gone", VersionState.Destroyed, ErrorIds.VersionDestroyed, Store.Capabilities.VersionDestroy),
            }.Where(static s => s.Item4)
        )
        {
            await Create(name, "x");
            await Store.SetVersionStateAsync(name, (await Store.DescribeAsync(name, None))!.CurrentVersion!, state, None);
            expected.Add(name, id);
        }

        if (Store.Capabilities.RecoveryWindow)
        {
            await Create("deleted", "x");
            await Store.DeleteAsync("deleted", TimeSpan.FromDays(7), None);
            expected.Add("deleted", ErrorIds.PendingDeletion);
        }

        Dictionary<string, string?> found = new(StringComparer.Ordinal);
        await foreach (ReadOutcome outcome in Store.ReadManyAsync(expected.Keys, None))
        {
            using (outcome)
            {
                found.Add(outcome.StoreName, outcome.Error?.Id);
            }
        }

        Assert.Equal(expected.OrderBy(static e => e.Key), found.OrderBy(static e => e.Key));
    }

    [Fact]
    public async Task AnUnknownVersionOrStageSaysSo()
    {
        await Create("known", "x");
        await Fails(ErrorIds.VersionNotFound, () => Store.ReadAsync("known", new VersionSelector(UnknownVersion, null), None));
        await Fails(ErrorIds.VersionNotFound, () => Store.ReadAsync("known", new VersionSelector("99", null), None));
        await Fails(ErrorIds.VersionNotFound, () => Store.ReadAsync("known", new VersionSelector(null, Stages.Pending), None));
        await Fails(
            Store.Capabilities.VersionDisable ? ErrorIds.VersionNotFound : ErrorIds.NotSupportedByStore,
            () => Store.SetVersionStateAsync("known", "99", VersionState.Disabled, None)
        );
    }

    [Fact]
    public async Task ConcurrentWritersLoseNothing()
    {
        await Create("busy", "start");
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        for (int i = 0; i < 10; i++)
                        {
                            await Add("busy", $"{writer}-{i}");
                        }
                    })
                )
        );
        IReadOnlyList<SecretVersionInfo> versions = await Store.ListVersionsAsync("busy", None);
        Assert.Equal(81, versions.Count);
        HashSet<string> values = [];
        foreach (SecretVersionInfo version in versions)
        {
            values.Add(await Read("busy", new VersionSelector(version.Version, null)));
        }

        Assert.Equal(81, values.Count);
        Assert.Single(versions, static v => v.Stages.Contains(Stages.Current));
    }
}
