using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Worker;

/// <summary>Changes a store in every way there is; a line is written only after the change is done.</summary>
internal static class StoreLoop
{
    public static async Task RunAsync(ISecretStore store, int seed)
    {
        IStoreMaintenance maintenance = (IStoreMaintenance)store;
        Random random = new(seed);
        Console.WriteLine("ready");
        for (int i = 0; ; i++)
        {
            string name = $"secret-{random.Next(6)}";
            switch (random.Next(12))
            {
                case 0 when maintenance.Exists:
                    await maintenance.RotateKeyAsync(CancellationToken.None);
                    break;
                case 1 when maintenance.Exists:
                    await maintenance.ChangeProtectionAsync(null, CancellationToken.None);
                    break;
                case 2:
                    await ToggleAsync(store);
                    break;
                default:
                    await AddAsync(store, name, $"{seed}-{i}");
                    break;
            }
        }
    }

    private static async Task AddAsync(ISecretStore store, string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        string version = await store.DescribeAsync(name, CancellationToken.None) is null
            ? (
                await store.CreateAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), value, CancellationToken.None)
            ).CurrentVersion!
            : (await store.AddVersionAsync(name, value, null, null, CancellationToken.None)).Version;
        Console.WriteLine($"added {name} {version} {text}");
    }

    private static async Task ToggleAsync(ISecretStore store)
    {
        const string name = "comes-and-goes";
        SecretDescription? description = await store.DescribeAsync(name, CancellationToken.None);
        if (description is null)
        {
            using SecretValue value = SecretValue.FromText("there");
            await store.CreateAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), value, CancellationToken.None);
        }
        else if (description.Deleted is null)
        {
            await store.DeleteAsync(name, TimeSpan.FromDays(7), CancellationToken.None);
        }
        else
        {
            await store.RestoreAsync(name, CancellationToken.None);
        }
    }
}
