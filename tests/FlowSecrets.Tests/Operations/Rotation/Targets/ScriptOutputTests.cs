using System.Text;
using FlowSecrets.Processes;

namespace FlowSecrets.Tests.Operations.Rotation.Targets;

/// <summary>However a script's output comes in, its last line is known where all of it is.</summary>
public sealed class ScriptOutputTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData(" \r\n\n\t", null)]
    [InlineData("one", "one")]
    [InlineData("one\ntwo\n", "two")]
    [InlineData("one\r\n two \r\n\r\n", "two")]
    [InlineData("é語😀\n", "é語😀")]
    public async Task TheLastLineThatIsNotBlank(string text, string? line) =>
        Assert.Equal(line, await LastAsync(Encoding.UTF8.GetBytes(text), 7));

    [Fact]
    public async Task HoweverItComesIn()
    {
        Random random = new(5);
        for (int i = 0; i < 400; i++)
        {
            string last = new('z', random.Next(1, 4095));
            byte[] bytes = Encoding.UTF8.GetBytes(new string('a', random.Next(9000)) + "\n" + last);
            Assert.Equal(last, await LastAsync(bytes, random.Next(1, 20000)));
        }
    }

    [Theory]
    [InlineData(4096, 0, true)]
    [InlineData(4095, 1, true)]
    [InlineData(4096, 1, false)]
    [InlineData(4097, 0, false)]
    [InlineData(50000, 0, false)]
    public async Task ALineWhoseBeginningIsLostIsNone(int length, int newlines, bool isWhole)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(new string('\n', newlines) + new string('z', length));
        foreach (int chunk in new[] { 1, 1000, 4096, 5000, 100000 })
        {
            Assert.Equal(isWhole ? new string('z', length) : null, await LastAsync(bytes, chunk));
        }
    }

    [Fact]
    public async Task WhatIsNotKeptTakesNoMemory()
    {
        using OutputTail output = new();
        using Chunks endless = new(new byte[100_000_000], 65536);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Task drained = output.DrainAsync(endless, default);
        Assert.True(drained.IsCompletedSuccessfully);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        await drained;
    }

    [Fact]
    public async Task NothingIsLeftAfterIt()
    {
        OutputTail output = new();
        using Chunks source = new("a value"u8.ToArray(), 3);
        await output.DrainAsync(source, default);
        output.Dispose();
        Assert.Null(output.LastLine());
    }

    private static async Task<string?> LastAsync(byte[] bytes, int chunk)
    {
        using OutputTail output = new();
        using Chunks source = new(bytes, chunk);
        await output.DrainAsync(source, default);
        return output.LastLine();
    }

    /// <summary>Gives at most so many bytes at a time, at once.</summary>
    private sealed class Chunks(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span[..Math.Min(chunk, buffer.Length)]));
    }
}
