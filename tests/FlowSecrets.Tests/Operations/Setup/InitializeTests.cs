using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Setup;
using FlowSecrets.Tests.Local;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Setup;

public sealed class InitializeTests : IDisposable
{
    private const string Catalog = """
        application: app
        prefix: app-
        default: local
        environments: { local: { store: local } }
        secrets:
          jwt: { category: core, env: JWT_SECRET, required: true, generate: { kind: base64 }, prompt: JWT secret }
          enc: { category: core, env: ENCRYPTION_KEY, required: true, usage: encryption, generate: { kind: hex } }
          plain: { category: core, required: true }
          openai: { category: llm, env: OPENAI_API_KEY }
          temporal:
            category: temporal
            fields:
              host: { sensitive: false, default: "{{ db.host }}" }
              password: { default: "{{ db.password }}" }
          db:
            category: database
            fields:
              host: { sensitive: false, default: localhost, env: DB_HOST }
              password: { env: DB_PASSWORD, generate: { kind: password } }
          theirs: { owner: external }
        """;

    private readonly Sandbox _sandbox = new();

    public InitializeTests() => _sandbox.Write("flowsecrets.yaml", Catalog);

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task WithoutQuestionsItTakesInputThenDefaultsAndGeneratesTheRest()
    {
        _sandbox.Write("in.tfvars", "plain = \"given\"\ndb = { host = \"db.example.com\" }\nnobody = 1\n");
        TestHost host = new();
        List<SetupResult> results = await RunAsync(new InitializeOptions { NonInteractive = true, InputPath = "in.tfvars" }, host);
        Assert.Equal("given", await ReadAsync("app-plain"));
        Assert.Equal(64, (await ReadAsync("app-enc")).Length);
        Assert.Contains("\"host\":\"db.example.com\"", await ReadAsync("app-db"));
        Assert.Equal(nameof(ValueSource.Input), Of(results, "plain").Source);
        Assert.Equal(nameof(ValueSource.Generated), Of(results, "jwt").Source);
        Assert.Equal(ItemStatus.Skipped, Of(results, "openai").Status);
        Assert.Equal(ItemStatus.Skipped, Of(results, "theirs").Status);
        Assert.Contains(host.Warnings, static w => w.Contains("nobody"));
        Assert.Empty(host.Questions);
    }

    [Fact]
    public async Task DefaultsThatReferToOtherSecretsFollowThemWhereverTheyStand()
    {
        await RunAsync(new InitializeOptions { NonInteractive = true, Names = ["db", "temporal"] }, new TestHost());
        string db = await ReadAsync("app-db");
        string temporal = await ReadAsync("app-temporal");
        Assert.Equal(
            System.Text.Json.JsonDocument.Parse(db).RootElement.GetProperty("password").GetString(),
            System.Text.Json.JsonDocument.Parse(temporal).RootElement.GetProperty("password").GetString()
        );
        Assert.Contains("localhost", temporal);
    }

    [Fact]
    public async Task ASecondRunKeepsEverything()
    {
        _sandbox.Write("in.json", """{ "plain": "given" }""");
        await RunAsync(new InitializeOptions { NonInteractive = true, InputPath = "in.json" }, new TestHost());
        string jwt = await ReadAsync("app-jwt");
        List<SetupResult> again = await RunAsync(new InitializeOptions { NonInteractive = true }, new TestHost());
        Assert.All(again.Where(static r => r.Name is not ("openai" or "theirs")), static r => Assert.Equal(ItemStatus.Kept, r.Status));
        Assert.Equal(jwt, await ReadAsync("app-jwt"));
    }

    [Fact]
    public async Task ARequiredSecretWithoutAValueIsReportedAndTheRestIsDone()
    {
        List<SetupResult> results = await RunAsync(new InitializeOptions { NonInteractive = true }, new TestHost());
        Assert.Equal(ErrorIds.RequiredSecretMissing, Of(results, "plain").ErrorId);
        Assert.Equal(ItemStatus.Created, Of(results, "db").Status);
    }

    [Fact]
    public async Task ItSaysThePlaceAndAsksBeforeAnything()
    {
        TestHost host = new TestHost().Answering("n");
        Assert.Empty(await RunAsync(new InitializeOptions(), host));
        Assert.Contains(_sandbox.StoreFile, host.Questions.Single().Text);
        Assert.False(File.Exists(_sandbox.StoreFile));
        Assert.False(host.Questions[0].Remedy.IsEmpty);
    }

