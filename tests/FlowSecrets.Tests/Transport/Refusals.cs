using System.Text.Json;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Aws.Connection;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Transport;

/// <summary>How tests come by a store's refusal.</summary>
internal static class Refusals
{
    public static async Task<FlowSecretException> ReadAsync(ISecretStore store, string name) =>
        await Assert.ThrowsAsync<FlowSecretException>(() => store.ReadAsync(name, VersionSelector.Current, CancellationToken.None));

    public static async Task CreateAsync(ISecretStore store, string name)
    {
        using SecretValue value = SecretValue.FromText("v");
        await store.CreateAsync(name, new Dictionary<string, string>(), value, CancellationToken.None);
    }

    /// <summary>An error as AWS answers it.</summary>
    public static Answer Refusal(int status, string code, string message) =>
        new(
            status,
            JsonSerializer.Serialize(new Dictionary<string, string> { ["__type"] = code, ["message"] = message }),
            "application/x-amz-json-1.1"
        );

    /// <summary>What becomes of such an answer to a question about a secret.</summary>
    public static async Task<FlowSecretException> AnsweredAsync(CloudSetting setting, Answer answer, string name = "s1")
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(asked =>
            asked.Operation.Length > 0 ? answer : AwsTokens.Caller
        );
        return await Assert.ThrowsAsync<FlowSecretException>(() => setting.Aws(server.Address).DescribeAsync(name, CancellationToken.None));
    }
}
