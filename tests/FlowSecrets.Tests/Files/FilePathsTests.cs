using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Files;

/// <summary>A stranger's path is judged by its text, as every operating system would read it.</summary>
public sealed class FilePathsTests
{
    [Theory]
    [InlineData(".env", "Inside")]
    [InlineData("backend/.env", "Inside")]
    [InlineData("./a/../b", "Inside")]
    [InlineData(".gitignore", "Inside")]
    [InlineData(".github/workflows/x.yml", "Inside")]
    [InlineData("git/x", "Inside")]
    [InlineData("legit~1/x", "Inside")]
    [InlineData("..", "Outside")]
    [InlineData("a/../../b", "Outside")]
    [InlineData("a\\..\\..\\b", "Outside")]
    [InlineData("/etc/passwd", "Outside")]
    [InlineData("C:/x", "Outside")]
    [InlineData("c:x", "Outside")]
    [InlineData(".git/config", "Git")]
    [InlineData(".GIT/hooks/x", "Git")]
    [InlineData("a/.git", "Git")]
    [InlineData("GIT~1/config", "Git")]
    [InlineData("_GIT~IBP/config", "Git")]
    [InlineData("gi7eba~1/config", "Git")]
    [InlineData(".git ./config", "Git")]
    [InlineData(".git. . /config", "Git")]
    [InlineData(".git::$INDEX_ALLOCATION/x", "Git")]
    [InlineData(".git:x", "Git")]
    [InlineData(".g\u200cit/x", "Git")]
    [InlineData("\u200d.git/x", "Git")]
    [InlineData(".gi\ufefft/x", "Git")]
    [InlineData("a\\.git\\config", "Git")]
    [InlineData("\\\\server\\share\\x", "Remote")]
    [InlineData("//server/share/x", "Remote")]
    [InlineData("\\/server/share", "Remote")]
    [InlineData("\\\\?\\C:\\x", "Remote")]
    [InlineData("\\\\.\\pipe\\x", "Remote")]
    [InlineData("NUL", "Remote")]
    [InlineData("a/con.txt", "Remote")]
    [InlineData("com1 .env", "Remote")]
    [InlineData("LPT\u00b9", "Remote")]
    public void TheTextTellsWhereAPathLeads(string path, string reach) => Assert.Equal(reach, FilePaths.Reach(path).ToString());

    /// <summary>The kernel follows a link before the ".." behind it.</summary>
    [Theory]
    [InlineData("d", "x/y", "s", "d/../gen", "s/t.sh", "x/gen/t.sh")]
    [InlineData("d", ".git/hooks", "gg", "d/..", "gg/x.env", ".git/x.env")]
    [InlineData("d", "./x/./y", "s", "d/../../a", "s", "a")]
    public void LinksAreFollowedAsTheKernelDoes(string one, string oneTo, string two, string twoTo, string path, string real)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        using Sandbox sandbox = new();
        Directory.CreateDirectory(sandbox.File("x/y"));
        Directory.CreateDirectory(sandbox.File("x/gen"));
        Directory.CreateDirectory(sandbox.File("a"));
        Directory.CreateDirectory(sandbox.File(".git/hooks"));
        File.CreateSymbolicLink(sandbox.File(one), oneTo);
        File.CreateSymbolicLink(sandbox.File(two), twoTo);
        Assert.Equal(Path.Combine(FilePaths.Real(sandbox.Folder), real), FilePaths.Real(sandbox.File(path)));
        string folder = Path.GetDirectoryName(sandbox.File(path))!;
        string kernel = Tool.Run("readlink", "/", null, "-f", folder).Output.Trim();
        Assert.Equal(kernel, FilePaths.Real(folder));
    }

    [Fact]
    public void ACircleOfLinksAndANullCharacterAreSaid()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        using Sandbox sandbox = new();
        File.CreateSymbolicLink(sandbox.File("a"), sandbox.File("b"));
        File.CreateSymbolicLink(sandbox.File("b"), sandbox.File("a"));
        Assert.Equal(ErrorIds.FileUnsafe, Assert.Throws<FlowSecretException>(() => FilePaths.Real(sandbox.File("a/x"))).Id);
        Assert.Equal(ErrorIds.FileUnsafe, Assert.Throws<FlowSecretException>(() => FilePaths.Real(sandbox.File("a\0b"))).Id);
    }
}
