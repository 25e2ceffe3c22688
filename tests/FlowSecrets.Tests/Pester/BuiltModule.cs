using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Pester;

/// <summary>The module, built once as build.ps1 does, or the one that FLOWSECRETS_MODULE names; and the PowerShell that runs it.</summary>
internal static class BuiltModule
{
    private static readonly string? Given = Environment.GetEnvironmentVariable("FLOWSECRETS_MODULE") is { Length: > 0 } given
        ? given
        : null;
    private static readonly Lazy<PowerShellProgram> Ready = new(Build);

    public static string Folder { get; } = Given ?? Path.Combine(Repository.Root, "out", "FlowSecrets");

    /// <exception cref="PesterException">There is no such PowerShell, or the module does not build.</exception>
    public static PowerShellProgram PowerShell => Ready.Value;

    private static PowerShellProgram Build()
    {
        PowerShellProgram powerShell = PowerShellProgram.Find();
        if (Given is not null)
        {
            return powerShell;
        }

        (int exitCode, string output, string error) = powerShell.Run(
            Repository.Root,
            null,
            "-NoProfile",
            "-NonInteractive",
            "-File",
            "build.ps1",
            "Build"
        );
        return exitCode == 0 ? powerShell : throw new PesterException($"The module could not be built:\n{output}\n{error}");
    }
}
