using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Tests.Support;
using FlowSecrets.Tests.Witnesses;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>The aws CLI, many commands in one process: its start would be most of the time.</summary>
internal sealed class AwsCli(Sandbox sandbox)
{
    public static Dictionary<string, string> Environment(Sandbox sandbox, string accessKeyId = "test") =>
        new(StringComparer.Ordinal)
        {
            ["AWS_ACCESS_KEY_ID"] = accessKeyId,
            ["AWS_SECRET_ACCESS_KEY"] = "test",
            ["AWS_DEFAULT_REGION"] = "eu-west-1",
            ["AWS_REGION"] = "eu-west-1",
            ["AWS_CONFIG_FILE"] = sandbox.File("no-config"),
            ["AWS_SHARED_CREDENTIALS_FILE"] = sandbox.File("no-credentials"),
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_MAX_ATTEMPTS"] = "1",
            ["AWS_PAGER"] = "",
            ["NO_PROXY"] = "127.0.0.1",
            ["PYTHONIOENCODING"] = "utf-8",
        };

    /// <returns>Exit code, output and error of each; the test is skipped where python3 lacks the CLI.</returns>
    public IReadOnlyList<AwsCliResult> Run(Uri endpoint, IEnumerable<string[]> commands, string accessKeyId = "test")
    {
        sandbox.Write("commands.json", JsonSerializer.Serialize(commands));
        (int exitCode, string output, string error) = VendorCli.AwsOfPython(
            sandbox.Folder,
            new Dictionary<string, string>(Environment(sandbox, accessKeyId), StringComparer.Ordinal)
            {
                ["AWS_ENDPOINT_URL"] = endpoint.ToString().TrimEnd('/'),
            },
            "commands.json"
        );
        Assert.True(exitCode == 0, error);
        return JsonSerializer.Deserialize<AwsCliResult[]>(output, JsonSerializerOptions.Web)!;
    }
}

internal sealed record AwsCliResult(int ExitCode, string Output, string Error)
{
    /// <returns>The output of a command that must work.</returns>
    public JsonNode Json()
    {
        Assert.True(ExitCode == 0, Error);
        return JsonNode.Parse(Output)!;
    }
}
