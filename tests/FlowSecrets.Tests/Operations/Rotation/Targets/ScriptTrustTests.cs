using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Catalogs;
using FlowSecrets.Operations.Rotation;
using FlowSecrets.Tests.Support;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Operations.Rotation.Targets;

/// <summary>No script of a catalog runs before the catalog was approved, wherever it lies; then those do that it names.</summary>
public sealed class ScriptTrustTests : IDisposable
{
    private readonly ScriptStage _outside = new();
    private readonly Sandbox _sandbox = new();

    public void Dispose()
    {
        _outside.Dispose();
        _sandbox.Dispose();
    }

    [Theory]
    [InlineData("inside", "script")]
    [InlineData("outside", "script")]
    [InlineData("link", "script")]
    [InlineData("inside", "manual")]
    [InlineData("inside", "reencrypt")]
    public async Task NothingRunsBeforeItIsApproved(string where, string kind)
    {
        await SetUpAsync(where, kind);
        Assert.Equal(
            ErrorIds.CatalogNotTrusted,
            Assert.Single(await InvokeAsync(new InvokeRotationOptions { Names = ["s"], Value = Pasted(kind) })).ErrorId
        );
        Assert.Contains(
            await new TestRotationOperation(_sandbox.Context).RunAsync(
                new RotationOptions { Names = ["s"] },
                new TestHost { Approves = null }
            ),
            static c => !c.Passed && c.Remedy?.Contains("Approve-FlowSecretCatalog", StringComparison.Ordinal) == true
        );
        Assert.False(WasRun);
        Assert.Equal("old-value-1", await CurrentAsync());

        await new ApproveCatalogOperation(_sandbox.Context).RunAsync(new ApproveCatalogOptions { Secrets = ["s"] }, new TestHost());
        RotationResult result = Assert.Single(await InvokeAsync(new InvokeRotationOptions { Names = ["s"], Value = Pasted(kind) }));
        Assert.True(result.ErrorId is null, result.Message);
        Assert.True(WasRun);
    }

    [Fact]
    public async Task AChangedScriptIsAskedForAgain()
    {
        await SetUpAsync("inside", "script");
        await new ApproveCatalogOperation(_sandbox.Context).RunAsync(new ApproveCatalogOptions { Secrets = ["s"] }, new TestHost());
        File.AppendAllText(_sandbox.File("script.sh"), "\n# changed\n");
        Assert.Equal(ErrorIds.CatalogNotTrusted, Assert.Single(await InvokeAsync(new InvokeRotationOptions { Names = ["s"] })).ErrorId);
        Assert.False(WasRun);
    }

    [Fact]
    public async Task TrustIsForOneRun()
    {
        await SetUpAsync("inside", "script");
        Assert.Null(Assert.Single(await InvokeAsync(new InvokeRotationOptions { Names = ["s"], TrustCatalog = true })).ErrorId);
        Assert.Equal(
            ErrorIds.CatalogNotTrusted,
            Assert.Single(await InvokeAsync(new InvokeRotationOptions { Names = ["s"], Force = true })).ErrorId
        );
    }

    [Theory]
    [InlineData("absent.sh")]
    [InlineData("plain.sh")]
    public async Task AScriptThatCannotRunStopsTheRotation(string script)
    {
        _sandbox.Write("plain.sh", "#!/bin/sh\n");
        await WriteAsync($"{{ target: {{ kind: script, set: ./{script}, test: ./{script} }} }}", "generate: { kind: hex }, ");
        Assert.Equal(
            ErrorIds.RotationNotConfigured,
            Assert.Single(await InvokeAsync(new InvokeRotationOptions { Names = ["s"], TrustCatalog = true })).ErrorId
        );
        Assert.Equal("old-value-1", await CurrentAsync());
    }

    private bool WasRun => File.Exists(_outside.File("was-run"));

    private static SecretValue? Pasted(string kind) => kind == "manual" ? SecretValue.FromText("pasted-value-1") : null;

    private async Task SetUpAsync(string where, string kind)
    {
        string script = _outside.Write("script.sh", $"touch '{_outside.File("was-run")}'");
        string named = where == "outside" ? script : "./script.sh";
        if (where == "link")
        {
            File.CreateSymbolicLink(_sandbox.File("script.sh"), script);
        }
        else if (where == "inside")
        {
            Assert.Equal(0, Tool.Run("install", "/", null, "-m", "755", script, _sandbox.File("script.sh")).ExitCode);
        }

        await (
            kind switch
            {
                "manual" => WriteAsync($"{{ target: {{ kind: manual, test: '{named}' }} }}", ""),
                "reencrypt" => WriteAsync($"{{ reencrypt: '{named}' }}", "usage: encryption, generate: { kind: hex }, "),
                _ => WriteAsync(
                    $"{{ target: {{ kind: script, set: '{named}', test: '{named}', revoke: '{named}' }} }}",
                    "generate: { kind: hex }, "
                ),
            }
        );
    }

    private async Task WriteAsync(string rotate, string more)
    {
        _sandbox.Write(
            "flowsecrets.yaml",
            $$"""
            application: trust
            environments: { local: { store: local } }
            secrets:
              s: { {{more}}rotate: {{rotate}} }
            """
        );
        using SecretValue value = SecretValue.FromText("old-value-1");
        await _sandbox.Store().CreateAsync("s", new Dictionary<string, string>(StringComparer.Ordinal), value, default);
    }

    private async Task<List<RotationResult>> InvokeAsync(InvokeRotationOptions options) =>
        await new InvokeRotationOperation(_sandbox.Context).RunAsync(options, new TestHost { Approves = null });

    private async Task<string> CurrentAsync()
    {
        using ReadSecret read = await _sandbox.FreshStore().ReadAsync("s", VersionSelector.Current, default);
        return read.Value.RevealText(null);
    }
}
