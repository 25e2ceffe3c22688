using System.Diagnostics;

namespace FlowSecrets.Processes;

/// <summary>Finds programs by PATH alone: never in the current folder, which may be a stranger's repository.</summary>
internal static class ProgramFinder
{
    public static string? Find(string name, Func<string, string?> variable)
    {
        string file = OperatingSystem.IsWindows() && !Path.HasExtension(name) ? name + ".exe" : name;
        return (variable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, file))
            .FirstOrDefault(File.Exists);
    }
}