    [Fact]
    public async Task AnswersAreStoredAndEmptyOnesMeanTheDefaultOrGeneration()
    {
        // go on, jwt (generate), enc (given), plain, openai (skip), db host (default), db password (generate), temporal host, temporal
        // password
        TestHost host = new TestHost().Answering("y", "", "00ff", "typed", "", "", "", "other-host", "", "");
        List<SetupResult> results = await RunAsync(new InitializeOptions(), host);
        Assert.Equal("typed", await ReadAsync("app-plain"));
        Assert.Equal("00ff", await ReadAsync("app-enc"));
        Assert.Equal(nameof(ValueSource.Generated), Of(results, "jwt").Source);
        Assert.Equal(nameof(ValueSource.Prompt), Of(results, "temporal").Source);
        Assert.Contains("other-host", await ReadAsync("app-temporal"));
        Assert.Contains(host.Questions, static q => q.Hint == "localhost");
        Assert.DoesNotContain("typed", host.Everything);
        using System.Text.Json.JsonDocument db = System.Text.Json.JsonDocument.Parse(await ReadAsync("app-db"));
        Assert.DoesNotContain(db.RootElement.GetProperty("password").GetString()!, host.Everything);
        Assert.Contains(host.Questions, static q => q.Hint == "built from db.password");
        Assert.DoesNotContain(await ReadAsync("app-jwt"), host.Everything);
    }

    [Fact]
    public async Task PromptAllAsksAgainAndEnterKeeps()
    {
        _sandbox.Write("in.json", """{ "plain": "given" }""");
        await RunAsync(new InitializeOptions { NonInteractive = true, InputPath = "in.json" }, new TestHost());
        List<SetupResult> results = await RunAsync(
            new InitializeOptions
            {
                PromptAll = true,
                Force = true,
                Names = ["jwt", "plain"],
            },
            new TestHost().Answering("", "changed")
        );
        Assert.Equal(ItemStatus.Kept, Of(results, "jwt").Status);
        Assert.Equal("changed", await ReadAsync("app-plain"));
        List<SetupResult> same = await RunAsync(
            new InitializeOptions
            {
                PromptAll = true,
                Force = true,
                Names = ["plain"],
            },
            new TestHost().Answering("changed")
        );
        Assert.Equal((ItemStatus.Unchanged, "2"), (same.Single().Status, same.Single().Version));
    }

    [Fact]
    public async Task AnEncryptionKeyIsNotOverwrittenWithoutItsOwnSwitch()
    {
        await RunAsync(new InitializeOptions { NonInteractive = true, Names = ["enc"] }, new TestHost());
        string before = await ReadAsync("app-enc");
        _sandbox.Write("in.env", "ENCRYPTION_KEY=other\n");
        List<SetupResult> refused = await RunAsync(
            new InitializeOptions
            {
                NonInteractive = true,
                InputPath = "in.env",
                Names = ["enc"],
                UpdateExisting = true,
            },
            new TestHost()
        );
        Assert.Equal(ErrorIds.EncryptionKeyProtected, refused.Single().ErrorId);
        Assert.Equal(before, await ReadAsync("app-enc"));
        await RunAsync(
            new InitializeOptions
            {
                NonInteractive = true,
                InputPath = "in.env",
                Names = ["enc"],
                UpdateExisting = true,
                OverwriteEncryptionKey = true,
            },
            new TestHost()
        );
        Assert.Equal("other", await ReadAsync("app-enc"));
    }

    [Fact]
    public async Task AnOldInputDoesNotTakeAValueBackUnlessToldTo()
    {
        _sandbox.Write("in.tfvars", "plain = \"old\"\ntheirs = \"old\"\ndb = { host = \"old\" }\n");
        await RunAsync(new InitializeOptions { NonInteractive = true, InputPath = "in.tfvars" }, new TestHost());
        using SecretValue rotated = SecretValue.FromText("rotated");
        await _sandbox.Store().AddVersionAsync("app-plain", rotated, null, null, default);
        await _sandbox.Store().AddVersionAsync("app-theirs", rotated, null, null, default);
        List<SetupResult> kept = await RunAsync(new InitializeOptions { NonInteractive = true, InputPath = "in.tfvars" }, new TestHost());
        Assert.Equal(ItemStatus.Differs, Of(kept, "plain").Status);
        Assert.Equal("rotated", await ReadAsync("app-plain"));
        List<SetupResult> updated = await RunAsync(
            new InitializeOptions
            {
                NonInteractive = true,
                InputPath = "in.tfvars",
                UpdateExisting = true,
            },
            new TestHost()
        );
        Assert.Equal(ItemStatus.Updated, Of(updated, "plain").Status);
        Assert.Equal("rotated", await ReadAsync("app-theirs"));
    }

    [Fact]
    public async Task TwoSetUpsAtOnceMakeOneFirstVersion()
    {
        await _sandbox.Store().CreateAsync("app-enc", new Dictionary<string, string>(StringComparer.Ordinal), null, default);
        using SecretValue other = SecretValue.FromText("of the other");
        InitializeSecretsOperation operation = new(_sandbox.Context);
        SecretValue? raced = other;
        TestHost host = new TestHost().Answering("y", "mine");
        host.BeforeEffect = () =>
        {
            _sandbox.FreshStore().AddVersionAsync("app-enc", raced, null, "", default).GetAwaiter().GetResult();
        };
        SetupResult result = (await operation.RunAsync(new InitializeOptions { Names = ["enc"] }, host)).Single();
        Assert.Equal(ErrorIds.Conflict, result.ErrorId);
        Assert.Equal("of the other", await ReadAsync("app-enc"));
    }

