using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Local;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Local;

/// <summary>A clock that is wrong loses nothing that was deleted so that it can be restored.</summary>
public sealed class LocalStoreClockTests : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromDays(30);

    private readonly Sandbox _sandbox = new();
    private readonly SetClock _clock = new();

    public void Dispose() => _sandbox.Dispose();

    private LocalStore Store =>
        new(new LocalStoreLocation(_sandbox.StoreFile, Path.Combine(_sandbox.Folder, "home", "config", "keys")), null, _clock);

    [Theory]
    [InlineData(31)]
    [InlineData(400)]
    [InlineData(36_500)]
    [InlineData(-400)]
    public async Task AClockThatJumpsPurgesNothing(int days)
    {
        await DeleteAsync();
        _clock.Days += days;
        await WriteAsync("b");
        await WriteAsync("c");
        Assert.NotNull((await Store.DescribeAsync("a", default))!.Deleted);
        _clock.Days -= days;
        await WriteAsync("d");
        await Store.RestoreAsync("a", default);
        Assert.Equal("a", await LocalStoreKeyTests.ReadAsync(Store, "a"));
    }

    [Fact]
    public async Task AClockThatJumpsIntoTheWindowAndBeyondPurgesNothing()
    {
        await DeleteAsync();
        foreach (int day in new[] { 10, 11, 12, 500 })
        {
            _clock.Days = day;
            await WriteAsync($"b{day}");
        }

        await Store.RestoreAsync("a", default);
        Assert.Equal("a", await LocalStoreKeyTests.ReadAsync(Store, "a"));
    }

    [Fact]
    public async Task WhatIsDeletedIsPurgedOnceTheStoreSawItsWindowPass()
    {
        await DeleteAsync();
        foreach (int day in new[] { 5, 12, 20, 29 })
        {
            _clock.Days = day;
            await WriteAsync($"b{day}");
            await SecretStoreContract.Fails(ErrorIds.PendingDeletion, () => Store.ReadAsync("a", default, default));
        }

        _clock.Days = 31;
        Assert.Null(await Store.DescribeAsync("a", default));
        await SecretStoreContract.Fails(ErrorIds.SecretNotFound, () => Store.RestoreAsync("a", default));
        await WriteAsync("a");
        Assert.Equal("1", (await Store.DescribeAsync("a", default))!.CurrentVersion);
    }

    [Fact]
    public async Task APermanentDeletionNeedsNoClock()
    {
        await DeleteAsync();
        await Store.DeleteAsync("a", null, default);
        Assert.Null(await Store.DescribeAsync("a", default));
    }

    private async Task DeleteAsync()
    {
        await WriteAsync("a");
        await Store.DeleteAsync("a", Window, default);
    }

    private Task WriteAsync(string name) => LocalStoreKeyTests.CreateAsync(Store, name, name);

    private sealed class SetClock : TimeProvider
    {
        private readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public int Days { get; set; }

        public override DateTimeOffset GetUtcNow() => _start.AddDays(Days);
    }
}
