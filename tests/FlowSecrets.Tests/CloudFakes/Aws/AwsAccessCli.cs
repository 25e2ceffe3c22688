using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>Few commands at a time, each as somebody.</summary>
internal sealed class AwsAccessCli(Sandbox sandbox, AwsFake fake)
{
    private readonly AwsCli _cli = new(sandbox);

    /// <returns>What the command of the account's administrator printed; null where that is nothing.</returns>
    public JsonNode? Ok(params string[] command) => OkAs("test", command);

    public JsonNode? OkAs(string accessKeyId, params string[] command)
    {
        AwsCliResult result = As(accessKeyId, command);
        Assert.True(result.ExitCode == 0, result.Error);
        return string.IsNullOrWhiteSpace(result.Output) ? null : result.Json();
    }

    /// <returns>"(Code) when calling the X operation: message".</returns>
    public string Error(string accessKeyId, params string[] command)
    {
        AwsCliResult result = As(accessKeyId, command);
        Assert.NotEqual(0, result.ExitCode);
        return result.Error.Trim()[(result.Error.Trim().IndexOf('(', StringComparison.Ordinal))..];
    }

    public IReadOnlyList<AwsCliResult> All(params string[][] commands) => _cli.Run(fake.Endpoint, commands);

    private AwsCliResult As(string accessKeyId, string[] command) => _cli.Run(fake.Endpoint, [command], accessKeyId)[0];
}
