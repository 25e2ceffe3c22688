using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws;

namespace FlowSecrets.Tests.CloudFakes.Aws;

/// <summary>A fake with one secret, asked by whoever a test puts into it.</summary>
internal sealed class AwsAccess : IAsyncDisposable
{
    public const string Account = "123456789012";
    public const string Other = "999988887777";

    private AwsAccess(AwsProbe probe, string secret) => (Probe, Secret) = (probe, secret);

    public AwsProbe Probe { get; }

    public AwsFake Fake => Probe.Fake;

    /// <summary>The ARN of app/db, whose tags are env=prod.</summary>
    public string Secret { get; }

    public static async Task<AwsAccess> StartAsync(string? key = null, AwsFakeOptions? options = null, Func<AwsFake, string>? keyOf = null)
    {
        AwsProbe probe = await AwsProbe.StartAsync(options);
        string? kms = keyOf?.Invoke(probe.Fake) ?? key;
        string more = kms is null ? "" : $",\"KmsKeyId\":\"{kms}\"";
        JsonObject made = await probe.Ok(
            "CreateSecret",
            $$$"""
            {"Name":"app/db","SecretString":"v","ClientRequestToken":"{{{AwsProbe.Token(1)}}}",
            "Tags":[{"Key":"env","Value":"prod"}]{{{more}}} }
            """
        );
        return new AwsAccess(probe, (string)made["ARN"]!);
    }

    public ValueTask DisposeAsync() => Probe.DisposeAsync();

    /// <returns>"v", or the refusal from its "because" or "with" on, or all of it where there is neither.</returns>
    public async Task<string> Read(string accessKeyId, string? id = null, string more = "")
    {
        string before = Probe.AccessKeyId;
        Probe.AccessKeyId = accessKeyId;
        string body = $$"""{"SecretId":"{{id ?? Secret}}"{{more}} }""";
        using HttpResponseMessage reply = await Probe.Send("GetSecretValue", body);
        string result = reply.IsSuccessStatusCode ? await Probe.Get(id ?? Secret, more) : await Probe.Error("GetSecretValue", body);
        Probe.AccessKeyId = before;
        int end = Math.Max(result.IndexOf(" because ", StringComparison.Ordinal), result.IndexOf(" with an ", StringComparison.Ordinal));
        return end < 0 ? result : result[(end + 1)..];
    }

    /// <summary>Set by the account's administrator.</summary>
    public Task SetPolicy(string policy) =>
        Probe.Ok("PutResourcePolicy", $$"""{"SecretId":"{{Secret}}","ResourcePolicy":{{JsonSerializer.Serialize(policy)}} }""");

    public static string Allow(string actions, string resource = "*", string more = "") => Statement("Allow", actions, resource, more);

    public static string Deny(string actions, string resource = "*", string more = "") => Statement("Deny", actions, resource, more);

    /// <summary>For a resource: who may.</summary>
    public static string To(
        string principal,
        string effect = "Allow",
        string more = "",
        string actions = "secretsmanager:GetSecretValue"
    ) => Statement(effect, actions, "*", $",\"Principal\":{{\"AWS\":\"{principal}\"}}{more}");

    public static string When(string test, string key, string value) => $",\"Condition\":{{\"{test}\":{{\"{key}\":\"{value}\"}}}}";

    private static string Statement(string effect, string actions, string resource, string more) =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"{{effect}}","Action":"{{actions}}","Resource":"{{resource}}"{{more}} }]}""";
}
