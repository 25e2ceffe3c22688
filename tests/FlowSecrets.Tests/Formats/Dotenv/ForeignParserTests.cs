using FlowSecrets.Formats.Dotenv.Grammars;
using FlowSecrets.Tests.Formats.Writing;

namespace FlowSecrets.Tests.Formats.Dotenv;

/// <summary>X1: .env files for programs that are not on every machine, read by ports of their parsers.</summary>
public sealed class ForeignParserTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(ExportFormat.Systemd)]
    [InlineData(ExportFormat.Portable)]
    public void X1SystemdReadsEveryValueBack(ExportFormat format)
    {
        using HostileVariables variables = new(format, output: output);
        variables.AssertRead(ForeignParsers.Systemd(variables.Write()));
    }

    [Theory]
    [InlineData(ExportFormat.Docker, false)]
    [InlineData(ExportFormat.Docker, true)]
    [InlineData(ExportFormat.ComposeRaw, false)]
    [InlineData(ExportFormat.ComposeRaw, true)]
    public void X1DockerReadsEveryValueBackWhetherItStripsQuotesOrNot(ExportFormat format, bool stripsQuotes)
    {
        using HostileVariables variables = new(format, output: output);
        variables.AssertRead(ForeignParsers.Docker(variables.Write(), stripsQuotes));
    }

    [Theory]
    [InlineData(ExportFormat.Compose)]
    [InlineData(ExportFormat.Portable)]
    public void X1ComposeReadsEveryValueBack(ExportFormat format)
    {
        using HostileVariables variables = new(format, output: output);
        IReadOnlyList<EnvStatement> statements = new ComposeGrammar(variables.Write()).Read();
        Assert.All(statements, static s => Assert.Null(s.Fault));
        variables.AssertRead(statements.ToDictionary(static s => s.Name!, static s => s.Value!, StringComparer.Ordinal));
    }
}
