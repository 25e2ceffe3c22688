using System.Text;
using FlowSecrets.Formats.Ci;
using FlowSecrets.Formats.Writing;
using FlowSecrets.Tests.Formats.Writing;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Formats.Ci;

/// <summary>X1, X3 and X4: what is written for GitHub Actions, read by a port of its runner.</summary>
public sealed class GitHubFileTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(ExportFormat.GitHubEnv, false)]
    [InlineData(ExportFormat.GitHubEnv, true)]
    [InlineData(ExportFormat.GitHubOutput, false)]
    [InlineData(ExportFormat.GitHubOutput, true)]
    public void X1TheRunnerReadsEveryValueBack(ExportFormat format, bool isWindows)
    {
        using HostileVariables variables = new(format, new FormatSettings { IsWindows = isWindows }, output: output);
        variables.AssertRead(new GitHubRunner(isWindows).ReadFile(Encoding.UTF8.GetBytes(variables.Write())));
    }

    [Theory]
    [InlineData("a", "N<<D\na\nD\n")]
    [InlineData("", "N<<D\nD\n")]
    [InlineData("a\n", "N<<D\na\n\nD\n")]
    [InlineData("\n", "N<<D\n\n\nD\n")]
    public void TheBytesAreThoseOfTheRunnersOwnToolkit(string value, string expected)
    {
        using SecretValue held = SecretValue.FromText(value);
        string text = GitHubFile.Write([new FormatVariable("N", held)]);
        Assert.Equal(expected, text.Replace("ghadelimiter_N_0", "D", StringComparison.Ordinal));
    }

    [Fact]
    public void AValueCannotEndItsHeredoc()
    {
        using SecretValue held = SecretValue.FromText("x\nghadelimiter_N_0\nghadelimiter_N_1\r\nEVIL=1\n");
        FormatVariable variable = new("N", held);
        foreach (bool isWindows in (bool[])[false, true])
        {
            byte[] bytes = Encoding.UTF8.GetBytes(GitHubFile.Write([variable]));
            Dictionary<string, string> read = new GitHubRunner(isWindows).ReadFile(bytes);
            Assert.Equal(variable.Text, Assert.Single(read).Value);
        }
    }

    [Theory]
    [InlineData("NODE_OPTIONS")]
    [InlineData("node_options")]
    [InlineData("GITHUB_TOKEN")]
    [InlineData("runner_temp")]
    public void WhatTheRunnerDoesNotSetIsRefused(string name)
    {
        FormatVariable variable = HostileVariables.Variable(name, "x");
        Assert.NotNull(GitHubFile.EnvProblem(variable, new FormatSettings()));
        Assert.Null(GitHubFile.Problem(variable, new FormatSettings()));
    }

    [Fact]
    public void X4OnlyTheSensitivePartsAreHidden()
    {
        const string json = """{"host":"db","port":5432,"password":"p@ss%0A"}""";
        using SecretValue whole = SecretValue.FromText(json);
        using SecretValue password = SecretValue.FromText("p@ss%0A");
        FormatVariable variable = new("DB", whole) { IsSensitive = true, Masked = [password] };
        GitHubRunner runner = new();
        Assert.Equal("\n", runner.ReadLog(GitHubFile.Masks([variable])));
        Assert.Equal("db 5432 {", runner.Hide("db 5432 {"));
        Assert.Equal("*** here", runner.Hide("p@ss%0A here"));
        Assert.Equal("***", runner.Hide(Convert.ToBase64String(Encoding.UTF8.GetBytes(json))));
    }

    [Fact]
    public void X4EveryLineOfAKeyIsHiddenAndNoBraceIs()
    {
        using HostileVariables variables = new(ExportFormat.GitHubEnv);
        GitHubRunner runner = new();
        runner.ReadLog(GitHubFile.Masks(variables.Carried));
        Assert.All(runner.Masks, static m => Assert.True(m.EnumerateRunes().Count() >= LogMasks.Shortest, m));
        foreach (FormatVariable variable in variables.Carried)
        {
            IEnumerable<string> lines = variable.Text.Split(['\r', '\n']).Select(static l => l.Trim());
            Assert.All(lines.Where(static l => l.EnumerateRunes().Count() >= 4), l => Assert.Contains(l, runner.Masks));
        }
    }

    [Fact]
    public void WhatIsNotSensitiveIsNeverMasked()
    {
        using HostileVariables variables = new(ExportFormat.GitHubEnv, isSensitive: false);
        Assert.Equal("", GitHubFile.Masks(variables.Carried));
    }
}
