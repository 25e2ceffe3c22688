using System.Net;
using System.Net.Sockets;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Postgres;

/// <summary>A server that is down, hangs, starts or is none: nobody knows whether the credential is good, and no error tells it.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class PostgresUnreachableTests
{
    private const string Password = "unseen-password-1";

    public static TheoryData<string> Servers => ["nobody", "closes", "garbage", "starts", "stops", "full", "another port", "echoes"];

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task NothingIsKnown(string what)
    {
        using FakePostgres server = Open(what);
        int port = what == "nobody" ? FreePort() : server.Port;
        using SecretValue value = Value(port);
        using SecretValue admin = SecretValue.FromText(
            $$"""{"host":"127.0.0.1","port":{{port}},"user":"admin","password":"{{Password}}-of-admin"}"""
        );
        await PostgresScene.FailsAsync(ErrorIds.TargetUnavailable, () => PostgresScene.Target(null).TestAsync(value, default), Password);
        await PostgresScene.FailsAsync(
            ErrorIds.TargetUnavailable,
            () => PostgresScene.Target(null).SetAsync(value, [value], default),
            Password
        );
        await PostgresScene.FailsAsync(
            ErrorIds.TargetUnavailable,
            () => PostgresScene.Target(admin).SetAsync(value, [], default),
            Password
        );
        IReadOnlyList<RotationFinding> findings = await PostgresScene.Target(admin).RehearseAsync(value, default);
        Assert.Contains(findings, static f => !f.IsFine);
        Assert.DoesNotContain(Password, string.Join('\n', findings));
    }

    [Fact]
    public async Task AHostThatNobodyKnows()
    {
        using SecretValue value = SecretValue.FromText($$"""{"host":"no-such-host.invalid","user":"u","password":"{{Password}}"}""");
        await PostgresScene.FailsAsync(ErrorIds.TargetUnavailable, () => PostgresScene.Target(null).TestAsync(value, default), Password);
    }

    [Fact]
    public async Task AServerThatNeverAnswersIsGivenUp()
    {
        using FakePostgres server = new(FakePostgres.NeverAsync);
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        using SecretValue afterHello = Value(server.Port);
        using SecretValue beforeIt = Value(((IPEndPoint)silent.LocalEndpoint).Port);
        await Task.WhenAll(
            new[] { afterHello, beforeIt }.Select(v =>
                PostgresScene.FailsAsync(ErrorIds.TargetUnavailable, () => PostgresScene.Target(null).TestAsync(v, default), Password)
            )
        );
    }

    [Fact]
    public async Task CancellationIsNoFailureOfTheServer()
    {
        using FakePostgres server = new(FakePostgres.NeverAsync);
        using SecretValue value = Value(server.Port);
        using CancellationTokenSource cancel = new();
        Task<bool> test = PostgresScene.Target(null).TestAsync(value, cancel.Token);
        while (server.Received.IsEmpty)
        {
            await Task.Delay(10);
        }

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test);
    }

    [Theory]
    [InlineData("require")]
    [InlineData("verify-ca")]
    [InlineData("verify-full")]
    public async Task WithoutTlsItIsToldNothing(string mode)
    {
        using FakePostgres server = new(FakePostgres.EchoAsync);
        using SecretValue value = Value(server.Port);
        await PostgresScene.FailsAsync(
            ErrorIds.TargetUnavailable,
            () => PostgresScene.Target(null, mode).TestAsync(value, default),
            Password
        );
        Assert.Empty(server.Received);
    }

    private static FakePostgres Open(string what) =>
        new(
            what switch
            {
                "garbage" => FakePostgres.GarbageAsync,
                "starts" => FakePostgres.Error("57P03", "ProcessStartupPacket", "the database system is starting up"),
                "stops" => FakePostgres.Error("57P03", "ProcessStartupPacket", "the database system is shutting down"),
                "full" => FakePostgres.Error("53300", "InitProcess", "sorry, too many clients already"),
                "another port" => FakePostgres.Error("28000", "ClientAuthentication", "Kein Eintrag für diesen Host"),
                "echoes" => FakePostgres.EchoAsync,
                _ => FakePostgres.CloseAsync,
            }
        );

    private static SecretValue Value(int port) =>
        SecretValue.FromText($$"""{"host":"127.0.0.1","port":{{port}},"user":"u","password":"{{Password}}"}""");

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
