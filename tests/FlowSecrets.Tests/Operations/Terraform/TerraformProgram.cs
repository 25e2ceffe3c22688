using System.Text.Json;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Terraform;

/// <summary>
/// The terraform program in a folder, with the AWS provider from a mirror on this machine. Nothing is downloaded: a test is skipped, and
/// says what is missing, where there is no terraform or no mirror.
/// </summary>
internal sealed class TerraformProgram
{
    /// <summary>
    /// A folder that has registry.terraform.io/hashicorp/aws; without it, Terraform's own folders and those below /opt are looked at.
    /// </summary>
    public const string MirrorVariable = "FLOWSECRETS_TERRAFORM_MIRROR";

    private readonly string _program;
    private readonly Dictionary<string, string> _variables;

    private TerraformProgram(string program, string folder, Dictionary<string, string> variables) =>
        (_program, Folder, _variables) = (program, folder, variables);

    public string Folder { get; }

    /// <summary>Without providers.</summary>
    public static TerraformProgram Require(string folder) =>
        new(
            Tool.Require("terraform"),
            folder,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["CHECKPOINT_DISABLE"] = "1",
                ["TF_IN_AUTOMATION"] = "1",
                ["TF_INPUT"] = "0",
                ["TF_CLI_CONFIG_FILE"] = Configuration(folder, null),
            }
        );

    /// <summary>With the AWS provider, on an emulator.</summary>
    public static TerraformProgram RequireAws(string folder, Uri endpoint)
    {
        TerraformProgram program = Require(folder);
        string? mirror = Mirrors()
            .FirstOrDefault(static m => Directory.Exists(Path.Combine(m, "registry.terraform.io", "hashicorp", "aws")));
        Assert.SkipWhen(mirror is null, $"There is no mirror with Terraform's AWS provider; {MirrorVariable} names one.");
        program._variables["TF_CLI_CONFIG_FILE"] = Configuration(folder, mirror);
        program._variables["AWS_ACCESS_KEY_ID"] = "test";
        program._variables["AWS_SECRET_ACCESS_KEY"] = "test";
        program._variables["AWS_EC2_METADATA_DISABLED"] = "true";
        File.WriteAllText(
            Path.Combine(folder, "emulator_override.tf"),
            $$"""
            provider "aws" {
              skip_credentials_validation = true
              skip_metadata_api_check     = true
              endpoints {
                iam            = "{{endpoint}}"
                secretsmanager = "{{endpoint}}"
                sts            = "{{endpoint}}"
              }
            }

            """
        );
        return program;
    }

    public void Set(string name, string value) => _variables[name] = value;

    /// <returns>What it prints; the test fails where it fails.</returns>
    public string Run(params string[] arguments)
    {
        (int exitCode, string output, string error) = Tool.Run(_program, Folder, _variables, arguments);
        Assert.True(exitCode == 0, $"terraform {string.Join(' ', arguments)}: {output}{error}");
        return output;
    }

    /// <summary>The outputs of the state.</summary>
    public JsonElement Outputs() => JsonDocument.Parse(Run("output", "-json")).RootElement;

    private static string Configuration(string folder, string? mirror)
    {
        string path = Path.Combine(folder, "terraform.rc");
        string installation = mirror is null
            ? ""
            : $"provider_installation {{\n  filesystem_mirror {{\n    path = {JsonSerializer.Serialize(mirror)}\n  }}\n}}\n";
        File.WriteAllText(path, installation);
        return path;
    }

    private static IEnumerable<string> Mirrors()
    {
        if (Environment.GetEnvironmentVariable(MirrorVariable) is { Length: > 0 } named)
        {
            return [named];
        }

        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] usual =
        [
            Path.Combine(home, ".terraform.d", "plugins"),
            "/usr/local/share/terraform/plugins",
            "/usr/share/terraform/plugins",
        ];
        return usual.Concat(Directory.Exists("/opt") ? Directory.GetDirectories("/opt") : []);
    }
}
