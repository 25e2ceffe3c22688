using FlowSecrets.Errors;
using FlowSecrets.Operations.Catalogs;
using FlowSecrets.Operations.Transfer;
using FlowSecrets.Tests.Contracts;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.Transfer;

/// <summary>What an export needs approval for: sources that only the catalog names, and variables that load code.</summary>
public sealed class ExportTrustTests : IDisposable
{
    private const string Catalog = """
        application: app
        prefix: app-
        environments: { local: { store: local } }
        secrets: { jwt: { env: JWT_SECRET }, other: { env: OTHER } }
        """;

    private readonly ExportScene _scene = new(Catalog) { Host = new TestHost { Approves = null } };

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task AVariableThatLoadsCodeNeedsApproval()
    {
        await _scene.WithAsync(("jwt", "x"), ("other", "y"));
        _scene.Sandbox.Write("flowsecrets.yaml", Catalog.Replace("JWT_SECRET", "LD_PRELOAD"));
        FlowSecretException error = await SecretStoreContract.Fails(ErrorIds.CatalogNotTrusted, () => _scene.RunAsync(File("x.json")));
        Assert.Contains("LD_PRELOAD", error.Cause, StringComparison.Ordinal);
        await SecretStoreContract.Fails(
            ErrorIds.CatalogNotTrusted,
            () => _scene.TextAsync(new ExportOptions { Format = ExportFormat.Bash })
        );
        Assert.False(System.IO.File.Exists(_scene.Sandbox.File("x.json")));
        await _scene.RunAsync(File("x.json") with { Names = ["other"] });
        await new ApproveCatalogOperation(_scene.Context).RunAsync(new ApproveCatalogOptions(), new TestHost());
        await _scene.RunAsync(File("y.json"));
    }

    [Fact]
    public async Task ASecretOfAnotherCatalogIsNotDeliveredWithoutApproval()
    {
        using ExportScene owner = new(Catalog);
        owner.Sandbox.Set("FLOWSECRETS_HOME", _scene.Sandbox.Variable("FLOWSECRETS_HOME")!);
        await owner.WithAsync(("jwt", ExportScene.Canary), ("other", ExportScene.Canary));
        await SecretStoreContract.Fails(ErrorIds.CatalogNotTrusted, () => _scene.RunAsync(File("x.json")));
        Assert.False(System.IO.File.Exists(_scene.Sandbox.File("x.json")));
        await _scene.RunAsync(File("x.json") with { TrustCatalog = true });

        // The user's own pipeline gets what Get-FlowSecretValue gives as well.
        Assert.Contains(
            ExportScene.Canary,
            await _scene.TextAsync(new ExportOptions { Format = ExportFormat.Json }),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task UnderWhatIfTheQuestionIsShownAndNothingIsStored()
    {
        _scene.Sandbox.Write("flowsecrets.yaml", Catalog.Replace("JWT_SECRET", "NODE_OPTIONS"));
        _scene.Host = new TestHost { IsWhatIf = true };
        Assert.Equal(2, (await _scene.RunAsync(File("x.json"))).Count);
        Assert.Contains(_scene.Host.Said, static s => s.Contains("NODE_OPTIONS", StringComparison.Ordinal));
        Assert.Empty(_scene.Host.Approvals);
    }

    private ExportOptions File(string name) => new() { Path = _scene.Sandbox.File(name) };
}
