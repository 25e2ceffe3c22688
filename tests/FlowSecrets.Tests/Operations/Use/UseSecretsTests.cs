using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Operations;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Operations.Use;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Use;

/// <summary>What a program gets, what is refused before it starts, and what comes of its output.</summary>
public sealed class UseSecretsTests : IDisposable
{
    private const string Canary = "c4n4ry-7f3a91";

    private const string Catalog = """
        application: shop
        default: local
        environments: { local: { store: local, path: store.db } }
        secrets:
          jwt: { env: JWT, workloads: [api], required: true }
          db: { fields: { password: { env: DB_PASSWORD } }, workloads: [api] }
          hook: { env: NODE_OPTIONS, workloads: [web] }
          blob: { workloads: [api] }
        workloads:
          api: { kind: cloudrun, region: us-central1, service: api }
          web: { kind: cloudrun, region: us-central1, service: web }
        localEnv:
          variables: { DB_URL: "db://{{ db.password | urlencode }}@h" }
          files: [{ secret: blob, path: a/blob.bin, env: BLOB_FILE }]
        """;

    private readonly Sandbox _sandbox = new();
    private readonly Dictionary<string, string?> _variables = new(StringComparer.Ordinal);

    public UseSecretsTests()
    {
        _sandbox.Write("flowsecrets.yaml", Catalog);
        foreach (
            string name in new[]
            {
                "CI",
                "GITHUB_ACTIONS",
                "TF_BUILD",
                "GITLAB_CI",
                "CLAUDECODE",
                "CURSOR_AGENT",
                "CODEX",
                "OPENCODE",
                "AGENT",
            }
        )
        {
            _variables[name] = null;
        }
    }

    public void Dispose() => _sandbox.Dispose();

    private OperationContext Context
    {
        get
        {
            OperationContext context = _sandbox.Context;
            return context with { Variable = n => _variables.TryGetValue(n, out string? v) ? v : context.Variable(n) ?? OfProcess(n) };
        }
    }

    /// <summary>What a program needs of the real environment.</summary>
    private static string? OfProcess(string name) => name is "PATH" or "XDG_RUNTIME_DIR" ? Environment.GetEnvironmentVariable(name) : null;

    private async Task AddAsync(string name, string text)
    {
        using SecretValue value = SecretValue.FromText(text);
        WriteSecretsOptions options = new() { Names = [name], Value = value };
        Assert.Null(Assert.Single(await new NewSecretsOperation(_sandbox.Context).RunAsync(options, new TestHost())).ErrorId);
    }

    private async Task FillAsync()
    {
        await AddAsync("jwt", $"jwt-{Canary}");
        await AddAsync("db", $$"""{"password":"p w/{{Canary}}"}""");
        await AddAsync("blob", $"blob-{Canary}");
    }

    private static UseOptions Script(string script) =>
        new()
        {
            Program = "sh",
            Arguments = ["-c", script],
            Output = new StreamState(StreamEnd.PowerShell, IsTerminal: false),
            Errors = new StreamState(StreamEnd.PowerShell, IsTerminal: false),
        };

    private async Task<(string[] Lines, int? ExitCode)> RunAsync(UseOptions options, TestHost? host = null)
    {
        List<UseOutput> outputs = await new UseSecretsOperation(Context).RunAsync(options, host ?? new TestHost());
        return ([.. outputs.SelectMany(static o => o.Lines)], outputs.SingleOrDefault(static o => o.End is not null)?.End!.ExitCode);
    }

    [Fact]
    public async Task AProgramGetsVariablesTemplatesAndFilesAndShowsNone()
    {
        Tool.Require("sh");
        await FillAsync();
        UseOptions options = Script("echo \"$JWT $DB_PASSWORD $DB_URL\"; cat \"$BLOB_FILE\"; echo; echo \"${#JWT}\"; exit 3");
        (string[] lines, int? exitCode) = await RunAsync(options with { Workload = "api", ShowName = true });
        Assert.Equal(["[jwt] [db.password] [DB_URL]", "[blob]", "17"], lines);
        Assert.Equal(3, exitCode);
    }

    [Fact]
    public async Task U12AMissingRequiredSecretStartsNothing()
    {
        Tool.Require("sh");
        string mark = _sandbox.File("started");
        await SecretStoreContract.Fails(
            ErrorIds.RequiredSecretMissing,
            () => RunAsync(Script($"touch '{mark}'") with { Workload = "api" })
        );
        Assert.False(File.Exists(mark));
    }

