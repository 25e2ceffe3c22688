using System.Text;
using System.Text.Json;
using FlowSecrets.Formats.Hcl;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Terraform;

/// <summary>Statement T6, with Terraform as the witness: it reads every text back as it was.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class TerraformTextTests : IDisposable
{
    private static readonly string[] Parts =
    [
        "$",
        "%",
        "{",
        "}",
        "\"",
        "\\",
        "\n",
        "\r",
        "\t",
        "~",
        "x",
        "é",
        "😀",
        "\u0001",
        "\u202e",
        "\u2028",
        "\\u0041",
        "${var.x}",
        "%{ if true }",
        "<<EOT",
        "#",
        "//",
        "/*",
    ];

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void T6_HostileTextsComeBack()
    {
        TerraformProgram terraform = TerraformProgram.Require(_sandbox.Folder);
        Random random = new(20261130);
        string[] texts =
        [
            .. from a in Parts from b in Parts select a + b,
            .. from a in new[] { "$", "%" } from n in Enumerable.Range(1, 5) select string.Concat(Enumerable.Repeat(a, n)) + "{x}",
            .. Enumerable.Range(0, 1000).Select(_ => string.Concat(Enumerable.Range(0, 12).Select(_ => Parts[random.Next(Parts.Length)]))),
        ];
        HclBody body = new();
        body.Block("output", ["texts"], o => o.Set("value", new HclList([.. texts.Select(HclExpression.Text)])));
        body.Block(
            "output",
            ["keys"],
            o => o.Set("value", new HclObject([.. texts.Distinct().Select((t, i) => (t, HclExpression.Raw($"{i}")))]))
        );
        File.WriteAllText(_sandbox.File("main.tf"), body.Write());
        terraform.Run("fmt", "-check", "-diff");
        terraform.Run("apply", "-auto-approve", "-no-color");
        JsonElement outputs = terraform.Outputs();
        Assert.Equal(
            texts.Select(static t => t.Normalize(NormalizationForm.FormC)),
            outputs.GetProperty("texts").GetProperty("value").EnumerateArray().Select(static t => t.GetString()!)
        );
        Assert.Equal(
            texts.Distinct().Order(StringComparer.Ordinal),
            outputs.GetProperty("keys").GetProperty("value").EnumerateObject().Select(static p => p.Name).Order(StringComparer.Ordinal)
        );
    }
}
