using FlowSecrets.Operations;
using FlowSecrets.Operations.LocalEnv;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Values;

namespace FlowSecrets.Worker;

/// <summary>Writes the .env file anew, without end, each time with another value of the same length in its source.</summary>
internal static class EnvLoop
{
    public static async Task RunAsync(OperationContext context)
    {
        Console.WriteLine("ready");
        for (int i = 0; ; i++)
        {
            string key = new((char)('a' + (i % 26)), 2000);
            await foreach (
                SecretChange _ in new SetSecretsOperation(context).RunAsync(
                    new WriteSecretsOptions { Names = ["big"], Value = SecretValue.FromText(key) },
                    new SilentHost(),
                    CancellationToken.None
                )
            ) { }

            await foreach (
                EnvVariable _ in new SyncLocalEnvOperation(context).RunAsync(new SyncOptions(), new SilentHost(), CancellationToken.None)
            ) { }

            Console.WriteLine($"written {key[0]}");
        }
    }
}
