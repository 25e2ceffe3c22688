using FlowSecrets.Model;
using FlowSecrets.Providers.Aws.Connection;
using FlowSecrets.Providers.Aws.SecretsManager;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Aws;

/// <summary>
/// Has the runtime compile what a read goes through, by one batch that a handler in this process answers: no socket is opened, no
/// credential looked for.
/// </summary>
internal static class AwsWarmUp
{
    private static readonly byte[] Answer =
        """
        {"SecretValues":[{"Name":"a","VersionId":"1","SecretString":"x"},
        {"Name":"b","VersionId":"1","SecretString":"x"}]}
        """u8.ToArray();

    /// <returns>How many of the two values came through.</returns>
    public static async Task<int> RunAsync()
    {
        int read = 0;
        StoreSelection selection = new(StoreKind.Aws) { Region = "us-east-1", Endpoint = "http://127.0.0.1:9" };
        AwsPlace place = new("us-east-1", null, new Uri("http://127.0.0.1:9"));
        using HttpClient canned = new(new CannedHandler(Answer));
        AwsStore store = AwsOpening.Open(
            place,
            AwsIdentity.Find(selection, place, static _ => "warm-up"),
            new AwsStoreOptions
            {
                Limits = new RetryLimits { Attempts = 1 },
                Transport = new AwsTransport(canned),
            }
        );
        await foreach (ReadOutcome outcome in store.ReadManyAsync(["a", "b"], CancellationToken.None))
        {
            read += outcome.Secret is null ? 0 : 1;
            outcome.Dispose();
        }

        return read;
    }
}
