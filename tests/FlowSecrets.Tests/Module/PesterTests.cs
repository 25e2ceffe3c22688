using System.Text.RegularExpressions;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Module;

/// <summary>Builds the module as build.ps1 does, once, where there is a pwsh with Pester 5.</summary>
public sealed class BuiltModule
{
    private readonly Lazy<string> _reason;

    public BuiltModule() => _reason = new Lazy<string>(Prepare);

    public static string? Pwsh { get; } = Tool.Find("pwsh");

    /// <summary>Why nothing can be run; empty when all is there.</summary>
    public string Reason => _reason.Value;

    private static string Prepare()
    {
        if (Pwsh is null)
        {
            return "pwsh is not on PATH, so nothing of the module was tried in PowerShell.";
        }

        const string probe = "if ($PSVersionTable.PSVersion -lt [version]'7.6') { exit 3 }; if (-not (Get-Module -ListAvailable Pester | Where-Object { $_.Version.Major -eq 5 })) { exit 4 }";
        switch (Tool.Run(Pwsh, Repository.Root, null, "-NoProfile", "-NonInteractive", "-Command", probe).ExitCode)
        {
            case 3:
                return "pwsh is older than 7.6, so nothing of the module was tried in PowerShell.";
            case 4:
                return "pwsh has no Pester 5, so nothing of the module was tried in PowerShell.";
        }

        (int exitCode, string output, string error) = Tool.Run(Pwsh, Repository.Root, null, "-NoProfile", "-NonInteractive", "-File", "build.ps1", "Build");
        return exitCode == 0 ? "" : throw new InvalidOperationException($"The module could not be built:\n{output}\n{error}");
    }
}

/// <summary>Runs every Pester file in a pwsh of its own, with a home of its own.</summary>
public sealed partial class PesterTests(BuiltModule module, ITestOutputHelper output) : IClassFixture<BuiltModule>
{
    private const string Script = """
        $configuration = New-PesterConfiguration
        $configuration.Run.Path = $env:FLOWSECRETS_PESTER_FILE
        $configuration.Run.PassThru = $true
        $configuration.Output.Verbosity = 'Detailed'
        $configuration.Output.RenderMode = 'Plaintext'
        $result = Invoke-Pester -Configuration $configuration
        "FLOWSECRETS-PESTER passed=$($result.PassedCount) failed=$($result.FailedCount) skipped=$($result.SkippedCount) notrun=$($result.NotRunCount) containers=$($result.FailedContainersCount)"
        """;

    public static TheoryData<string> Files => new(Directory.GetFiles(Path.Combine(Repository.Root, "tests", "pester"), "*.Tests.ps1").Select(static f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public void ThePesterFilePasses(string file)
    {
        Assert.SkipUnless(module.Reason.Length == 0, module.Reason);
        using Sandbox home = new();
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["FLOWSECRETS_HOME"] = home.Folder,
            ["FLOWSECRETS_MODULE"] = Path.Combine(Repository.Root, "out", "FlowSecrets"),
            ["FLOWSECRETS_PESTER_FILE"] = Path.Combine(Repository.Root, "tests", "pester", file),
            ["FLOWSECRETS_FAKES"] = Path.Combine(AppContext.BaseDirectory, "FlowSecrets.CloudFakes.dll"),
            ["NO_COLOR"] = "1",
        };
        (_, string text, string error) = Tool.Run(BuiltModule.Pwsh!, Repository.Root, environment, "-NoProfile", "-NonInteractive", "-Command", Script);
        output.WriteLine(text);
        Match counts = Counts().Match(text);
        Assert.True(counts.Success, $"Pester did not finish.\n{text}\n{error}");
        Assert.True(counts.Groups["failed"].Value == "0" && counts.Groups["containers"].Value == "0", text);
        Assert.NotEqual("0", counts.Groups["passed"].Value);
    }

    [Fact]
    public void EveryCmdletHasAFileOfItsOwn()
    {
        string manifest = File.ReadAllText(Path.Combine(Repository.Root, "FlowSecrets.psd1"));
        string[] cmdlets = [.. CmdletName().Matches(manifest[manifest.IndexOf("CmdletsToExport", StringComparison.Ordinal)..]).Select(static m => m.Value)];
        Assert.NotEmpty(cmdlets);
        Assert.All(cmdlets, static c => Assert.True(File.Exists(Path.Combine(Repository.Root, "tests", "pester", c + ".Tests.ps1")), c));
    }

    [GeneratedRegex(@"FLOWSECRETS-PESTER passed=(?<passed>\d+) failed=(?<failed>\d+) skipped=(?<skipped>\d+) notrun=(?<notrun>\d+) containers=(?<containers>\d+)")]
    private static partial Regex Counts();

    [GeneratedRegex(@"\b[A-Z][a-z]+-Flow\w+\b")]
    private static partial Regex CmdletName();
}
