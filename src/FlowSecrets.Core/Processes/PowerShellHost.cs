using System.Reflection;

namespace FlowSecrets.Processes;

/// <summary>How a PowerShell is started: a program, and the arguments that come before all others.</summary>
internal sealed record PowerShellHost(string Program, IReadOnlyList<string> First)
{
    /// <summary>
    /// The PowerShell that runs this process; elsewhere the <c>pwsh</c> on PATH. Installed as a .NET tool, PowerShell is pwsh.dll, run by
    /// dotnet.
    /// </summary>
    /// <returns>Null if there is none.</returns>
    public static PowerShellHost? Find(Func<string, string?> variable)
    {
        string? running = Environment.ProcessPath;
        string? assembly = Assembly.GetEntryAssembly() is { } entry && entry.GetName().Name == "pwsh" ? entry.Location : null;
        return Path.GetFileNameWithoutExtension(running) switch
        {
            "pwsh" => new PowerShellHost(running!, []),
            "dotnet" when assembly is { Length: > 0 } => new PowerShellHost(running!, [assembly]),
            // A bare name would also be looked for in the current folder.
            _ => ProgramFinder.Find("pwsh", variable) is { } found ? new PowerShellHost(found, []) : null,
        };
    }
}
