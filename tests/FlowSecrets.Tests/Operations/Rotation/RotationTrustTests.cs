using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Catalogs;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>No value reaches a server or a script that the user did not approve.</summary>
public sealed class RotationTrustTests : IDisposable
{
    private const string Password = "CANARY-old-password";

    private readonly Sandbox _sandbox = new();
    private readonly FakePostgres _server = new(FakePostgres.EchoAsync);

    public void Dispose()
    {
        _server.Dispose();
        _sandbox.Dispose();
    }

    [Fact]
    public async Task AServerGetsNothingBeforeItIsApproved()
    {
        await SetUpAsync("user: user, password: password, sslMode: disable");
        RotationResult refused = Assert.Single(await InvokeAsync(null));
        Assert.Equal(ErrorIds.CatalogNotTrusted, refused.ErrorId);
        Assert.Contains($"-Server 'postgresql://127.0.0.1:{_server.Port}/app?sslmode=disable'", refused.Error!.Remedy);
        Assert.All(await RehearseAsync(null), static c => Assert.False(c.Passed));
        Assert.Empty(_server.Received);
    }

    [Fact]
    public async Task AnApprovedServerGetsNoPasswordInClearText()
    {
        await SetUpAsync("user: user, password: password, sslMode: disable");
        await new ApproveCatalogOperation(_sandbox.Context).RunAsync(
            new ApproveCatalogOptions { Servers = [$"postgresql://127.0.0.1:{_server.Port}/app?sslmode=disable"] },
            new TestHost()
        );
        Assert.Equal(ErrorIds.TargetUnavailable, Assert.Single(await InvokeAsync(null)).ErrorId);
        Assert.NotEmpty(_server.Received);
        Assert.DoesNotContain(_server.Received, static r => Encoding.UTF8.GetString(r).Contains(Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ThePlanNamesHostAndDatabase()
    {
        await SetUpAsync("user: user, password: password, sslMode: disable");
        TestHost host = new() { IsWhatIf = true };
        InvokeRotationOptions options = new() { Names = ["bait"], TrustCatalog = true };
        RotationResult planned = Assert.Single(await new InvokeRotationOperation(_sandbox.Context).RunAsync(options, host));
        Assert.Equal(ItemStatus.Planned, planned.Status);
        Assert.Contains($"postgresql://127.0.0.1:{_server.Port}/app", Assert.Single(host.Actions));
        Assert.Empty(_server.Received);
    }

    [Fact]
    public async Task AnApprovalIsForOneTlsMode()
    {
        await SetUpAsync("user: user, password: password, sslMode: disable");
        await new ApproveCatalogOperation(_sandbox.Context).RunAsync(
            new ApproveCatalogOptions { Servers = [$"postgresql://127.0.0.1:{_server.Port}/app?sslmode=verify-full"] },
            new TestHost()
        );
        Assert.Equal(ErrorIds.CatalogNotTrusted, Assert.Single(await InvokeAsync(null)).ErrorId);
        Assert.Empty(_server.Received);
    }

    /// <summary>A stranger's catalog names the user's secret of another application as the administrator.</summary>
    [Fact]
    public async Task AnAdministratorOfAnotherApplicationIsNotUsed()
    {
        await LocalStoreKey("stripe", """{"account":"acct_1","secret_key":"sk_live_CANARY"}""");
        await SetUpAsync(
            "user: account, password: secret_key, users: [x, y], admin: victim, sslMode: disable",
            "victim: { name: stripe, fields: { account: {}, secret_key: {} } }"
        );
        RotationResult refused = Assert.Single(await InvokeAsync(null));
        Assert.Equal(ErrorIds.FieldNotFound, refused.ErrorId);
        Assert.Equal(ErrorIds.FieldNotFound, Assert.Single(await InvokeAsync(true)).ErrorId);
        Assert.DoesNotContain(_server.Received, static r => Encoding.UTF8.GetString(r).Contains("CANARY", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bait: { name: theirs, generate: { kind: hex }, rotate: { every: 90d } }")]
    [InlineData("bait: { generate: { kind: hex }, rotate: { carriers: [{ secret: c }] } }, c: { name: theirs }")]
    public async Task ASecretOfAnotherCatalogIsNotRotated(string secrets)
    {
        _sandbox.Write("flowsecrets.yaml", "application: o\nenvironments: { e: { store: local } }\nsecrets: { theirs: {} }\n");
        await CreateAsync("theirs", "same-value-1");
        using Sandbox mine = new();
        mine.Write("flowsecrets.yaml", $"application: a\nenvironments: {{ e: {{ store: local }} }}\nsecrets: {{ {secrets} }}\n");
        OperationContext here = _sandbox.Context with { WorkingDirectory = mine.Folder };
        if (secrets.Contains("carriers", StringComparison.Ordinal))
        {
            using SecretValue value = SecretValue.FromText("same-value-1");
            WriteSecretsOptions options = new() { Names = ["bait"], Value = value };
            Assert.Null(Assert.Single(await new NewSecretsOperation(here).RunAsync(options, new TestHost())).ErrorId);
        }

        List<RotationResult> results = await new InvokeRotationOperation(here).RunAsync(
            new InvokeRotationOptions { Names = ["bait"] },
            new TestHost { Approves = null }
        );
        Assert.Equal(ErrorIds.CatalogNotTrusted, Assert.Single(results).ErrorId);
        Assert.Equal("same-value-1", await Local.LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), "theirs"));
    }

    [Fact]
    public async Task AScriptOnAServerIsNotLookedAt()
    {
        _sandbox.Write(
            "flowsecrets.yaml",
            "application: a\nenvironments: { e: { store: local } }\n"
                + "secrets: { bait: { generate: { kind: hex }, "
                + "rotate: { target: { kind: script, set: //srv/x.sh, test: //srv/x.sh } } } }\n"
        );
        await CreateAsync("bait", "v-1");
        Assert.Equal(ErrorIds.FileUnsafe, Assert.Single(await InvokeAsync(null)).ErrorId);
    }

    [Fact]
    public async Task OnlyTheSecretWithANewDestinationFails()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The scripts are for sh.");
        foreach (string name in new[] { "one.sh", "two.sh" })
        {
            _sandbox.Write(name, "#!/bin/sh\ncat > /dev/null\n");
            File.SetUnixFileMode(_sandbox.File(name), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        static string Catalog(string second) =>
            $$"""
                application: a
                environments: { local: { store: local } }
                secrets:
                  one: { generate: { kind: hex }, rotate: { target: { kind: script, set: ./one.sh, test: ./one.sh } } }
                  two: { generate: { kind: hex }, rotate: { {{second}} } }
                """;
        _sandbox.Write("flowsecrets.yaml", Catalog("every: 90d"));
        await CreateAsync("one", "v-1");
        await CreateAsync("two", "v-2");
        await new ApproveCatalogOperation(_sandbox.Context).RunAsync(new ApproveCatalogOptions(), new TestHost());
        _sandbox.Write("flowsecrets.yaml", Catalog("target: { kind: script, set: ./two.sh, test: ./two.sh }"));
        List<RotationResult> results = await InvokeAsync(null, "one", "two");
        Assert.Equal(ItemStatus.Rotated, results.Single(static r => r.Name == "one").Status);
        Assert.Equal(ErrorIds.CatalogNotTrusted, results.Single(static r => r.Name == "two").ErrorId);
        TestHost asked = new();
        await new InvokeRotationOperation(_sandbox.Context).RunAsync(new InvokeRotationOptions { Names = ["two"] }, asked);
        Assert.Equal($"runs {FlowSecrets.Files.FilePaths.Real(_sandbox.File("two.sh"))}", Assert.Single(asked.Approvals).Reaches.Single());
    }

    private async Task SetUpAsync(string target, string more = "")
    {
        _sandbox.Write(
            "flowsecrets.yaml",
            $$"""
            application: a
            environments: { local: { store: local } }
            secrets:
              bait:
                fields: { h: {}, p: {}, d: {}, user: {}, password: { generate: { kind: password } }, account: {}, secret_key: {} }
                rotate: { target: { kind: postgres, host: h, port: p, database: d, {{target}} } }
              {{more}}
            """
        );
        await CreateAsync(
            "bait",
            $$"""
            {"h":"127.0.0.1","p":"{{_server.Port}}","d":"app","user":"app","password":"{{Password}}",
             "account":"x","secret_key":"{{Password}}"}
            """
        );
    }

    private Task LocalStoreKey(string name, string text) => Local.LocalStoreKeyTests.CreateAsync(_sandbox.Store(), name, text);

    private async Task CreateAsync(string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        WriteSecretsOptions options = new() { Names = [name], Value = value };
        Assert.Null(Assert.Single(await new NewSecretsOperation(_sandbox.Context).RunAsync(options, new TestHost())).ErrorId);
    }

    private Task<List<RotationResult>> InvokeAsync(bool? approves, params string[] names) =>
        new InvokeRotationOperation(_sandbox.Context).RunAsync(
            new InvokeRotationOptions { Names = names.Length == 0 ? ["bait"] : names, AllowInterruption = true },
            new TestHost { Approves = approves }
        );

    private async Task<List<RotationCheck>> RehearseAsync(bool? approves) =>
        [
            .. (
                await new TestRotationOperation(_sandbox.Context).RunAsync(
                    new RotationOptions { Names = ["bait"] },
                    new TestHost { Approves = approves }
                )
            ).Where(static c => c.Check is "store" or "target"),
        ];
}
