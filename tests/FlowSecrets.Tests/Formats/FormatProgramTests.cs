using System.Text;
using System.Text.Json;
using FlowSecrets.Formats.Writing;
using FlowSecrets.Tests.Formats.Writing;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Formats;

/// <summary>X1: 10,000 hostile values in each format, read by the program that the format is for.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class FormatProgramTests(ITestOutputHelper output) : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData(ExportFormat.Node)]
    [InlineData(ExportFormat.Portable)]
    public void X1NodeReads(ExportFormat format)
    {
        string node = Tool.Require("node");
        using HostileVariables variables = new(format, output: output);
        string file = _sandbox.Write("x.env", variables.Write());
        Run(
            node,
            "-e",
            "const fs = require('fs'); fs.writeFileSync('out.json', JSON.stringify(require('util').parseEnv(fs.readFileSync("
                + "process.argv[1], 'utf8'))))",
            file
        );
        variables.AssertRead(ReadJson());
    }

    [Theory]
    [InlineData(ExportFormat.Python)]
    [InlineData(ExportFormat.Portable)]
    public void X1PythonDotenvReads(ExportFormat format)
    {
        string python = Tool.Require("python3");
        Assert.SkipWhen(Tool.Run(python, _sandbox.Folder, null, "-c", "import dotenv").ExitCode != 0, "python3 has no python-dotenv.");
        using HostileVariables variables = new(format, output: output);
        string file = _sandbox.Write("x.env", variables.Write());
        Run(python, "-c", "import dotenv, json, sys; json.dump(dotenv.dotenv_values(sys.argv[1]), open('out.json', 'w'))", file);
        variables.AssertRead(ReadJson());
    }

    [Fact]
    public void X1PyYamlReads()
    {
        string python = Tool.Require("python3");
        Assert.SkipWhen(Tool.Run(python, _sandbox.Folder, null, "-c", "import yaml").ExitCode != 0, "python3 has no PyYAML.");
        using HostileVariables variables = new(ExportFormat.Yaml, output: output);
        string file = _sandbox.Write("x.yaml", variables.Write());
        Run(
            python,
            "-c",
            "import yaml, json, sys; json.dump(yaml.safe_load(open(sys.argv[1], encoding='utf-8')), open('out.json', 'w'))",
            file
        );
        variables.AssertRead(ReadJson());
    }

    [Fact]
    public void X1AndX7BashRunsNothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "bash on Windows may be another system's.");
        string bash = Tool.Require("bash");
        using HostileVariables variables = new(ExportFormat.Bash, output: output);
        string file = _sandbox.Write("x.sh", $"{variables.Write()}export FLOW_T='$(touch {_sandbox.File("evil")})'\n");
        Run(bash, "-c", ". \"$1\" || exit 9; for n in ${!FLOW_T@}; do printf '%s=%s\\0' \"$n\" \"${!n}\"; done > out.txt", "bash", file);
        string[] read = File.ReadAllText(_sandbox.File("out.txt"), new UTF8Encoding(false)).Split('\0');
        Dictionary<string, string> pairs = read[..^1]
            .Select(static r => r.Split('=', 2))
            .ToDictionary(static p => p[0], static p => p[1], StringComparer.Ordinal);
        Assert.True(pairs.Remove("FLOW_T"));
        variables.AssertRead(pairs);
        Assert.False(File.Exists(_sandbox.File("evil")));
    }

    [Fact]
    public void X1AndX7PowerShellRunsNothing()
    {
        PowerShellProgram powerShell = PowerShellProgram.Find();
        using HostileVariables variables = new(ExportFormat.PowerShell, output: output);
        string file = _sandbox.Write("x.ps1", variables.Write());
        string script = _sandbox.Write(
            "read.ps1",
            """
            $ErrorActionPreference = 'Stop'
            . $args[0]
            $read = @{}
            [Environment]::GetEnvironmentVariables().GetEnumerator() |
                Where-Object { $_.Key.StartsWith('FLOW_T') } |
                ForEach-Object { $read[$_.Key] = $_.Value }
            $json = ConvertTo-Json -InputObject $read -Compress -EscapeHandling EscapeNonAscii
            [IO.File]::WriteAllText("$PSScriptRoot/out.json", $json)
            """
        );
        Run(powerShell.Program, [.. powerShell.First, "-NoProfile", "-File", script, file]);
        variables.AssertRead(ReadJson());
    }

    [Fact]
    public void X1AndX9TerraformReads()
    {
        string terraform = Tool.Require("terraform");
        using HostileVariables variables = new(ExportFormat.Tfvars, output: output);
        string names = string.Concat(variables.Carried.Select(static v => $"variable \"{v.Name}\" {{ type = string }}\n"));
        string members = string.Concat(variables.Carried.Select(static v => $"    {v.Name} = var.{v.Name}\n"));
        _sandbox.Write("main.tf", $"{names}output \"read\" {{\n  value = {{\n{members}  }}\n}}\n");
        _sandbox.Write("x.tfvars", variables.Write());
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["CHECKPOINT_DISABLE"] = "1",
            ["TF_CLI_CONFIG_FILE"] = _sandbox.Write("terraformrc", ""),
            ["TF_IN_AUTOMATION"] = "1",
        };
        string[] arguments = ["apply", "-auto-approve", "-input=false", "-no-color", "-var-file=x.tfvars", "-state-out=out.tfstate"];
        Run(terraform, environment, arguments);
        using JsonDocument state = JsonDocument.Parse(File.ReadAllText(_sandbox.File("out.tfstate")));
        JsonElement read = state.RootElement.GetProperty("outputs").GetProperty("read").GetProperty("value");
        variables.AssertRead(
            read.EnumerateObject().ToDictionary(static p => p.Name, static p => p.Value.GetString()!, StringComparer.Ordinal)
        );
    }

    [Fact]
    public void X1AndX10KubectlReads()
    {
        string kubectl = Tool.Require("kubectl");
        using HostileVariables variables = new(ExportFormat.Kubernetes, new FormatSettings { ManifestName = "shop" }, output: output);
        string file = _sandbox.Write("x.yaml", variables.Write());
        Dictionary<string, string> nowhere = new(StringComparer.Ordinal) { ["KUBECONFIG"] = _sandbox.Write("kubeconfig", "") };
        string json = Run(kubectl, nowhere, "annotate", "--local", "-f", file, "read=yes", "-o", "json");
        using JsonDocument read = JsonDocument.Parse(json);
        Assert.Equal("shop", read.RootElement.GetProperty("metadata").GetProperty("name").GetString());
        variables.AssertRead(
            read.RootElement.GetProperty("data")
                .EnumerateObject()
                .ToDictionary(
                    static p => p.Name,
                    static p => Encoding.UTF8.GetString(Convert.FromBase64String(p.Value.GetString()!)),
                    StringComparer.Ordinal
                )
        );
    }

    [Fact]
    public void X1AndX11DotnetUserSecretsReads()
    {
        string dotnet = Tool.Require("dotnet");
        using HostileVariables variables = new(ExportFormat.UserSecrets, output: output);
        Dictionary<string, string> home = new(StringComparer.Ordinal)
        {
            ["APPDATA"] = _sandbox.File("data"),
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
        };
        _sandbox.Write("data/Microsoft/UserSecrets/shop/secrets.json", variables.Write());
        (int exitCode, string text, string error) = Tool.Run(
            dotnet,
            _sandbox.Folder,
            home,
            "user-secrets",
            "list",
            "--id",
            "shop",
            "--json"
        );
        Assert.SkipWhen(exitCode != 0 && error.Contains("user-secrets", StringComparison.Ordinal), "This dotnet has no user-secrets.");
        Assert.Equal(0, exitCode);
        string json = text[(text.IndexOf("//BEGIN", StringComparison.Ordinal) + 7)..text.LastIndexOf("//END", StringComparison.Ordinal)];
        variables.AssertRead(JsonSerializer.Deserialize<Dictionary<string, string>>(json)!);
    }

    private void Run(string program, params string[] arguments) => Run(program, null, arguments);

    private string Run(string program, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        (int exitCode, string text, string error) = Tool.Run(program, _sandbox.Folder, environment, arguments);
        Assert.True(exitCode == 0, $"Exit code {exitCode}: {error[..Math.Min(error.Length, 2000)]}");
        return text;
    }

    private Dictionary<string, string> ReadJson() =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(_sandbox.File("out.json")))!;
}
