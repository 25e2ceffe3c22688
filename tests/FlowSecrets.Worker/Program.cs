using FlowSecrets;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Ports;
using FlowSecrets.Providers;
using FlowSecrets.Worker;

// Usage: FlowSecrets.Worker store SEED | env | read gcp|aws ENDPOINT | rotate rotate|force|undo NAME ENVIRONMENT [CALL:before|after] |
// postgres; the place comes from FLOWSECRETS_HOME, the current folder and the clouds' variables.
ProviderDoor door = new();
switch (args)
{
    case ["store", string seed]:
        await StoreLoop.RunAsync(door.OpenStore(new StoreSelection(StoreKind.Local), Environment.GetEnvironmentVariable), int.Parse(seed));
        break;
    case ["env"]:
        await EnvLoop.RunAsync(new OperationContext(() => door, Environment.CurrentDirectory));
        break;
    case ["read", string kind, string endpoint]:
        try
        {
            ISecretStore store = door.OpenStore(
                new StoreSelection(Enum.Parse<StoreKind>(kind, ignoreCase: true)) { Endpoint = endpoint },
                Environment.GetEnvironmentVariable
            );
            using ReadSecret read = await store.ReadAsync("s", VersionSelector.Current, CancellationToken.None);
            Console.WriteLine(read.Value.RevealText("s"));
        }
        catch (FlowSecretException e)
        {
            Console.WriteLine($"{e.Id}: {e.Message}");
            return 1;
        }

        break;
    case ["rotate", string action, string name, string environment, .. string[] kill]:
        return await RotateOnce.RunAsync(door, action, name, environment, kill.FirstOrDefault());
    case ["postgres"]:
        await PostgresLines.RunAsync(door);
        break;
    default:
        Console.Error.WriteLine(
            "usage: store SEED | env | read gcp|aws ENDPOINT | rotate rotate|force|undo NAME ENVIRONMENT [CALL:before|after] | postgres"
        );
        return 2;
}

return 0;
