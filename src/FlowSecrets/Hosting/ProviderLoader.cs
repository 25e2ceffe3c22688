using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using FlowSecrets.Ports;

namespace FlowSecrets.Hosting;

/// <summary>
/// The door to the private load context: FlowSecrets.Providers and every package load here at first use, so that whatever version
/// of YamlDotNet or SQLite the session holds already, or loads later, is another one.
/// </summary>
internal static class ProviderLoader
{
    private static readonly Lazy<IProviders> Door = new(Open);

    public static IProviders Providers => Door.Value;

    private static IProviders Open()
    {
        string folder = Path.Combine(Path.GetDirectoryName(typeof(ProviderLoader).Assembly.Location)!, "dependencies");
        Assembly assembly = new PrivateContext(folder).LoadFromAssemblyName(new AssemblyName("FlowSecrets.Providers"));
        return (IProviders)Activator.CreateInstance(assembly.GetType("FlowSecrets.Providers.ProviderDoor", throwOnError: true)!)!;
    }

    private sealed class PrivateContext(string folder) : AssemblyLoadContext("FlowSecrets")
    {
        // Compiled ahead for this machine where the build could do so; else plain IL, which runs everywhere.
        private readonly string[] _folders = [Path.Combine(folder, RuntimeInformation.RuntimeIdentifier), folder];

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            // Core is shared with the cmdlets: its types are the door's own words.
            string file = assemblyName.Name + ".dll";
            string? path = _folders.Select(f => Path.Combine(f, file)).FirstOrDefault(File.Exists);
            return path is null ? null : LoadFromAssemblyPath(path);
        }

        protected override nint LoadUnmanagedDll(string unmanagedDllName)
        {
            string name =
                OperatingSystem.IsWindows() ? unmanagedDllName + ".dll"
                : OperatingSystem.IsMacOS() ? $"lib{unmanagedDllName}.dylib"
                : $"lib{unmanagedDllName}.so";
            string path = Path.Combine(folder, "runtimes", NativeIdentifier(), "native", name);
            return File.Exists(path) ? LoadUnmanagedDllFromPath(path) : base.LoadUnmanagedDll(unmanagedDllName);
        }

        private static string NativeIdentifier()
        {
            string system =
                OperatingSystem.IsWindows() ? "win"
                : OperatingSystem.IsMacOS() ? "osx"
                : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl"
                : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }
}