    [Fact]
    public async Task ARequiredSecretThatNothingCanReadIsNotKept()
    {
        await LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "app-jwt", "value");
        await _sandbox.Store().SetVersionStateAsync("app-jwt", "1", VersionState.Destroyed, default);
        Assert.Equal(
            ErrorIds.VersionDestroyed,
            (await RunAsync(new InitializeOptions { NonInteractive = true, Names = ["jwt"] }, new TestHost())).Single().ErrorId
        );
    }

    [Fact]
    public async Task FieldsThatAreThereStayAndMissingOnesAreAdded()
    {
        await LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "app-db", """{"host":"old","extra":"mine"}""");
        List<SetupResult> results = await RunAsync(new InitializeOptions { NonInteractive = true, Names = ["db"] }, new TestHost());
        Assert.Equal(ItemStatus.Updated, results.Single().Status);
        using System.Text.Json.JsonDocument value = System.Text.Json.JsonDocument.Parse(await ReadAsync("app-db"));
        Assert.Equal("old", value.RootElement.GetProperty("host").GetString());
        Assert.Equal("mine", value.RootElement.GetProperty("extra").GetString());
        Assert.Equal(32, value.RootElement.GetProperty("password").GetString()!.Length);
    }

    [Fact]
    public async Task AContainerWithoutAVersionGetsItsFirst()
    {
        await _sandbox.Store().CreateAsync("app-jwt", new Dictionary<string, string>(StringComparer.Ordinal), null, default);
        List<SetupResult> results = await RunAsync(new InitializeOptions { NonInteractive = true, Names = ["jwt"] }, new TestHost());
        Assert.Equal((ItemStatus.Updated, "1"), (results.Single().Status, results.Single().Version));
    }

    [Fact]
    public async Task AJsonSecretThatIsNoJsonIsLeftAlone()
    {
        await LocalStoreKeyTests.CreateAsync(_sandbox.Store(), "app-db", "not json MARK");
        TestHost host = new();
        List<SetupResult> results = await RunAsync(new InitializeOptions { NonInteractive = true, Names = ["db"] }, host);
        Assert.Equal(ErrorIds.ValueNotJson, results.Single().ErrorId);
        Assert.DoesNotContain("MARK", results.Single().Message);
        Assert.Equal("not json MARK", await ReadAsync("app-db"));
    }

    [Fact]
    public async Task GeneratedValuesAreShownOnlyOnRequestAndOnlyOnce()
    {
        TestHost host = new();
        await RunAsync(
            new InitializeOptions
            {
                NonInteractive = true,
                Names = ["jwt", "db"],
                ShowGenerated = true,
            },
            host
        );
        Assert.Equal(2, host.Revealed.Count);
        Assert.Contains($"app-jwt={await ReadAsync("app-jwt")}", host.Revealed);
        Assert.DoesNotContain(await ReadAsync("app-jwt"), host.Everything);
        TestHost again = new();
        await RunAsync(
            new InitializeOptions
            {
                NonInteractive = true,
                Names = ["jwt", "db"],
                ShowGenerated = true,
            },
            again
        );
        Assert.Empty(again.Revealed);
    }

    [Fact]
    public async Task WhatIfPlansAndDoesNothing()
    {
        List<SetupResult> results = await RunAsync(
            new InitializeOptions { NonInteractive = true, Names = ["jwt"] },
            new TestHost { IsWhatIf = true }
        );
        Assert.Equal(ItemStatus.Planned, results.Single().Status);
        Assert.False(File.Exists(_sandbox.StoreFile));
    }

    [Fact]
    public async Task ASecretWhoseDeletionIsPendingIsNotMadeAnew()
    {
        await RunAsync(new InitializeOptions { NonInteractive = true, Names = ["jwt"] }, new TestHost());
        await _sandbox.Store().DeleteAsync("app-jwt", TimeSpan.FromDays(7), default);
        List<SetupResult> results = await RunAsync(new InitializeOptions { NonInteractive = true, Names = ["jwt"] }, new TestHost());
        Assert.Equal(ErrorIds.PendingDeletion, results.Single().ErrorId);
    }

    private Task<List<SetupResult>> RunAsync(InitializeOptions options, TestHost host) =>
        new InitializeSecretsOperation(_sandbox.Context).RunAsync(options, host);

    private Task<string> ReadAsync(string name) => LocalStoreKeyTests.ReadAsync(_sandbox.FreshStore(), name);

    private static SetupResult Of(List<SetupResult> results, string name) => results.Single(r => r.Name == name);
}
