using System.Management.Automation;
using System.Management.Automation.Host;
using FlowSecrets.Errors;

namespace FlowSecrets.Hosting;

/// <summary>What the session that a cmdlet runs in is like.</summary>
internal sealed class SessionInfo(PSHost host, InvocationInfo invocation, SessionState state)
{
    public bool IsConsole { get; } = host.Name == "ConsoleHost";

    /// <summary>Whether a person can answer: not with -NonInteractive, not when standard input comes from elsewhere.</summary>
    public bool CanPrompt =>
        !IsConsole
        || (
            !Console.IsInputRedirected
            && !Environment
                .GetCommandLineArgs()
                .Skip(1)
                .Any(static a => a.Length > 4 && "-NonInteractive".StartsWith(a, StringComparison.OrdinalIgnoreCase))
        );

    public bool IsWhatIf =>
        invocation.BoundParameters.TryGetValue("WhatIf", out object? bound)
            ? bound is SwitchParameter { IsPresent: true }
            : LanguagePrimitives.IsTrue(state.PSVariable.GetValue("WhatIfPreference"));

    /// <summary>
    /// Whether an effect of high impact must still be asked about when the command itself is not of high impact: -Confirm and a lower
    /// preference have asked already, or have declined it.
    /// </summary>
    public bool AsksForHighImpact =>
        !invocation.BoundParameters.ContainsKey("Confirm")
        && LanguagePrimitives.TryConvertTo(state.PSVariable.GetValue("ConfirmPreference"), out ConfirmImpact preference)
        && preference == ConfirmImpact.High;

    /// <summary>Whether a non-terminating error ends the script here.</summary>
    public bool ErrorsStop =>
        LanguagePrimitives.TryConvertTo(
            invocation.BoundParameters.TryGetValue("ErrorAction", out object? given)
                ? given
                : state.PSVariable.GetValue("ErrorActionPreference"),
            out ActionPreference preference
        )
        && preference == ActionPreference.Stop;

    /// <summary>A path of the file system, absolute; the session's place may be elsewhere (a drive of variables).</summary>
    /// <exception cref="FlowSecretException">BadArgument.</exception>
    public string FilePath(string path, string parameter)
    {
        string full = state.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return provider.Name == "FileSystem"
            ? full
            : throw new FlowSecretException(
                ErrorIds.BadArgument,
                path,
                $"-{parameter} '{path}' is not in the file system but in {provider.Name}",
                "Name a file by its whole path, or go to a folder first: Set-Location FOLDER"
            );
    }
}
