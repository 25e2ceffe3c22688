using FlowSecrets.Formats.Ci;
using FlowSecrets.Formats.Writing;
using FlowSecrets.Tests.Formats.Writing;

namespace FlowSecrets.Tests.Formats.Ci;

/// <summary>X1 and X5: what is written for Azure Pipelines, read by a port of its agent.</summary>
public sealed class AzureCommandsTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void X1TheAgentReadsEveryValueBack(bool isSensitive, bool decodesPercents)
    {
        using HostileVariables variables = new(
            ExportFormat.AzurePipelines,
            new FormatSettings { DecodesPercents = decodesPercents },
            isSensitive,
            output
        );
        AzureAgent agent = new(decodesPercents);
        Assert.Empty(agent.Read(variables.Write()));
        variables.AssertRead(agent.Variables);
        Assert.Equal(isSensitive ? variables.Carried.Count : 0, agent.Secrets.Count);
    }

    [Theory]
    [InlineData("100%;]", "##vso[task.setvariable variable=N;issecret=true]100%AZP25%3B%5D")]
    [InlineData("%3B", "##vso[task.setvariable variable=N;issecret=true]%AZP253B")]
    public void X5TheCommandIsSpelledAsTheAgentDecodesIt(string value, string expected)
    {
        FormatSettings settings = new();
        Assert.Equal(expected, AzureCommands.Set("N", value, isSecret: true, settings));
        AzureAgent agent = new();
        agent.Read(expected);
        Assert.Equal(value, agent.Variables["N"]);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("$(System.AccessToken)")]
    [InlineData("a\0b")]
    public void X5WhatTheAgentWouldShowOrChangeIsRefused(string value) =>
        Assert.NotNull(AzureCommands.Problem(HostileVariables.Variable("N", value), new FormatSettings()));

    [Fact]
    public void WhatIsNoSecretCanHaveLines()
    {
        FormatVariable variable = HostileVariables.Variable("N", "a\r\nb", isSensitive: false);
        Assert.Null(AzureCommands.Problem(variable, new FormatSettings()));
        AzureAgent agent = new();
        agent.Read(AzureCommands.Write([variable], new FormatSettings()));
        Assert.Equal("a\r\nb", agent.Variables["N"]);
        Assert.Empty(agent.Masks);
    }

    [Fact]
    public void WithoutDecodingAPercentSignStays()
    {
        FormatSettings settings = new() { DecodesPercents = false };
        Assert.Null(AzureCommands.Problem(HostileVariables.Variable("N", "100%"), settings));
        Assert.NotNull(AzureCommands.Problem(HostileVariables.Variable("N", "100%3B"), settings));
    }

    [Fact]
    public void TheBlockNamesEachVariable() => Assert.Equal(["env:", "  A: $(A)", "  B: $(B)"], AzureCommands.EnvBlock(["A", "B"]));
}
