using FlowSecrets.Model;
using FlowSecrets.Operations;
using FlowSecrets.Ports;
using FlowSecrets.Providers;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Support;

/// <summary>A folder of its own with a home for stores and keys; removed afterwards.</summary>
internal sealed class Sandbox : IDisposable
{
    private readonly Dictionary<string, string> _variables;

    public Sandbox()
    {
        Folder = Directory.CreateTempSubdirectory("flowsecrets-test-").FullName;
        _variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["FLOWSECRETS_HOME"] = Path.Combine(Folder, "home"),
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
        };
    }

    public string Folder { get; }

    public ProviderDoor Providers { get; } = new();

    public OperationContext Context => new(() => Providers, Folder) { Variable = Variable };

    public string File(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        string path = File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public string Read(string name) => System.IO.File.ReadAllText(File(name));

    public void Set(string name, string value) => _variables[name] = value;

    public string? Variable(string name) => _variables.GetValueOrDefault(name);

    public ISecretStore Store(SecretValue? passphrase = null) =>
        Providers.OpenStore(new StoreSelection(StoreKind.Local) { Passphrase = passphrase }, Variable);

    /// <summary>The store as another process would open it.</summary>
    public ISecretStore FreshStore(SecretValue? passphrase = null) =>
        new ProviderDoor().OpenStore(new StoreSelection(StoreKind.Local) { Passphrase = passphrase }, Variable);

    public string StoreFile => Path.Combine(Folder, "home", "data", "flowsecrets.db");

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
