using FlowSecrets;
using FlowSecrets.Operations;
using FlowSecrets.Providers;
using FlowSecrets.Worker;

// Usage: FlowSecrets.Worker store SEED | env; the place comes from FLOWSECRETS_HOME and the current folder.
ProviderDoor door = new();
switch (args)
{
    case ["store", string seed]:
        await StoreLoop.RunAsync(door.OpenStore(new StoreSelection(StoreKind.Local), Environment.GetEnvironmentVariable), int.Parse(seed));
        break;
    case ["env"]:
        await EnvLoop.RunAsync(new OperationContext(() => door, Environment.CurrentDirectory));
        break;
    default:
        Console.Error.WriteLine("usage: store SEED | env");
        return 2;
}

return 0;