    [Fact]
    public async Task AVariableThatLoadsCodeNeedsApproval()
    {
        Tool.Require("sh");
        await AddAsync("hook", "--require ./evil.js");
        TestHost host = new() { Approves = false };
        await SecretStoreContract.Fails(ErrorIds.CatalogNotTrusted, () => RunAsync(Script("true") with { Names = ["hook"] }, host));
        Assert.Contains(host.Approvals.SelectMany(static a => a.Reaches), static r => r.Contains("NODE_OPTIONS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task U13TheStoreWinsUnlessTheEnvironmentIsPreferred()
    {
        Dictionary<string, string> inherited = new(UseEnvironment.Names)
        {
            ["A"] = "mine",
            ["B"] = "same",
            ["FOREIGN"] = "x",
        };
        using UsedSecrets secrets = Secrets(
            new()
            {
                ["A"] = "store",
                ["B"] = "same",
                ["C"] = "new",
            },
            "FOREIGN"
        );
        TestHost host = new();
        Dictionary<string, string> set = UseEnvironment.Of(inherited, secrets, new UseOptions(), host);
        Assert.Equal(
            [("A", "store"), ("B", "same"), ("C", "new")],
            set.OrderBy(static v => v.Key, StringComparer.Ordinal).Select(static v => (v.Key, v.Value))
        );
        Assert.Contains("A:", Assert.Single(host.Verboses), StringComparison.Ordinal);
        set = UseEnvironment.Of(inherited, secrets, new UseOptions { Precedence = Precedence.Environment }, host);
        Assert.Equal("mine", set["A"]);
        await Task.CompletedTask;
    }

    [Fact]
    public void U12StrictNamesEveryVariableAndNoValue()
    {
        Dictionary<string, string> inherited = new(UseEnvironment.Names) { ["A"] = "mine" };
        using UsedSecrets secrets = Secrets(
            new()
            {
                ["A"] = Canary,
                ["B"] = "",
                ["LD_PRELOAD"] = "x",
                ["FINE"] = "fine",
            }
        );
        FlowSecretException error = Assert.Throws<FlowSecretException>(() =>
            UseEnvironment.Set(inherited, secrets, new UseOptions { Strict = true }, new TestHost())
        );
        Assert.Equal(ErrorIds.StrictCheckFailed, error.Id);
        foreach (string name in new[] { "A:", "B:", "LD_PRELOAD:" })
        {
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("FINE", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void U11APristineEnvironmentHasTheLeastAndWhatIsKept()
    {
        Dictionary<string, string> inherited = new(UseEnvironment.Names)
        {
            ["PATH"] = "/bin",
            ["LC_ALL"] = "C",
            ["TMPDIR"] = "/tmp",
            ["AWS_PROFILE"] = "x",
            ["SystemRoot"] = "c",
            ["NODE_ENV"] = "y",
        };
        using UsedSecrets secrets = Secrets(new() { ["S"] = "1" });
        UseOptions options = new() { Pristine = true, Keep = ["AWS_*"] };
        Assert.Equal(
            ["AWS_PROFILE", "LC_ALL", "PATH", "S", "SystemRoot", "TMPDIR"],
            UseEnvironment.Of(inherited, secrets, options, new TestHost()).Keys.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task U18AnAgentSeesNoValueWithoutForce()
    {
        await FillAsync();
        _variables["AGENT"] = "some-other-tool";
        Assert.Equal(0, (await RunAsync(Script("true") with { NoRedact = true })).ExitCode);
        _variables["AGENT"] = "goose";
        await SecretStoreContract.Fails(ErrorIds.BadArgument, () => RunAsync(Script("true") with { NoRedact = true }));
        Assert.Equal(0, (await RunAsync(Script("true") with { NoRedact = true, Force = true })).ExitCode);
    }

    [Theory]
    [InlineData(nameof(StreamEnd.Host), true, false, false, false, nameof(OutputRoute.Shared), false)]
    [InlineData(nameof(StreamEnd.Host), true, true, false, false, nameof(OutputRoute.Copied), true)]
    [InlineData(nameof(StreamEnd.Host), true, false, true, false, nameof(OutputRoute.Copied), true)]
    [InlineData(nameof(StreamEnd.Host), false, false, false, false, nameof(OutputRoute.Copied), true)]
    [InlineData(nameof(StreamEnd.Host), false, true, false, true, nameof(OutputRoute.Shared), false)]
    [InlineData(nameof(StreamEnd.PowerShell), true, false, false, false, nameof(OutputRoute.Lines), true)]
    [InlineData(nameof(StreamEnd.PowerShell), true, false, false, true, nameof(OutputRoute.Lines), false)]
    [InlineData(nameof(StreamEnd.Unknown), true, false, false, false, nameof(OutputRoute.Lines), true)]
    public void U5OutputIsTheProgramsOwnOnlyWhereAPersonLooksOn(
        string end,
        bool isTerminal,
        bool isKept,
        bool redact,
        bool noRedact,
        string route,
        bool redacts
    )
    {
        StreamState stream = new(Enum.Parse<StreamEnd>(end), isTerminal);
        OutputRule rule = OutputRule.For(stream, isKept, new UseOptions { Redact = redact, NoRedact = noRedact });
        Assert.Equal(new OutputRule(Enum.Parse<OutputRoute>(route), redacts), rule);
    }

    [Fact]
    public void LinesAreCutAsPowerShellCutsThemWhereverWritesCut()
    {
        byte[] text = Encoding.UTF8.GetBytes("a\r\nb\n\nc\rd\r\r\né✓\nlast");
        string[] expected = ["a", "b", "", "c", "d", "", "é✓", "last"];
        for (int cut = 0; cut <= text.Length; cut++)
        {
            List<string> lines = [];
            LineSplitter splitter = new(Encoding.UTF8);
            splitter.Split(text.AsSpan(0, cut), lines);
            splitter.Split(text.AsSpan(cut), lines);
            splitter.Split(default, lines, isEnd: true);
            Assert.Equal(expected, lines);
        }
    }

    [Fact]
    public async Task WhatIfReadsNothingAndStartsNothing()
    {
        TestHost host = new() { IsWhatIf = true };
        (string[] lines, int? exitCode) = await RunAsync(Script("echo x") with { Workload = "api" }, host);
        Assert.Empty(lines);
        Assert.Null(exitCode);
        Assert.Contains("sh", Assert.Single(host.Actions), StringComparison.Ordinal);
    }

    private static UsedSecrets Secrets(Dictionary<string, string> variables, params string[] foreign) =>
        new()
        {
            Variables = variables,
            Foreign = foreign.ToHashSet(UseEnvironment.Names),
            Versions = new Dictionary<string, string>(StringComparer.Ordinal),
            Patterns = FlowSecrets.Redaction.RedactionPatterns.Build([], showName: false),
        };
}
