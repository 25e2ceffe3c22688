using System.Text;
using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Data;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Formats.Data;

/// <summary>What Terraform reads from a variable file, the reader reads too.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class TerraformWitnessTests(ITestOutputHelper output) : IDisposable
{
    private const int PerFile = 250;

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void RandomLiteralsAreReadAlike()
    {
        string terraform = Tool.Require("terraform");
        int seed = Repository.Rounds("FLOWSECRETS_TEST_SEED", 20260111);
        output.WriteLine($"Seed {seed} (repeat it with FLOWSECRETS_TEST_SEED={seed}).");
        HclText hcl = new(seed);
        for (int file = 0; file < 3; file++)
        {
            string end = file == 2 ? "\r\n" : "\n";
            string text = string.Concat(Enumerable.Range(0, PerFile).Select(i => $"v{i} = {hcl.Value(0).TrimEnd('\n')}\n"))
                .Replace("\n", end, StringComparison.Ordinal);
            IReadOnlyList<KeyValuePair<string, DocNode>> ours = TfvarsReader.Read(text, "x.tfvars");
            Dictionary<string, JsonElement> theirs = Apply(terraform, text);

            Assert.Equal(PerFile, ours.Count);
            string[] differences =
            [
                .. ours.Where(v => Show(v.Value) != Show(theirs[v.Key]))
                    .Take(3)
                    .Select(v => $"{v.Key}: terraform {Show(theirs[v.Key])}, ours {Show(v.Value)}"),
            ];
            Assert.Empty(differences);
        }
    }

    [Theory]
    [InlineData("upper(\"a\")", false)]
    [InlineData("var.other", false)]
    [InlineData("\"${1 + 1}\"", true)]
    [InlineData("\"%{ if true }a%{ endif }\"", true)]
    [InlineData("1 + 1", true)]
    [InlineData("[for x in [1] : x]", true)]
    [InlineData("- 5", true)]
    [InlineData("(\"a\")", true)]
    [InlineData("plain words", false)]
    [InlineData("\"a\" \"b\"", false)]
    [InlineData("\"\\x41\"", false)]
    public void WhatIsRefusedIsNoLiteral(string expression, bool terraformComputesIt)
    {
        string terraform = Tool.Require("terraform");
        string text = $"v0 = {expression}\n";
        Assert.Equal(ErrorIds.BadInput, Assert.Throws<FlowSecretException>(() => TfvarsReader.Read(text, "f")).Id);
        Assert.Equal(terraformComputesIt, Run(terraform, text, 1).ExitCode == 0);
    }

    private Dictionary<string, JsonElement> Apply(string terraform, string text)
    {
        (int exitCode, _, string error) = Run(terraform, text, PerFile);
        Assert.True(exitCode == 0, error[..Math.Min(error.Length, 3000)]);
        using JsonDocument state = JsonDocument.Parse(File.ReadAllText(_sandbox.File("out.tfstate")));
        return state
            .RootElement.GetProperty("outputs")
            .GetProperty("read")
            .GetProperty("value")
            .EnumerateObject()
            .ToDictionary(
                static v => v.Name,
                static v => JsonDocument.Parse(v.Value.GetString()!).RootElement.Clone(),
                StringComparer.Ordinal
            );
    }

    /// <summary>No provider, no backend, no network: variables in, one output with each as JSON out.</summary>
    private (int ExitCode, string Output, string Error) Run(string terraform, string text, int variables)
    {
        StringBuilder main = new();
        foreach (int i in Enumerable.Range(0, variables))
        {
            main.Append($"variable \"v{i}\" {{ type = any }}\n");
        }

        main.Append(
            $"output \"read\" {{\n  value = "
                + $"{{\n{string.Concat(Enumerable.Range(0, variables).Select(static i => $"    v{i} = jsonencode(var.v{i})\n"))}  }}\n}}\n"
        );
        _sandbox.Write("main.tf", main.ToString());
        _sandbox.Write("x.tfvars", text);
        File.Delete(_sandbox.File("out.tfstate"));
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["CHECKPOINT_DISABLE"] = "1",
            ["TF_CLI_CONFIG_FILE"] = _sandbox.Write("terraformrc", ""),
            ["TF_IN_AUTOMATION"] = "1",
        };
        return Tool.Run(
            terraform,
            _sandbox.Folder,
            environment,
            "apply",
            "-auto-approve",
            "-input=false",
            "-no-color",
            "-var-file=x.tfvars",
            "-state-out=out.tfstate"
        );
    }

    private static string Show(DocNode node) =>
        node.Kind switch
        {
            DocKind.Null => "null",
            DocKind.Text => JsonSerializer.Serialize(node.Text),
            DocKind.List => $"[{string.Join(',', node.Items.Select(Show))}]",
            DocKind.Map => ShowMap(node.Entries.Select(static e => (e.Key.Text, Show(e.Value)))),
            _ => node.Text,
        };

    private static string Show(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.String => JsonSerializer.Serialize(element.GetString()),
            JsonValueKind.Array => $"[{string.Join(',', element.EnumerateArray().Select(Show))}]",
            JsonValueKind.Object => ShowMap(element.EnumerateObject().Select(static e => (e.Name, Show(e.Value)))),
            _ => element.GetRawText(),
        };

    private static string ShowMap(IEnumerable<(string Key, string Value)> entries)
    {
        IEnumerable<string> members = entries
            .OrderBy(static e => e.Key, StringComparer.Ordinal)
            .Select(static e => $"{JsonSerializer.Serialize(e.Key)}:{e.Value}");
        return $"{{{string.Join(',', members)}}}";
    }
}
