using System.Diagnostics;
using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Providers.Postgres;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Postgres;

/// <summary>Who the server is, is checked as the catalog says; without a word of it, everywhere but on this machine.</summary>
[Trait(Tier.Name, Tier.Witness)]
public sealed class PostgresTlsTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    private const string Password = "users-password-1";

    [Fact]
    public async Task OnlyACertificateThatIsTrustedAndForThisNameWillDo()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string authority = await CertifyAsync(scene, "IP:127.0.0.1");
        string user = await scene.RoleAsync(Password);
        SecretValue value = scene.Value(user, Password);
        foreach (string mode in new[] { "verify-ca", "verify-full" })
        {
            FlowSecretException error = await PostgresScene.FailsAsync(
                ErrorIds.TargetUnavailable,
                () => PostgresScene.Target(null, mode).TestAsync(value, default),
                Password
            );
            Assert.Contains("PGSSLROOTCERT", error.Remedy);
            await PostgresScene.FailsAsync(
                ErrorIds.TargetUnavailable,
                () => PostgresScene.Target(scene.Admin, mode).SetAsync(value, [], default),
                Password
            );
            Assert.True(await Trusting(authority, mode).TestAsync(value, default));
        }

        // The same authority, another name.
        authority = await CertifyAsync(scene, "DNS:elsewhere.example");
        await PostgresScene.FailsAsync(
            ErrorIds.TargetUnavailable,
            () => Trusting(authority, "verify-full").TestAsync(value, default),
            Password
        );
        Assert.True(await Trusting(authority, "verify-ca").TestAsync(value, default));
        Assert.True(await PostgresScene.Target(null, "require").TestAsync(value, default));
    }

    [Fact]
    public async Task TheAuthoritysFileComesFromTheEnvironment()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        string authority = await CertifyAsync(scene, "IP:127.0.0.1");
        string value = scene.Value(await scene.RoleAsync(Password), Password).RevealText(null);
        string line = new JsonObject { ["value"] = value, ["sslMode"] = "verify-full" }.ToJsonString();
        Assert.Equal("True", RunWorker(line, authority));
        Assert.Equal(ErrorIds.TargetUnavailable, RunWorker(line, null));
        Assert.Equal(ErrorIds.TargetUnavailable, RunWorker(line, authority + ".absent"));
    }

    [Fact]
    public async Task TheCatalogsModeIsUsed()
    {
        using PostgresScene scene = await PostgresScene.OpenAsync(fixture);
        await CertifyAsync(scene, "IP:127.0.0.1");
        (string plain, string encrypted) = (await scene.RoleAsync(Password), await scene.RoleAsync(Password));
        await scene.Server.AdmitAsync($"hostssl all {plain} 127.0.0.1/32 reject\nhostnossl all {encrypted} 127.0.0.1/32 reject");
        Assert.True(await PostgresScene.Target(null, "disable").TestAsync(scene.Value(plain, Password), default));
        await PostgresScene.FailsAsync(
            ErrorIds.TargetUnavailable,
            () => PostgresScene.Target(null, "disable").TestAsync(scene.Value(encrypted, Password), default),
            Password
        );
        await PostgresScene.FailsAsync(
            ErrorIds.TargetUnavailable,
            () => PostgresScene.Target(null, "require").TestAsync(scene.Value(plain, Password), default),
            Password
        );
        foreach (string? mode in new[] { null, "prefer", "require" })
        {
            Assert.True(await PostgresScene.Target(null, mode).TestAsync(scene.Value(encrypted, Password), default));
        }
    }

    [Theory]
    [InlineData("localhost", "prefer")]
    [InlineData("LocalHost", "prefer")]
    [InlineData("127.0.0.1", "prefer")]
    [InlineData("127.8.9.10", "prefer")]
    [InlineData("::1", "prefer")]
    [InlineData("/var/run/postgresql", "prefer")]
    [InlineData("db.example.com", "verify-full")]
    [InlineData("127.0.0.1.example.com", "verify-full")]
    [InlineData("localhost.example.com", "verify-full")]
    [InlineData("10.0.0.1", "verify-full")]
    [InlineData("0.0.0.0", "verify-full")]
    [InlineData("::", "verify-full")]
    [InlineData("127.0.0.1,db.example.com", "verify-full")]
    [InlineData("/tmp,db.example.com", "verify-full")]
    [InlineData("@x,db.example.com", "verify-full")]
    public void NothingGoesUncheckedToAnotherMachine(string host, string mode)
    {
        using SecretValue value = SecretValue.FromText(
            new JsonObject
            {
                ["host"] = host,
                ["user"] = "u",
                ["password"] = Password,
            }.ToJsonString()
        );
        RotationTargetSettings settings = PostgresScene.Settings(null, null);
        Assert.Equal(mode, PostgresCredential.Read(value, settings.Secret, settings.Target).Place.TlsMode);
        using SecretValue admin = SecretValue.FromText(
            new JsonObject
            {
                ["host"] = host,
                ["user"] = "u",
                ["password"] = Password,
            }.ToJsonString()
        );
        Assert.Equal(mode, PostgresCredential.ReadAdmin(admin, settings.Target).Place.TlsMode);
    }

    private static PostgresTarget Trusting(string authority, string mode) =>
        new(PostgresScene.Settings(null, mode)) { RootCertificate = authority };

    /// <summary>Gives the server a certificate that it signs itself.</summary>
    /// <returns>The certificate's file, for those who trust it.</returns>
    private static async Task<string> CertifyAsync(PostgresScene scene, string name)
    {
        Tool.Require("openssl");
        // As the server's own user, in its own folder: it takes no key that others can read.
        await scene.Server.ExecuteAsync(
            $"copy (select 1) to program 'umask 077; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "
                + $"server.key -out server.crt -days 2 -subj /CN=flowsecrets -addext subjectAltName={name} 2>&1'"
        );
        await scene.Server.ExecuteAsync("alter system set ssl = on");
        await scene.Server.ReloadAsync();
        return Path.Combine(scene.Server.DataFolder, "server.crt");
    }

    private static string RunWorker(string line, string? authority)
    {
        ProcessStartInfo start = new("dotnet", [Repository.Worker, "postgres"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PGSSLROOTCERT"] = authority;
        using Process process = Process.Start(start)!;
        process.StandardInput.WriteLine(line);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Trim();
    }
}
