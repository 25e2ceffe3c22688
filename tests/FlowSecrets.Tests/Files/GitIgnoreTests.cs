using FlowSecrets.Errors;
using FlowSecrets.Files;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Files;

/// <summary>What is added to .gitignore names the file, whatever its name is, and no other one.</summary>
[Trait("Tier", Tier.Witness)]
public sealed class GitIgnoreTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly string _git = Tool.Require("git");

    public GitIgnoreTests() => Tool.Run(_git, _sandbox.Folder, null, "init", "--quiet");

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData(".env", "other")]
    [InlineData("a b/.env", "ab/.env")]
    [InlineData("*.env", "x.env")]
    [InlineData("[ab].env", "a.env")]
    [InlineData("?.env", "a.env")]
    [InlineData("a[!b]c", "axc")]
    [InlineData(@"back\slash", "backslash")]
    [InlineData(@"end\", "end")]
    [InlineData("#comment", "comment")]
    [InlineData("!not", "not")]
    [InlineData("**/x", "y/x")]
    [InlineData("blank ", "blank")]
    [InlineData("two  ", "two")]
    [InlineData(@"slash\ ", @"slash\")]
    [InlineData("x; touch pwned #/.env", "x")]
    public void TheFileIsIgnoredAndNoOther(string name, string other)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not have such names.");
        GitIgnore.Add(_sandbox.File(name), _sandbox.Folder);
        Assert.True(IsIgnored(name));
        Assert.True(IsIgnored($"{name}.0123.tmp"));
        Assert.False(IsIgnored(other));
        Assert.False(IsIgnored(other + ".0123.tmp"));
    }

    [Fact]
    public void AnyNameOfSpecialCharactersIsIgnored()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not have such names.");
        Random random = new(13);
        List<string> names = [];
        for (int i = 0; i < 60; i++)
        {
            string name = new([.. Enumerable.Range(0, 1 + random.Next(6)).Select(_ => @"*?[]\#! a-^."[random.Next(12)])]);
            if (name is not ("." or ".."))
            {
                names.Add(name + (i % 3 == 0 ? "/é.env" : ""));
            }
        }

        foreach (
            string name in names.Where(static n =>
                !n.StartsWith("./", StringComparison.Ordinal) && !n.StartsWith("../", StringComparison.Ordinal)
            )
        )
        {
            File.Delete(_sandbox.File(".gitignore"));
            GitIgnore.Add(_sandbox.File(name), _sandbox.Folder);
            Assert.True(IsIgnored(name), name);
        }
    }

    [Theory]
    [InlineData("a\n*")]
    [InlineData("a\r")]
    [InlineData("a\u0007")]
    public void ANameThatAPatternCannotHoldIsRefused(string name)
    {
        FlowSecretException error = Assert.Throws<FlowSecretException>(() => GitIgnore.Add(_sandbox.File(name), _sandbox.Folder));
        Assert.Equal(ErrorIds.FileUnsafe, error.Id);
        Assert.False(File.Exists(_sandbox.File(".gitignore")));
    }

    private bool IsIgnored(string name) =>
        Tool.Run(_git, _sandbox.Folder, null, "check-ignore", "--quiet", "--", _sandbox.File(name)).ExitCode == 0;
}
