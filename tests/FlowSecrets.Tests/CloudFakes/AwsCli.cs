using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.CloudFakes;

/// <summary>The aws CLI, many commands in one process: its start would be most of the time.</summary>
internal sealed class AwsCli(Sandbox sandbox)
{
    public static Dictionary<string, string> Environment(Sandbox sandbox, string accessKeyId = "test") => new(StringComparer.Ordinal)
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
        string python = Tool.Require("python3");
        Assert.SkipWhen(Tool.Run(python, sandbox.Folder, null, "-c", "import awscli.clidriver").ExitCode != 0, "python3 has no awscli.");
        sandbox.Write("commands.json", JsonSerializer.Serialize(commands));
        (int exitCode, string output, string error) = Tool.Run(
            python,
            sandbox.Folder,
            new Dictionary<string, string>(Environment(sandbox, accessKeyId), StringComparer.Ordinal) { ["AWS_ENDPOINT_URL"] = endpoint.ToString().TrimEnd('/') },
            sandbox.Write("run.py", Driver));
        Assert.True(exitCode == 0, error);
        return JsonSerializer.Deserialize<AwsCliResult[]>(output, JsonSerializerOptions.Web)!;
    }

    private const string Driver = """
        import contextlib, io, json, sys
        from awscli.clidriver import create_clidriver

        driver = create_clidriver()

        def call(arguments):
            streams = [io.TextIOWrapper(io.BytesIO(), encoding='utf-8', write_through=True) for _ in range(2)]
            with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
                try:
                    code = driver.main(arguments)
                except SystemExit as end:
                    code = end.code
            output, error = [s.buffer.getvalue().decode() for s in streams]
            return {'exitCode': code or 0, 'output': output, 'error': error}

        with open('commands.json', encoding='utf-8') as file:
            json.dump([call(command) for command in json.load(file)], sys.stdout)
        """;
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
