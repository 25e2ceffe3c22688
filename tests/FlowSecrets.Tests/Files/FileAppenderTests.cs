using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Files;

/// <summary>X3: lines are added as a whole or not at all.</summary>
public sealed class FileAppenderTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("", "N=1\n")]
    [InlineData("A=1", "A=1\nN=1\n")]
    [InlineData("A=1\n", "A=1\nN=1\n")]
    public void TextGoesOnALineOfItsOwn(string before, string after)
    {
        string path = _sandbox.Write("env", before);
        FileAppender.Append(path, "N=1\n"u8.ToArray(), default);
        Assert.Equal(after, _sandbox.Read("env"));
    }

    [Fact]
    public void AFileThatIsNotThereIsMadeForItsOwner()
    {
        FileAppender.Append(_sandbox.File("new"), "N=1\n"u8.ToArray(), default);
        Assert.Equal("N=1\n", _sandbox.Read("new"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_sandbox.File("new")));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void X3AFailedWriteIsTakenBack(int written)
    {
        string path = _sandbox.Write("env", "A=1");
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            FileAppender.Append(path, "N=secret\n"u8.ToArray(), default, s => new Failing(s, written))
        );
        Assert.Equal(ErrorIds.FileNotWritable, error.Id);
        Assert.Equal("A=1", _sandbox.Read("env"));
    }

    [Fact]
    public void X3WhatSomebodyElseAddedMeanwhileStays()
    {
        string path = _sandbox.Write("env", "A=1\n");
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            FileAppender.Append(
                path,
                "N=secret\n"u8.ToArray(),
                default,
                s => new Failing(s, 3, () => File.AppendAllText(path, "THEIRS=1\n"))
            )
        );
        Assert.Equal((ErrorIds.FileNotWritable, path), (error.Id, error.Target));
        Assert.Equal("A=1\nN=sTHEIRS=1\n", _sandbox.Read("env"));
    }

    [Fact]
    public void ALinkIsNotFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        string target = _sandbox.Write("target", "");
        File.CreateSymbolicLink(_sandbox.File("link"), target);
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            FileAppender.Append(_sandbox.File("link"), "N=1\n"u8.ToArray(), default)
        );
        Assert.Equal(ErrorIds.FileUnsafe, error.Id);
        Assert.Equal("", _sandbox.Read("target"));
    }

    /// <summary>A disk that is full after so many bytes.</summary>
    private sealed class Failing(Stream inner, int capacity, Action? before = null) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            inner.Write(buffer[..capacity]);
            inner.Flush();
            before?.Invoke();
            throw new IOException("No space left on device");
        }
    }
}
