using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Ports;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Postgres;

/// <summary>Rotations on a real server, with a client that logs in all the while.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class PostgresRotationTests(ITestOutputHelper output)
{
    private const string Fields = "fields: { host: {}, port: {}, db: {}, user: {}, password: { generate: { kind: password } } }";

    [Fact]
    public async Task AClientIsNeverRefusedWhileUsersAlternate()
    {
        await using PostgresServer server = await PostgresServer.StartAsync();
        using Sandbox sandbox = await SetUpAsync(server, "users: [a, b], admin: admin", "1h");
        using CancellationTokenSource stop = new();
        int logins = 0;
        List<string> refused = [];
        Task client = Task.Run(async () =>
        {
            ISecretStore store = sandbox.FreshStore();
            while (!stop.IsCancellationRequested)
            {
                using ReadSecret read = await store.ReadAsync("db", VersionSelector.Current, default);
                JsonNode value = JsonNode.Parse(read.Value.RevealText(null))!;
                if (!await server.AcceptsAsync((string)value["user"]!, (string)value["password"]!))
                {
                    refused.Add(read.Version);
                }

                logins++;
            }
        });

        HashSet<string> passwords = ["old-password-1"];
        TestHost host = new();
        for (int i = 0; i < 100; i++)
        {
            // An overlap is there for those who read just before; the client reads and logs in within it.
            RotationResult result = Assert.Single(
                await new InvokeRotationOperation(sandbox.Context).RunAsync(new InvokeRotationOptions { Names = ["db"] }, host)
            );
            Assert.True(result.ErrorId is null, result.Message);
            passwords.Add(await PasswordAsync(sandbox));
            await RetireLaterAsync(sandbox);
        }

        await stop.CancelAsync();
        await client;
        output.WriteLine($"100 rotations, {logins} logins, {refused.Count} refused.");
        Assert.Empty(refused);
        Assert.Equal(101, passwords.Count);
        Assert.True(logins > 100, $"The client logged in {logins} times.");
        AssertNowhere(passwords.Skip(1), server.LogText(), "the server's log");
        AssertNowhere(passwords, host.Everything, "what the operation said");
    }

    [Fact]
    public async Task OneUserIsRotatedByItself()
    {
        await using PostgresServer server = await PostgresServer.StartAsync();
        using Sandbox sandbox = await SetUpAsync(server, "", "24h");
        RotationResult result = Assert.Single(
            await new InvokeRotationOperation(sandbox.Context).RunAsync(new InvokeRotationOptions { Names = ["db"] }, new TestHost())
        );
        Assert.Equal(ItemStatus.Rotated, result.Status);
        Assert.Equal(nameof(RotationState.Retired), result.State);
        Assert.True(await server.AcceptsAsync("a", await PasswordAsync(sandbox)));
        Assert.False(await server.AcceptsAsync("a", "old-password-1"));
        AssertNowhere([await PasswordAsync(sandbox)], server.LogText(), "the server's log");
    }

    [Fact]
    public async Task TheWayBackIsOpenDuringTheOverlapAndShutAfterIt()
    {
        await using PostgresServer server = await PostgresServer.StartAsync();
        using Sandbox sandbox = await SetUpAsync(server, "users: [a, b], admin: admin", "24h");
        await new InvokeRotationOperation(sandbox.Context).RunAsync(new InvokeRotationOptions { Names = ["db"] }, new TestHost());
        RotationResult undone = Assert.Single(
            await new UndoRotationOperation(sandbox.Context).RunAsync(new UndoRotationOptions { Names = ["db"] }, new TestHost())
        );
        Assert.Equal(nameof(RotationState.Undone), undone.State);
        Assert.Equal("old-password-1", await PasswordAsync(sandbox));
        Assert.True(await server.AcceptsAsync("a", "old-password-1"));

        RotationResult forced = Assert.Single(
            await new InvokeRotationOperation(sandbox.Context).RunAsync(
                new InvokeRotationOptions { Names = ["db"], Force = true },
                new TestHost()
            )
        );
        Assert.Equal(nameof(RotationState.Retired), forced.State);
        Assert.False(await server.AcceptsAsync("a", "old-password-1"));
        RotationResult shut = Assert.Single(
            await new UndoRotationOperation(sandbox.Context).RunAsync(new UndoRotationOptions { Names = ["db"] }, new TestHost())
        );
        Assert.Equal(ErrorIds.NothingToUndo, shut.ErrorId);
        Assert.True(await server.AcceptsAsync("b", await PasswordAsync(sandbox)));
    }

    [Fact]
    public async Task AServerThatIsGoneStopsTheRotationAndLosesNothing()
    {
        PostgresServer server = await PostgresServer.StartAsync();
        using Sandbox sandbox = await SetUpAsync(server, "users: [a, b], admin: admin", "24h");
        await server.DisposeAsync();
        for (int i = 1; i <= 4; i++)
        {
            RotationResult result = Assert.Single(
                await new InvokeRotationOperation(sandbox.Context).RunAsync(new InvokeRotationOptions { Names = ["db"] }, new TestHost())
            );
            Assert.Equal(i < 3 ? ErrorIds.TargetUnavailable : ErrorIds.RotationNeedsAttention, result.ErrorId);
            Assert.Equal("old-password-1", await PasswordAsync(sandbox));
        }

        SecretRotation seen = Assert.Single(
            await new GetRotationsOperation(sandbox.Context).RunAsync(new GetRotationsOptions { Names = ["db"] }, new TestHost())
        );
        Assert.Equal((nameof(RotationState.NeedsAttention), 3), (seen.State, seen.Failures));
    }

    [Fact]
    public async Task ARehearsalFindsWhatIsMissing()
    {
        await using PostgresServer server = await PostgresServer.StartAsync();
        using Sandbox sandbox = await SetUpAsync(server, "users: [a, b], admin: admin", "24h");
        List<RotationCheck> checks = await new TestRotationOperation(sandbox.Context).RunAsync(
            new RotationOptions { Names = ["db"] },
            new TestHost()
        );
        Assert.All(checks, static c => Assert.True(c.Passed, $"{c.Check}: {c.Message}"));
        await server.ExecuteAsync("drop role b");
        checks = await new TestRotationOperation(sandbox.Context).RunAsync(new RotationOptions { Names = ["db"] }, new TestHost());
        Assert.Contains(checks, static c => !c.Passed && c.Remedy!.Contains("CREATE ROLE", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("old-password-1", await PasswordAsync(sandbox));
    }

    private static async Task<Sandbox> SetUpAsync(PostgresServer server, string users, string overlap)
    {
        await server.ExecuteAsync("create role a login password 'old-password-1'");
        await server.ExecuteAsync("create role b login");
        string more = users.Length == 0 ? "" : ", " + users;
        Sandbox sandbox = new();
        sandbox.Write(
            "flowsecrets.yaml",
            $$"""
            application: pg
            environments: { local: { store: local } }
            secrets:
              db:
                {{Fields}}
                rotate:
                  every: 30d
                  overlap: {{overlap}}
                  target: { kind: postgres, host: host, port: port, database: db, user: user, password: password{{more}} }
              admin: { owner: external, format: json }
            """
        );
        ISecretStore store = sandbox.Store();
        foreach ((string name, string text) in new[] { ("db", server.Secret("a", "old-password-1")), ("admin", server.AdminSecret()) })
        {
            using SecretValue value = SecretValue.FromText(text);
            await store.CreateAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), value, default);
        }

        return sandbox;
    }

    /// <summary>Once the overlap is over, the value before goes: another day's run, here a moment later.</summary>
    private static async Task RetireLaterAsync(Sandbox sandbox)
    {
        OperationContext later = sandbox.Context with { Clock = new LaterClock(TimeSpan.FromHours(2)) };
        RotationResult result = Assert.Single(
            await new InvokeRotationOperation(later).RunAsync(new InvokeRotationOptions { Names = ["db"], Due = true }, new TestHost())
        );
        Assert.Equal(ItemStatus.Retired, result.Status);
    }

    private static async Task<string> PasswordAsync(Sandbox sandbox)
    {
        using ReadSecret read = await sandbox.FreshStore().ReadAsync("db", VersionSelector.Current, default);
        return (string)JsonNode.Parse(read.Value.RevealText(null))!["password"]!;
    }

    private static void AssertNowhere(IEnumerable<string> values, string text, string where) =>
        Assert.DoesNotContain(
            values,
            v => text.Contains(v, StringComparison.Ordinal) ? throw new InvalidOperationException($"A password stands in {where}.") : false
        );

    private sealed class LaterClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
