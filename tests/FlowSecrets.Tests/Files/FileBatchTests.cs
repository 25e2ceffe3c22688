using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Files;

/// <summary>Several files are written together: after an error everything is as it was.</summary>
public sealed class FileBatchTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void AllAreWrittenAndNothingElseStays()
    {
        _sandbox.Write("b", "old");
        FileWriter.WriteAll(Files("x.d/a", "b"), FileAudience.Owner, replace: true);
        Assert.Equal(["b=new b", "x.d/a=new x.d/a"], Content());
    }

    [Fact]
    public void ADiskErrorBeforeTheFirstRenameLeavesNothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Limits of Unix file systems.");
        _sandbox.Write("b", "old");
        string tooLong = new('n', 240); // the file's name is not too long; the temporary name is
        Assert.Equal(ErrorIds.FileNotWritable, Fails(Files("x.d/a", "b", tooLong)));
        Assert.Equal(["b=old"], Content());
        Assert.False(Directory.Exists(_sandbox.File("x.d")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ADiskErrorBetweenRenamesBringsTheOldFilesBack(int failing)
    {
        _sandbox.Write("b", "old b");
        _sandbox.Write("c", "old c");
        string[] names = ["x.d/a", "b", "y.d/d", "c"];
        string target = _sandbox.File(names[failing]);
        string id = Fails(
            Files(names),
            () =>
            {
                File.Delete(target);
                Directory.CreateDirectory(target);
            }
        );
        Assert.Equal(ErrorIds.FileUnsafe, id);
        Directory.Delete(target);
        string[] expected = ["b=old b", "c=old c"];
        Assert.Equal(expected.Where(e => e[..1] != names[failing]), Content());
    }

    [Fact]
    public void ATakenNameIsFoundBeforeAnythingIsWritten()
    {
        _sandbox.Write("b", "old");
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            FileWriter.WriteAll(Files("x.d/a", "b"), FileAudience.Owner, replace: false)
        );
        Assert.Equal(ErrorIds.FileExists, error.Id);
        Assert.Equal(["b=old"], Content());
        Assert.False(Directory.Exists(_sandbox.File("x.d")));
    }

    private static string Fails(IReadOnlyList<(string, Func<ReadOnlySpan<byte>>)> files, Action? verify = null) =>
        Assert.Throws<FlowSecretException>(() => FileWriter.WriteAll(files, FileAudience.Owner, replace: true, verify)).Id;

    private List<(string, Func<ReadOnlySpan<byte>>)> Files(params string[] names) =>
        [.. names.Select(n => (_sandbox.File(n), (Func<ReadOnlySpan<byte>>)(() => Encoding.UTF8.GetBytes("new " + n))))];

    private IEnumerable<string> Content() =>
        Directory
            .EnumerateFiles(_sandbox.Folder, "*", SearchOption.AllDirectories)
            .Select(f => $"{Path.GetRelativePath(_sandbox.Folder, f).Replace('\\', '/')}={File.ReadAllText(f)}")
            .Order(StringComparer.Ordinal);
}
