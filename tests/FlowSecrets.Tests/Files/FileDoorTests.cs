using System.Net.Sockets;
using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Files;

/// <summary>The one door: regular files alone are written, whole or not at all; each cause of a refusal has its own message.</summary>
public sealed class FileDoorTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly List<Socket> _sockets = [];

    public void Dispose()
    {
        _sockets.ForEach(static s => s.Dispose());
        _sandbox.Dispose();
    }

    public static TheoryData<string> OddKinds => ["fifo", "folder", "link", "socket", "device"];

    [Theory]
    [MemberData(nameof(OddKinds))]
    public void OnlyARegularFileIsReplaced(string kind)
    {
        string path = Make(kind);
        FlowSecretException error = Fails(() => FileWriter.Write(path, "new"u8, FileAudience.Owner, replace: true));
        Assert.Equal(ErrorIds.FileUnsafe, error.Id);
        Assert.Contains(
            kind switch
            {
                "fifo" => "FIFO",
                "link" => "symbolic link",
                _ => kind,
            },
            error.Cause
        );
        Assert.NotEqual(FileKind.Regular, FileEntry.Look(path).Kind);
    }

    [Theory]
    [MemberData(nameof(OddKinds))]
    public void WhatARepositoryNamesIsReadOnlyIfItIsARegularFile(string kind) =>
        Assert.Equal(ErrorIds.FileUnsafe, Fails(() => FileReader.Regular(Make(kind), 100)).Id);

    [Fact]
    public async Task WhatTheUserNamesMayBeALinkAPipeOrADevice()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix kinds of files.");
        Assert.Equal("here", Encoding.UTF8.GetString(FileReader.Named(Make("link"), 100)));
        string fifo = Make("fifo");
        Task writer = Task.Run(() => File.WriteAllText(fifo, "through the pipe"));
        Assert.Equal("through the pipe", Encoding.UTF8.GetString(FileReader.Named(fifo, 100)));
        await writer;
        Assert.Empty(FileReader.Named("/dev/null", 100));
        Assert.Equal(ErrorIds.LimitReached, Fails(() => FileReader.Named("/dev/zero", 1000)).Id);
        Assert.Equal(ErrorIds.BadInput, Fails(() => FileReader.Named(Make("fifo"), 100, patience: TimeSpan.FromMilliseconds(200))).Id);
        Assert.Equal(ErrorIds.FileUnsafe, Fails(() => FileReader.Named(Make("folder"), 100)).Id);
    }

    [Fact]
    public void SizeIsLookedAtBeforeReading()
    {
        string path = _sandbox.File("large");
        using (FileStream stream = new(path, FileMode.CreateNew))
        {
            stream.SetLength(8L * 1024 * 1024 * 1024);
        }

        Assert.Equal(ErrorIds.LimitReached, Fails(() => FileReader.Named(path, 1000)).Id);
        Assert.Equal(ErrorIds.LimitReached, Fails(() => FileReader.Regular(path, 1000)).Id);
    }

    [Fact]
    public void AFileIsReplacedOnlyWhereThatIsAllowed()
    {
        string path = _sandbox.Write("precious", "precious");
        Assert.Equal(ErrorIds.FileExists, Fails(() => FileWriter.Write(path, "new"u8, FileAudience.Owner, replace: false)).Id);
        Assert.Equal("precious", _sandbox.Read("precious"));
        FileWriter.Write(path, "new"u8, FileAudience.Owner, replace: true);
        Assert.Equal("new", _sandbox.Read("precious"));
        Assert.Single(Directory.GetFiles(_sandbox.Folder));
    }

    [Fact]
    public void ModesFollowTheAudience()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix modes.");
        string mine = _sandbox.File("a/b/mine");
        FileWriter.Write(mine, "v"u8, FileAudience.Owner, replace: false);
        const UnixFileMode ownerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(ownerFile, File.GetUnixFileMode(mine));
        Assert.Equal(ownerFile | UnixFileMode.UserExecute, File.GetUnixFileMode(_sandbox.File("a/b")));
        Assert.Equal(ownerFile | UnixFileMode.UserExecute, File.GetUnixFileMode(_sandbox.File("a")));
        string shared = _sandbox.Write("shared", "old");
        const UnixFileMode mode = ownerFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(shared, mode);
        FileWriter.Write(shared, "new"u8, FileAudience.Everyone, replace: true);
        Assert.Equal(mode, File.GetUnixFileMode(shared));
    }

    [Theory]
    [InlineData("a\0b", "character")]
    [InlineData("LONG", "too long")]
    [InlineData("circle/x", "circle")]
    public void EachCauseHasItsOwnMessage(string name, string said)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix paths.");
        File.CreateSymbolicLink(_sandbox.File("circle"), _sandbox.File("circle"));
        string path = _sandbox.File(name == "LONG" ? new string('x', 300) : name);
        Assert.Contains(said, Fails(() => FileWriter.Write(path, "v"u8, FileAudience.Owner, replace: false)).Cause);
    }

    [Fact]
    public void AMountPointIsNamedAsOne()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName != "root", "Mounting needs root.");
        string path = _sandbox.Write("mounted", "old");
        string source = _sandbox.Write("source", "old");
        Assert.SkipUnless(Tool.Run("mount", "/", null, "--bind", source, path).ExitCode == 0, "This machine does not let root mount.");
        try
        {
            FlowSecretException error = Fails(() => FileWriter.Write(path, "new"u8, FileAudience.Owner, replace: true));
            Assert.Contains("mount point", error.Cause);
            Assert.Equal("old", File.ReadAllText(source));
        }
        finally
        {
            Tool.Run("umount", "/", null, path);
        }
    }

    [Fact]
    public void AFullDiskAndAReadOnlyOneAreTold()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux's own devices and numbers.");
        Assert.Contains("disk is full", FileErrors.Write("/x", new IOException("", 28)).Cause);
        Assert.Contains("read-only", FileErrors.Write("/x", new IOException("", 30)).Cause);
        Assert.Contains("another program", FileErrors.Write("/x", new IOException("", unchecked((int)0x80070020))).Cause);
        Assert.Contains("right", FileErrors.Write("/x", new UnauthorizedAccessException()).Cause);
    }

    [Theory]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x61 })]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61, 0x00 })]
    [InlineData(new byte[] { 0xFE, 0xFF, 0x00, 0x61 })]
    [InlineData(new byte[] { 0x61 })]
    public void AByteOrderMarkIsNoPartOfAText(byte[] bytes) => Assert.Equal("a", FileReader.Text(bytes, "x"));

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61 })]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0xD8 })]
    [InlineData(new byte[] { 0x61, 0x00, 0x62, 0x00 })]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x61, 0x00 })]
    public void WhatIsNoTextIsRefused(byte[] bytes) => Assert.Equal(ErrorIds.BadInput, Fails(() => FileReader.Text(bytes, "x")).Id);

    [Theory]
    [InlineData(new byte[] { 0x61, 0x00, 0x62, 0x00 }, true)]
    [InlineData(new byte[] { 0x00, 0x61, 0x00, 0x62 }, true)]
    [InlineData(new byte[] { }, false)]
    [InlineData(new byte[] { 0x61, 0x62 }, false)]
    [InlineData(new byte[] { 0x00, 0x00 }, false)]
    [InlineData(new byte[] { 0x61, 0x00, 0x62 }, false)]
    [InlineData(new byte[] { 0x61, 0x00, 0x00, 0x62 }, false)]
    public void Utf16WithoutAMarkIsKnownByItsZeroBytes(byte[] bytes, bool expected) =>
        Assert.Equal(expected, FileReader.LooksLikeUtf16(bytes));

    private static FlowSecretException Fails(Action action) => Assert.Throws<FlowSecretException>(action);

    private string Make(string kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix kinds of files.");
        string path = _sandbox.File($"{kind}-{Guid.NewGuid():N}"[..12]);
        switch (kind)
        {
            case "fifo":
                Assert.Equal(0, Tool.Run("mkfifo", "/", null, path).ExitCode);
                break;
            case "folder":
                Directory.CreateDirectory(path);
                break;
            case "link":
                File.CreateSymbolicLink(path, _sandbox.Write("pointed-at", "here"));
                break;
            case "socket":
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                _sockets.Add(socket);
                socket.Bind(new UnixDomainSocketEndPoint(path));
                break;
            default:
                Assert.SkipUnless(Tool.Run("mknod", "/", null, path, "c", "1", "3").ExitCode == 0, "Making a device needs rights.");
                break;
        }

        return path;
    }
}
