using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Contracts;

/// <summary>What every store does alike. A store's own tests derive from it and say how to open one.</summary>
public abstract partial class SecretStoreContract : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Dictionary<string, string> NoLabels = new(StringComparer.Ordinal);

    private protected abstract ISecretStore Store { get; }

    /// <summary>What a server under the store is known to do wrong, so that the case is left out.</summary>
    protected virtual IReadOnlyCollection<ServerFault> KnownFaults => [];

    /// <summary>A well-formed version that no secret has.</summary>
    protected virtual string UnknownVersion => "99";

    public virtual void Dispose() => GC.SuppressFinalize(this);

    [Fact]
    public async Task AMissingSecretIsNotFoundEverywhere()
    {
        using SecretValue value = SecretValue.FromText("x");
        await Fails(ErrorIds.SecretNotFound, () => Store.ReadAsync("none", default, None));
        await Fails(ErrorIds.SecretNotFound, () => Store.AddVersionAsync("none", value, null, null, None));
        if (!KnownFaults.Contains(ServerFault.ListingVersionsOfAnAbsentSecretIsAnInternalError))
        {
            await Fails(ErrorIds.SecretNotFound, () => Store.ListVersionsAsync("none", None));
        }

        await Fails(
            Store.Capabilities.RecoveryWindow ? ErrorIds.SecretNotFound : ErrorIds.NotSupportedByStore,
            () => Store.DeleteAsync("none", TimeSpan.FromDays(7), None)
        );
        await Fails(ErrorIds.SecretNotFound, () => Store.DeleteAsync("none", null, None));
        await Fails(ErrorIds.SecretNotFound, () => Store.RestoreAsync("none", None));
        await Fails(ErrorIds.SecretNotFound, () => Store.SetLabelsAsync("none", NoLabels, None));
        Assert.Null(await Store.DescribeAsync("none", None));
    }

    [Fact]
    public async Task AContainerWithoutAVersionIsAnotherAnswerThanAMissingSecret()
    {
        await Store.CreateAsync("empty", NoLabels, null, None);
        await Fails(ErrorIds.SecretHasNoVersion, () => Store.ReadAsync("empty", default, None));
        Assert.Null((await Store.DescribeAsync("empty", None))!.CurrentVersion);
        Assert.Empty(await Store.ListVersionsAsync("empty", None));
    }

    [Fact]
    public async Task ASecretIsCreatedOnce()
    {
        await Create("once", "a");
        await Fails(ErrorIds.SecretExists, () => Create("once", "b"));
        Assert.Equal("a", await Read("once"));
    }

    [Fact]
    public async Task AnEmptyValueIsRefused()
    {
        await Fails(ErrorIds.EmptyValue, () => Create("nothing", ""));
        Assert.Null(await Store.DescribeAsync("nothing", None));
    }

    [Fact]
    public async Task TheLargestValueFitsAndOneByteMoreDoesNot()
    {
        int most = Store.Capabilities.MaxValueBytes;
        await Create("large", new string('x', most));
        Assert.Equal(most, (await Read("large")).Length);
        await Fails(ErrorIds.ValueTooLarge, () => Create("larger", new string('x', most + 1)));
    }

    [Fact]
    public async Task BytesComeBackAsTheyWentIn()
    {
        byte[][] samples =
        [
            [0],
            [0xFF, 0xFE, 0x00, 0x0A],
            "\r\nline\n"u8.ToArray(),
            "naïve ‘quotes’ 🔑\u0000"u8.ToArray(),
            [.. Enumerable.Range(0, 256).Select(static i => (byte)i)],
        ];
        for (int i = 0; i < samples.Length; i++)
        {
            using SecretValue value = SecretValue.FromBytes(samples[i]);
            await Store.CreateAsync($"bytes-{i}", NoLabels, value, None);
            using ReadSecret read = await Store.ReadAsync($"bytes-{i}", default, None);
            Assert.Equal(samples[i], read.Value.AsSpan().ToArray());
        }
    }

    [Theory]
    [InlineData("has space")]
    [InlineData("")]
    [InlineData("new\nline")]
    [InlineData("ümlaut")]
    [InlineData("semi;colon")]
    public async Task NamesThatTheStoreRefusesAreRefused(string name) => await Fails(ErrorIds.InvalidName, () => Create(name, "x"));

    [Fact]
    public async Task NamesThatDifferByCaseAloneAreTwoSecrets()
    {
        await Create("Case", "upper");
        await Create("case", "lower");
        Assert.Equal("upper", await Read("Case"));
        Assert.Equal("lower", await Read("case"));
    }

    [Fact]
    public async Task ThreeHundredSecretsAreListedOnce()
    {
        for (int i = 0; i < 300; i++)
        {
            await Create($"many-{i:D3}", $"{i}");
        }

        await Create("other", "x");
        List<string> names = [];
        await foreach (SecretDescription secret in Store.ListAsync("many-", None))
        {
            names.Add(secret.StoreName);
        }

        Assert.Equal(Enumerable.Range(0, 300).Select(static i => $"many-{i:D3}"), names.Order(StringComparer.Ordinal));
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        await foreach (ReadOutcome outcome in Store.ReadManyAsync([.. names, "missing"], None))
        {
            using (outcome)
            {
                values[outcome.StoreName] = outcome.Error?.Id ?? outcome.Secret!.Value.RevealText("");
            }
        }

        await foreach (DescribeOutcome outcome in Store.DescribeManyAsync([.. names, "missing"], None))
        {
            Assert.Null(outcome.Error);
            Assert.Equal(outcome.StoreName == "missing", outcome.Description is null);
            Assert.Equal(outcome.Description?.StoreName ?? "missing", outcome.StoreName);
            Assert.True(names.Remove(outcome.StoreName) || outcome.StoreName == "missing");
        }

        Assert.Empty(names);
        names = [.. Enumerable.Range(0, 300).Select(static i => $"many-{i:D3}")];
        Assert.Equal(ErrorIds.SecretNotFound, values["missing"]);
        Assert.All(names, n => Assert.Equal(int.Parse(n[5..]).ToString(), values[n]));
    }

    [Fact]
    public async Task LabelsAreSetAndTakenOffAndOthersStay()
    {
        await Store.CreateAsync(
            "labelled",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "1", ["b"] = "2" },
            null,
            None
        );
        await Store.SetLabelsAsync("labelled", new Dictionary<string, string>(StringComparer.Ordinal) { ["b"] = "3", ["c"] = "4" }, None);
        await Store.SetLabelsAsync("labelled", new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "", ["none"] = "" }, None);
        Assert.Equal(
            [("b", "3"), ("c", "4")],
            (await Store.DescribeAsync("labelled", None))!.Labels.Select(static l => (l.Key, l.Value)).Order()
        );
    }

    [Fact]
    public async Task WritersOfLabelsDoNotTakeEachOthersOff()
    {
        await Store.CreateAsync("tagged", NoLabels, null, None);
        await Task.WhenAll(
            Enumerable
                .Range(0, 5)
                .Select(i =>
                    Task.Run(() =>
                        Store.SetLabelsAsync("tagged", new Dictionary<string, string>(StringComparer.Ordinal) { [$"l{i}"] = "x" }, None)
                    )
                )
        );
        Assert.Equal(5, (await Store.DescribeAsync("tagged", None))!.Labels.Count);
    }

    [Fact]
    public async Task ADeletedSecretCannotBeReadAndComesBackWhole()
    {
        await Create("back", "one");
        await Add("back", "two");
        if (!Store.Capabilities.RecoveryWindow)
        {
            await Fails(ErrorIds.NotSupportedByStore, () => Store.DeleteAsync("back", TimeSpan.FromDays(7), None));
            await Fails(ErrorIds.NotSupportedByStore, () => Store.RestoreAsync("back", None));
            Assert.Equal("two", await Read("back"));
            return;
        }

        await Store.DeleteAsync("back", TimeSpan.FromDays(7), None);
        await Fails(ErrorIds.PendingDeletion, () => Store.ReadAsync("back", default, None));
        await Fails(ErrorIds.PendingDeletion, () => Create("back", "three"));
        if (!KnownFaults.Contains(ServerFault.ADeletedSecretTakesVersions))
        {
            await Fails(ErrorIds.PendingDeletion, () => Add("back", "three"));
        }

        Assert.NotNull((await Store.DescribeAsync("back", None))!.Deleted);
        await Store.RestoreAsync("back", None);
        Assert.Equal("two", await Read("back"));
        Assert.Equal("one", await Read("back", new VersionSelector(null, Stages.Previous)));
    }

    [Fact]
    public async Task DeletingForGoodFreesTheName()
    {
        await Create("free", "one");
        await Store.DeleteAsync("free", null, None);
        Assert.Null(await Store.DescribeAsync("free", None));
        await Create("free", "two");
        Assert.Equal("two", await Read("free"));
    }

    [Fact]
    public async Task ACancelledCallChangesNothing()
    {
        await Create("still", "one");
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        using SecretValue value = SecretValue.FromText("two");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.AddVersionAsync("still", value, null, null, cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.CreateAsync("never", NoLabels, value, cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.DeleteAsync("still", null, cancelled.Token));
        Assert.Equal("one", await Read("still"));
        Assert.Null(await Store.DescribeAsync("never", None));
    }

    protected async Task Create(string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        await Store.CreateAsync(name, NoLabels, value, None);
    }

    protected async Task<string> Add(string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        return (await Store.AddVersionAsync(name, value, null, null, None)).Version;
    }

    private protected async Task<string> Read(string name, VersionSelector selector = default)
    {
        using ReadSecret read = await Store.ReadAsync(name, selector, None);
        return read.Value.RevealText(name);
    }

    internal static async Task<FlowSecretException> Fails(string id, Func<Task> action)
    {
        FlowSecretException error = await Assert.ThrowsAsync<FlowSecretException>(action);
        Assert.Equal(id, error.Id);
        Assert.NotEmpty(error.Remedy);
        return error;
    }
}

/// <summary>Faults of other people's emulators, by name.</summary>
public enum ServerFault
{
    ListingVersionsOfAnAbsentSecretIsAnInternalError,
    ADeletedSecretTakesVersions,
}
