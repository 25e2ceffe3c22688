using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Pester;

/// <summary>A PowerShell that cannot serve is refused in one line that names the cause and the way out.</summary>
public sealed class PowerShellProgramTests
{
    [Theory]
    [InlineData("no-such-program")]
    [InlineData("dotnet")]
    public void WhatIsNoPowerShellIsRefused(string program)
    {
        PesterException refused = Assert.Throws<PesterException>(() => PowerShellProgram.Named(program));
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Contains($"FLOWSECRETS_PWSH names '{program}'", refused.Message);
        Assert.Contains("unset the variable", refused.Message);
    }

    [Theory]
    [InlineData("7.5.4", false)]
    [InlineData("7.6.0", true)]
    [InlineData("7.7.0-preview.1", true)]
    [InlineData("", false)]
    public void TheVersionDecides(string version, bool serves) => Assert.Equal(serves, PowerShellProgram.IsNewEnough(version));

    [Fact]
    public void EveryItBlockIsFound()
    {
        Assert.All(
            PesterDiscoverer.Files,
            static file =>
                Assert.Equal(
                    File.ReadLines(Path.Combine(PesterDiscoverer.Folder, file))
                        .Count(static l => l.TrimStart().StartsWith("It ", StringComparison.Ordinal)),
                    PesterDiscoverer.CasesOf(file).Count()
                )
        );
    }
}
