using System.Text.RegularExpressions;
using FlowSecrets.Formats;
using FlowSecrets.Formats.Ci;
using FlowSecrets.Formats.Writing;
using FlowSecrets.Tests.Formats.Writing;

namespace FlowSecrets.Tests.Formats.Ci;

/// <summary>X1: a dotenv report, read by a port of GitLab's parser.</summary>
public sealed partial class GitLabDotenvTests(ITestOutputHelper output)
{
    [Fact]
    public void X1GitLabReadsEveryValueBack()
    {
        using HostileVariables variables = new(ExportFormat.GitLabDotenv, isSensitive: false, output: output);
        variables.AssertRead(Read(variables.Write()));
    }

    [Fact]
    public void ASecretIsRefusedUnlessTheUserAcceptsThatOthersReadIt()
    {
        FormatVariable variable = HostileVariables.Variable("N", "value");
        Assert.NotNull(GitLabDotenv.Problem(variable, new FormatSettings()));
        Assert.Null(GitLabDotenv.Problem(variable, new FormatSettings { AllowsExposure = true }));
        Assert.DoesNotContain(nameof(ExportFormat.GitLabDotenv), FormatProfiles.Carrying(variable, new FormatSettings()));
    }

    [Theory]
    [InlineData(" a")]
    [InlineData("a\t")]
    [InlineData("a\v")]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    public void WhatTheParserChangesIsRefused(string value) =>
        Assert.NotNull(GitLabDotenv.Problem(HostileVariables.Variable("N", value, isSensitive: false), new FormatSettings()));

    [Fact]
    public void AReportHasALimit()
    {
        FormatVariable variable = HostileVariables.Variable("N", new string('x', 5117), isSensitive: false);
        Assert.Null(GitLabDotenv.WholeProblem([variable]));
        FormatVariable longer = HostileVariables.Variable("NN", new string('x', 5117), isSensitive: false);
        Assert.NotNull(GitLabDotenv.WholeProblem([longer]));
    }

    /// <summary>Line by line, as ParseDotenvArtifactService does; key and value are stripped.</summary>
    private static Dictionary<string, string> Read(string text)
    {
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        char[] blanks = ['\0', '\t', '\n', '\v', '\f', '\r', ' '];
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            Match match = Line().Match(line);
            Assert.True(match.Success, "GitLab refuses the whole report for one line.");
            string key = match.Groups[1].Value.Trim(blanks);
            Assert.Matches("^[A-Za-z0-9_]+$", key);
            read[key] = match.Groups[2].Value.Trim(blanks);
        }

        return read;
    }

    [GeneratedRegex(@"\A([^\n]*?)=([^\n]*)\z")]
    private static partial Regex Line();
}
