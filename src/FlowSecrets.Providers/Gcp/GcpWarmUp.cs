using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Providers.Gcp.SecretManager;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Gcp;

/// <summary>
/// Has the runtime compile what a read goes through, by two reads that a handler in this process answers: no socket is opened, no
/// credential
/// looked for.
/// </summary>
internal static class GcpWarmUp
{
    private static readonly byte[] Answer =
        """{"name":"projects/1/secrets/a/versions/1","payload":{"data":"eA==","dataCrc32c":"2839306131"}}"""u8.ToArray();

    /// <returns>How many of the two values came through.</returns>
    public static async Task<int> RunAsync()
    {
        int read = 0;
        StoreSelection selection = new(StoreKind.Gcp) { Project = "warm-up", Endpoint = "http://127.0.0.1:9" };
        GcloudConfiguration nothing = GcloudConfiguration.Read(static _ => "/");
        GcpPlace place = GcpPlace.Find(selection, nothing, static _ => null);
        GcpStore store = GcpOpening.Open(
            place,
            GcpCredential.Find(selection, place, nothing, static _ => null),
            new GcpStoreOptions
            {
                Limits = new RetryLimits { Attempts = 1 },
                Transport = new GcpTransport(new CannedHandler(Answer)),
            }
        );
        await foreach (ReadOutcome outcome in store.ReadManyAsync(["a", "a"], CancellationToken.None))
        {
            read += outcome.Secret is null ? 0 : 1;
            outcome.Dispose();
        }

        return read;
    }
}
