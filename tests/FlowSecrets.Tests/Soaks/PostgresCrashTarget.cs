using System.Text.Json.Nodes;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Soaks;

/// <summary>A real server: two users that alternate, or one.</summary>
internal sealed class PostgresCrashTarget(PostgresServer server, bool alternates) : CrashTarget
{
    private static int _scenes;
    private readonly int _scene = Interlocked.Increment(ref _scenes);

    public override IReadOnlyList<(string Name, string Text)> Secrets =>
        [("s", server.Secret(User("a"), "old-password-1")), ("admin", server.AdminSecret())];

    /// <summary>One user's old password ends with the new one.</summary>
    public override bool KeepsOld => alternates;

    public override string Catalog(string pending)
    {
        string users = alternates ? $", users: [{User("a")}, {User("b")}], admin: admin" : "";
        return $$"""
              s:
                fields: { host: {}, port: {}, db: {}, user: {}, password: { generate: { kind: password } } }
                rotate:
                  pending: {{pending}}
                  target: { kind: postgres, host: host, port: port, database: db, user: user, password: password{{users}} }
              admin: { owner: external, format: json }
            """;
    }

    public override async Task SetUpAsync(Sandbox sandbox)
    {
        await server.ExecuteAsync($"create role {User("a")} login password 'old-password-1'");
        await server.ExecuteAsync($"create role {User("b")} login");
    }

    public override Task<bool> AcceptsAsync(string value)
    {
        JsonNode members = JsonNode.Parse(value)!;
        return server.AcceptsAsync((string)members["user"]!, (string)members["password"]!);
    }

    private string User(string name) => $"u{_scene}_{name}";
}
