using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers;
using FlowSecrets.Values;

namespace FlowSecrets.Worker;

/// <summary>
/// Sets and tries passwords as another environment does. A line of standard input each: {"value":SECRET,"admin":SECRET,"sslMode":MODE}; a
/// line of output each: whether it is accepted, or the error's id.
/// </summary>
internal static class PostgresLines
{
    public static async Task RunAsync(ProviderDoor door)
    {
        using StreamReader input = new(Console.OpenStandardInput());
        while (await input.ReadLineAsync() is { } line)
        {
            JsonNode members = JsonNode.Parse(line)!;
            using SecretValue value = SecretValue.FromText((string)members["value"]!);
            using SecretValue? admin = (string?)members["admin"] is { } text ? SecretValue.FromText(text) : null;
            CatalogTarget settings = new("postgres")
            {
                Host = "host",
                Port = "port",
                Database = "db",
                User = "user",
                Password = "password",
                Admin = admin is null ? null : "db-admin",
                SslMode = (string?)members["sslMode"],
            };
            IRotationTarget target = door.OpenTarget(new RotationTargetSettings("db-config", settings, admin, static _ => { }));
            try
            {
                if (admin is not null)
                {
                    await target.SetAsync(value, [], CancellationToken.None);
                }

                Console.WriteLine(await target.TestAsync(value, CancellationToken.None));
            }
            catch (FlowSecretException e)
            {
                Console.WriteLine(e.Id);
            }
        }
    }
}
