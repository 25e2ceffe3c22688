using FlowSecrets.Tests.Support;
using static FlowSecrets.Tests.Kubernetes.ExternalSecrets.ExternalSecretStage;

namespace FlowSecrets.Tests.Kubernetes.ExternalSecrets;

/// <summary>A cluster whose Kubernetes Secret has version 1, while the store has version 2.</summary>
internal static class OldDelivery
{
    public const string New = Canary + "-second";

    public static async Task<ExternalSecretStage> WithOldAsync(string target = "", TestHost? host = null)
    {
        ExternalSecretStage stage = await StartAsync(host: host);
        stage.Add(target: target);
        await stage.SetAsync("db", New);
        return stage;
    }

    public static string Delivered(ExternalSecretStage stage, string key = "PASSWORD") =>
        System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)stage.Fake.Object("secret", "shop", "db-k8s")["data"]![key]!));
}
