using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Catalogs;
using FlowSecrets.Operations.ExternalSecrets;
using FlowSecrets.Providers.Yaml;
using FlowSecrets.Tests.Catalogs;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.ExternalSecrets.Reading;

/// <summary>Folders of manifests, of which catalogs are made.</summary>
public abstract class ManifestScene : IDisposable
{
    private protected readonly Sandbox _sandbox = new();
    private protected readonly TestHost _host = new();

    public void Dispose()
    {
        _sandbox.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static string Fixture(string name) =>
        Path.Combine(Repository.Root, "tests", "FlowSecrets.Tests", "Fixtures", "Kubernetes", name);

    private protected static NewCatalogOptions Options(string folder) => new() { Origin = CatalogOrigin.Kubernetes, From = folder };

    private protected async Task RunAsync(NewCatalogOptions options)
    {
        await foreach (CatalogTest made in new NewCatalogOperation(_sandbox.Context).RunAsync(options, _host, default))
        {
            Assert.Null(made.ErrorId);
        }
    }
}
