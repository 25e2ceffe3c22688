using System.Text;
using System.Text.Json;
using FlowSecrets.Formats.Dotenv;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Formats.Dotenv;

/// <summary>10,000 hostile values, written by each dialect and read by the programs themselves: not one may come back different.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class RealParserTests(ITestOutputHelper output) : IDisposable
{
    private const int Count = 10_000;
    private const int PerFile = 1_000;

    private readonly Sandbox _sandbox = new();
    private readonly Dictionary<string, string> _expected = new(StringComparer.Ordinal);

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData(EnvDialect.Portable)]
    [InlineData(EnvDialect.Dotenv)]
    public void NpmDotenvReads(EnvDialect dialect)
    {
        string node = Tool.Require("node");
        string npm = Tool.Require("npm");
        Assert.SkipWhen(
            Tool.Run(npm, _sandbox.Folder, null, "install", "--no-audit", "--no-fund", "--prefix", _sandbox.Folder, "dotenv@17").ExitCode
                != 0,
            "npm could not install dotenv."
        );
        string[] files = WriteFiles(dialect, ".env");
        Run(
            node,
            [
                "-e",
                "const d = require('dotenv'), fs = require('fs'); fs.writeFileSync('out.json', "
                    + "JSON.stringify(process.argv.slice(1).map(f => d.parse(fs.readFileSync(f)))))",
                .. files,
            ]
        );
        AssertSame(ReadJson());
    }

    [Theory]
    [InlineData(EnvDialect.Portable)]
    [InlineData(EnvDialect.Node)]
    public void NodesParseEnvReads(EnvDialect dialect)
    {
        string node = Tool.Require("node");
        Assert.SkipWhen(
            Tool.Run(node, _sandbox.Folder, null, "-e", "process.exit(require('util').parseEnv ? 0 : 1)").ExitCode != 0,
            "This node has no util.parseEnv."
        );
        string[] files = WriteFiles(dialect, ".env");
        Run(
            node,
            [
                "-e",
                "const fs = require('fs'), { parseEnv } = require('util'); fs.writeFileSync('out.json', "
                    + "JSON.stringify(process.argv.slice(1).map(f => parseEnv(fs.readFileSync(f, 'utf8')))))",
                .. files,
            ]
        );
        AssertSame(ReadJson());
    }

    [Theory]
    [InlineData(EnvDialect.Portable)]
    [InlineData(EnvDialect.Node)]
    public void NodesOwnEnvFileOptionReads(EnvDialect dialect)
    {
        string node = Tool.Require("node");
        Assert.SkipWhen(
            Tool.Run(node, _sandbox.Folder, null, "--env-file=" + _sandbox.Write("probe.env", "A=1\n"), "-e", "0").ExitCode != 0,
            "This node has no --env-file."
        );
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        foreach (string file in WriteFiles(dialect, ".env"))
        {
            Run(
                node,
                "--env-file=" + file,
                "-e",
                "require('fs').writeFileSync('out.json', JSON.stringify([Object.fromEntries(Object.entries(process.env).filter(([n]) => "
                    + "n.startsWith('FLOW_T')))]))"
            );
            foreach ((string name, string value) in ReadJson())
            {
                read[name] = value;
            }
        }

        AssertSame(read);
    }

    [Theory]
    [InlineData(EnvDialect.Portable)]
    [InlineData(EnvDialect.Python)]
    public void PythonDotenvReads(EnvDialect dialect)
    {
        string python = Tool.Require("python3");
        Assert.SkipWhen(Tool.Run(python, _sandbox.Folder, null, "-c", "import dotenv").ExitCode != 0, "python3 has no python-dotenv.");
        string[] files = WriteFiles(dialect, ".env");
        Run(
            python,
            ["-c", "import dotenv, json, sys; json.dump([dotenv.dotenv_values(f) for f in sys.argv[1:]], open('out.json', 'w'))", .. files]
        );
        AssertSame(ReadJson());
    }

    [Theory]
    [InlineData(EnvDialect.Portable)]
    [InlineData(EnvDialect.Bash)]
    public void BashReads(EnvDialect dialect)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "bash on Windows may be another system's.");
        string bash = Tool.Require("bash");
        string[] files = WriteFiles(dialect, ".env");
        Run(
            bash,
            [
                "-c",
                "set -a; for f in \"$@\"; do . \"$f\" || exit 9; done; for n in ${!FLOW_T@}; do printf '%s=%s\\0' \"$n\" \"${!n}\"; "
                    + "done > out.txt",
                "bash",
                .. files,
            ]
        );
        string[] read = File.ReadAllText(_sandbox.File("out.txt"), new UTF8Encoding(false)).Split('\0');
        AssertSame(read[..^1].Select(static r => r.Split('=', 2)).ToDictionary(static p => p[0], static p => p[1], StringComparer.Ordinal));
    }

    [Fact]
    public void PwshReadsItsDialect()
    {
        PowerShellProgram powerShell = PowerShellProgram.Find();
        string[] files = WriteFiles(EnvDialect.Pwsh, ".ps1");
        string script = _sandbox.Write(
            "read.ps1",
            """
            $ErrorActionPreference = 'Stop'
            foreach ($file in $args) { . $file }
            $read = @{}
            [Environment]::GetEnvironmentVariables().GetEnumerator() |
                Where-Object { $_.Key.StartsWith('FLOW_T') } |
                ForEach-Object { $read[$_.Key] = $_.Value }
            $json = ConvertTo-Json -InputObject @($read) -Compress -EscapeHandling EscapeNonAscii
            [IO.File]::WriteAllText("$PSScriptRoot/out.json", $json)
            """
        );
        Run(powerShell.Program, [.. powerShell.First, "-NoProfile", "-File", script, .. files]);
        AssertSame(ReadJson());
    }

    /// <summary>Ten files; what the dialect refuses is counted, and must be the minority.</summary>
    private string[] WriteFiles(EnvDialect dialect, string extension)
    {
        int seed = Repository.Rounds("FLOWSECRETS_TEST_SEED", 20260111);
        output.WriteLine($"Seed {seed} (repeat it with FLOWSECRETS_TEST_SEED={seed}).");
        int refused = 0;
        StringBuilder[] texts = [.. Enumerable.Range(0, Count / PerFile).Select(static _ => new StringBuilder())];
        foreach ((int i, string value) in HostileText.Sequence(seed, Count).Index())
        {
            string name = $"FLOW_T{i}";
            if (EnvWriter.Format(dialect, name, value) is { } line)
            {
                texts[i / PerFile].Append(line).Append('\n');
                _expected[name] = value;
            }
            else
            {
                refused++;
            }
        }

        output.WriteLine($"{dialect}: {_expected.Count} values written, {refused} refused.");
        Assert.InRange(refused, 0, Count / 3);
        return [.. texts.Select((text, i) => _sandbox.Write($"t{i}{extension}", text.ToString()))];
    }

    private void Run(string program, params string[] arguments)
    {
        (int exitCode, _, string error) = Tool.Run(program, _sandbox.Folder, null, arguments);
        Assert.True(exitCode == 0, $"Exit code {exitCode}: {error[..Math.Min(error.Length, 2000)]}");
    }

    private Dictionary<string, string> ReadJson()
    {
        Dictionary<string, string>[] read = JsonSerializer.Deserialize<Dictionary<string, string>[]>(
            File.ReadAllText(_sandbox.File("out.json"))
        )!;
        return read.SelectMany(static r => r).DistinctBy(static v => v.Key).ToDictionary(StringComparer.Ordinal);
    }

    private void AssertSame(Dictionary<string, string> read)
    {
        string[] differences =
        [
            .. _expected
                .Where(e => read.GetValueOrDefault(e.Key) != e.Value)
                .Take(5)
                .Select(e =>
                    $"{e.Key}: {JsonSerializer.Serialize(e.Value)} was read as {JsonSerializer.Serialize(read.GetValueOrDefault(e.Key))}"
                ),
        ];
        Assert.Empty(differences);
        Assert.Equal(_expected.Count, read.Count);
    }
}
