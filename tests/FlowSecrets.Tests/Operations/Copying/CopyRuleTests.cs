using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Copying;

/// <summary>The statements C5, C6 and C8: what is checked before the first write, what is not mapped, and who reads and writes.</summary>
public sealed class CopyRuleTests
{
    private static readonly byte[] Binary = [0, 255, 1, 128, 13, 10];

    [Fact]
    public async Task C5_WhatTheTargetCannotCarryIsNamedForAllBeforeTheFirstWrite()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        ISecretStore aws = scene.Store("aws");
        await CopyScene.SeedAsync(aws, "good", [], "1");
        await CopyScene.SeedAsync(aws, "with/slash", [], "1");
        await CopyScene.SeedAsync(aws, "labelled", new() { ["Cost Center"] = "R&D"[..1], ["team"] = "red" }, "1");
        await CopyScene.SeedAsync(aws, "dotted.name", [], "1");
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            scene.CopyAsync("aws", "gcp", static o => o with { StoreNames = ["good", "with/slash", "labelled", "dotted.name"] })
        );
        Assert.Equal(ErrorIds.CopyNotPossible, error.Id);
        foreach (string name in new[] { "with/slash", "dotted.name", "Cost Center" })
        {
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("'good'", error.Message, StringComparison.Ordinal);
        Assert.Null(await scene.Store("gcp").DescribeAsync("good", default));
        CopyResult left = Assert.Single(
            await scene.CopyAsync("aws", "gcp", static o => o with { StoreNames = ["labelled"], AllowUnmapped = true })
        );
        Assert.Equal(("Created", "label Cost Center"), (left.Status, Assert.Single(left.NotMapped)));
        Assert.Equal("red", (await scene.Store("gcp").DescribeAsync("labelled", default))!.Labels["team"]);
    }

    [Fact]
    public async Task C5_AValueThatIsTooLargeForTheTargetIsNamedInEachVersion()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync("local", "jwt-secret", "long-canary-value", "short", "another-long-value");
        await scene.SeedAsync("local", "api-key", "short");
        scene.Change = static s => SmallStore.Of(s);
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            scene.CopyAsync("local", "gcp", static o => o with { AllVersions = true })
        );
        Assert.Equal(ErrorIds.CopyNotPossible, error.Id);
        Assert.Contains("version 1 is larger than 8 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("version 3 is larger than 8 bytes", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
        Assert.Null(await scene.Store("gcp").DescribeAsync("api-key", default));
    }

    [Fact]
    public async Task C5_TwoSecretsThatWouldBeOneAreNamed()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync("local", "jwt-secret", "1");
        await scene.SeedAsync("local", "prod/jwt-secret", "2");
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            scene.CopyAsync("local", "aws-prefixed", static o => o with { Names = ["jwt-secret"], StoreNames = ["prod/jwt-secret"] })
        );
        Assert.Equal(ErrorIds.CopyNotPossible, error.Id);
        Assert.Null(await scene.Store("aws-prefixed").DescribeAsync("prod/jwt-secret", default));
    }

    [Theory]
    [MemberData(nameof(CopyScene.Pairs), MemberType = typeof(CopyScene))]
    public async Task C5_BytesArriveAsTheyAre(string from, string to)
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        byte[] large = new byte[65_536];
        new Random(1).NextBytes(large);
        byte[][] values = [Binary, large, "text with \0 in it"u8.ToArray(), "\uFEFFmark \r\n é 🔑"u8.ToArray()];
        for (int i = 0; i < values.Length; i++)
        {
            using SecretValue value = SecretValue.FromBytes(values[i]);
            await scene.Store(from).CreateAsync($"b-{i}", new Dictionary<string, string>(), value, default);
        }

        string[] names = [.. values.Select(static (_, i) => $"b-{i}")];
        List<CopyResult> done = await scene.CopyAsync(from, to, o => o with { StoreNames = names });
        Assert.All(done, static r => Assert.Equal("Created", r.Status));
        for (int i = 0; i < values.Length; i++)
        {
            using ReadSecret read = await scene.Store(to).ReadAsync($"b-{i}", default, default);
            Assert.True(read.Value.AsSpan().SequenceEqual(values[i]), $"b-{i}");
        }
    }

    [Fact]
    public async Task C6_LabelsBecomeTagsAndBackAndWhatDoesNotFitALabelBecomesAnAnnotation()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await CopyScene.SeedAsync(scene.Store("aws"), "s", new() { ["team"] = "red", ["Owner"] = "Ann Lee <x>"[..7] }, "1");
        await scene.CopyAsync("aws", "gcp", static o => o with { StoreNames = ["s"] });
        SecretDescription there = (await scene.Store("gcp").DescribeAsync("s", default))!;
        Assert.Equal("red", Assert.Single(there.Labels).Value);
        Assert.Equal(new("Owner", "Ann Lee"), Assert.Single(there.Annotations));
        await scene.CopyAsync("gcp", "aws2", static o => o with { StoreNames = ["s"] });
        SecretDescription back = (await scene.Store("aws2").DescribeAsync("s", default))!;
        Assert.Equal(("red", "Ann Lee"), (back.Labels["team"], back.Labels["Owner"]));
    }

    [Fact]
    public async Task C6_WhatBelongsToTheOldCloudIsListedAndWarnedOf()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        GcpStoreOptions options = new() { Limits = CloudStores.Quick, Replication = "europe-west1,europe-west3" };
        ISecretStore source = CloudStores.Gcp(scene.Gcp, options);
        await CopyScene.SeedAsync(source, "s", [], "1", "2");
        await source.SetAnnotationsAsync("s", new Dictionary<string, string> { ["note"] = "kept" }, default);
        CopyResult done = Assert.Single(await scene.CopyAsync("gcp", "aws", static o => o with { StoreNames = ["s"], AllVersions = true }));
        Assert.Equal("replication (europe-west1, europe-west3)", Assert.Single(done.NotMapped));
        Assert.Contains("replication", Assert.Single(scene.Host.Warnings), StringComparison.Ordinal);
        Assert.Equal("kept", (await scene.Store("aws").DescribeAsync("s", default))!.Labels["note"]);
        scene.Host = new TestHost();
        await scene.CopyAsync("gcp", "aws", static o => o with { StoreNames = ["s"], AllVersions = true });
        Assert.Empty(scene.Host.Warnings);
    }

    [Fact]
    public async Task C6_RecordsOfFlowSecretsItselfAreNotCopied()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await CopyScene.SeedAsync(scene.Store("aws"), "s", new() { [SecretOwner.Label] = "/elsewhere", ["team"] = "red" }, "1");
        CopyResult done = Assert.Single(await scene.CopyAsync("aws", "local", static o => o with { StoreNames = ["s"] }));
        Assert.Equal(("Created", 0), (done.Status, done.NotMapped.Length));
        Assert.Equal("team", Assert.Single((await scene.Store("local").DescribeAsync("s", default))!.Labels).Key);
    }

    [Fact]
    public async Task C6_ASecretInTheMiddleOfARotationIsRefusedWithTheCommandThatFinishesIt()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        ISecretStore local = scene.Store("local");
        await scene.SeedAsync("local", "jwt-secret", "one");
        using SecretValue value = SecretValue.FromText("pending");
        await local.AddVersionAsync("jwt-secret", value, Stages.Pending, null, default);
        CopyResult done = Assert.Single(
            await scene.CopyAsync("local", "gcp", static o => o with { Names = ["jwt-secret"], AllVersions = true })
        );
        Assert.Equal(ErrorIds.RotationInProgress, done.ErrorId);
        Assert.Contains("Invoke-FlowSecretRotation 'jwt-secret' -Environment 'local'", done.Error!.Remedy, StringComparison.Ordinal);
        Assert.Null(await scene.Store("gcp").DescribeAsync("jwt-secret", default));
    }

    [Fact]
    public async Task C8_WhoReadsAndWhoWritesIsSaidBeforeTheQuestion()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync("gcp", "jwt-secret", "one");
        Place source = scene.Store("gcp").Place;
        Place target = await scene.Store("aws").IdentifyAsync(default);
        int said = 0;
        scene.Host.BeforeEffect = () => said = scene.Host.Said.Count;
        CopyResult done = Assert.Single(await scene.CopyAsync("gcp", "aws", static o => o with { Names = ["jwt-secret"] }));
        string plan = scene.Host.Said[0];
        Assert.Equal(1, said);
        foreach (string part in new[] { source.ToString(), source.Identity, target.ToString(), target.Identity })
        {
            Assert.Contains(part, plan, StringComparison.Ordinal);
            Assert.Contains(part, Assert.Single(scene.Host.Actions), StringComparison.Ordinal);
        }

        Assert.Equal((source.Identity, target.Identity), (done.SourceIdentity, done.Identity));
    }

    [Theory]
    [InlineData("gcp", "gcp")]
    [InlineData("gcp", "GCP")]
    [InlineData("gcp", "again")]
    [InlineData("again", "gcp")]
    public async Task OneLocationIsNotCopiedIntoItself(string from, string to)
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() => scene.CopyAsync(from, to));
        Assert.Equal(ErrorIds.BadArgument, error.Id);
    }

    [Fact]
    public async Task WhatOnlyTheCatalogNamesNeedsApprovalOnBothSides()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync("gcp", "jwt-secret", "one");
        scene.Host.Approves = null;
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(() =>
            scene.CopyAsync("gcp", "aws", static o => o with { TrustCatalog = false })
        );
        Assert.Equal(ErrorIds.CatalogNotTrusted, error.Id);
        Assert.Contains("flow-test", error.Message, StringComparison.Ordinal);
        Assert.Contains("eu-west-1", error.Message, StringComparison.Ordinal);
        Assert.Null(await scene.Store("aws").DescribeAsync("jwt-secret", default));
        scene.Host = new TestHost();
        CopyResult done = (await scene.CopyAsync("gcp", "aws", static o => o with { TrustCatalog = false, Names = ["jwt-secret"] }))[0];
        Assert.Equal("Created", done.Status);
        string asked = string.Join('\n', Assert.Single(scene.Host.Approvals).Reaches);
        Assert.Contains("flow-test", asked, StringComparison.Ordinal);
        Assert.Contains("eu-west-1", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACancelledCopyWritesNothingMore()
    {
        await using CopyScene scene = await CopyScene.StartAsync();
        await scene.SeedAsync("local", "jwt-secret", "one");
        await scene.SeedAsync("local", "api-key", "two");
        using CancellationTokenSource stop = new();
        scene.Host.BeforeEffect = stop.Cancel;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scene.CopyAsync("local", "local2", cancellationToken: stop.Token));
        Assert.Null(await scene.Store("local2").DescribeAsync("jwt-secret", default));
        Assert.Null(await scene.Store("local2").DescribeAsync("api-key", default));
    }
}
