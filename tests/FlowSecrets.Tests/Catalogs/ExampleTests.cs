using FlowSecrets.Operations.Catalogs;
using FlowSecrets.Operations.LocalEnv;
using FlowSecrets.Operations.Setup;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Catalogs;

/// <summary>The examples are what a newcomer copies, so they work.</summary>
public sealed class ExampleTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("flowmaestro", "developer-keys.example.json", "backend/.env", 24)]
    [InlineData("flowyml", "prod.secrets.example.tfvars", ".env", 3)]
    public async Task AnExampleSetsUpAndSyncs(string name, string input, string env, int variables)
    {
        string folder = Path.Combine(Repository.Root, "examples", name);
        foreach (string file in new[] { "flowsecrets.yaml", input })
        {
            File.Copy(Path.Combine(folder, file), _sandbox.File(file));
        }

        CatalogTest test = (await new TestCatalogOperation(_sandbox.Context).RunAsync(new CatalogOptions(), new TestHost())).Single();
        Assert.Empty(test.Problems);
        List<SetupResult> setup = await new InitializeSecretsOperation(_sandbox.Context).RunAsync(
            new InitializeOptions { NonInteractive = true, InputPath = input },
            new TestHost()
        );
        Assert.All(setup, static r => Assert.Null(r.ErrorId));
        List<EnvVariable> sync = await new SyncLocalEnvOperation(_sandbox.Context).RunAsync(new SyncOptions(), new TestHost());
        Assert.All(sync, static r => Assert.Null(r.ErrorId));
        Assert.Equal(variables, _sandbox.Read(env).Split('\n').Count(static l => l.Length > 0 && l[0] != '#'));
        Assert.All(
            await new SyncLocalEnvOperation(_sandbox.Context).RunAsync(new SyncOptions { Check = true }, new TestHost()),
            static r => Assert.Null(r.ErrorId)
        );
    }
}
