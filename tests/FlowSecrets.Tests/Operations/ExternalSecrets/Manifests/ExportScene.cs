using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Operations.ExternalSecrets;
using FlowSecrets.Providers.Yaml;
using FlowSecrets.Tests.Support;
using FlowSecrets.Text;
using FsCheck.Fluent;

namespace FlowSecrets.Tests.Operations.ExternalSecrets.Manifests;

/// <summary>A catalog whose manifests are written to a folder of their own.</summary>
public abstract class ExportScene : IDisposable
{
    protected const string Head = """
        application: shop
        environments:
          prod: { store: gcp, project: shop-prod }
          eu: { store: aws, region: eu-west-1, prefix: shop/ }
          local: { store: local }
        secrets:
          db:
            required: true
            fields: { user: { env: DB_USER, sensitive: false }, password: { env: DB_PASSWORD }, a-b: {} }
            workloads: [web]
          token: { env: [TOKEN, API_TOKEN], required: true, workloads: [web, job] }
          settings: { format: json, required: true }
          key: { required: true }
        workloads:
          web: { kind: kubernetes, namespace: shop, deployment: web }
          job: { kind: kubernetes, namespace: shop, statefulset: worker }

        """;

    private protected readonly Sandbox _sandbox = new();
    private protected readonly TestHost _host = new();

    public void Dispose()
    {
        _sandbox.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected ExportExternalSecretsOptions Options(string catalog) =>
        new()
        {
            CatalogPath = catalog,
            Path = _sandbox.File("out"),
            Offline = true,
        };

    private protected async Task<IReadOnlyList<ExternalSecretFile>> RunAsync(ExportExternalSecretsOptions options)
    {
        List<ExternalSecretFile> files = [];
        await foreach (ExternalSecretFile file in new ExportExternalSecretsOperation(_sandbox.Context).RunAsync(options, _host, default))
        {
            Assert.Null(file.ErrorId);
            files.Add(file);
        }

        return files;
    }
}
