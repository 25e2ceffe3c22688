using System.ComponentModel;
using FlowSecrets.Errors;
using FlowSecrets.Processes;
using FlowSecrets.Redaction;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Rotation.Targets;

/// <summary>
/// Runs one script of the catalog, without a shell. Values go through its standard input alone; what it prints is shown only as its last
/// word on a failure, without them.
/// </summary>
internal sealed class ScriptRunner(string script, string operation, string secret, Action<string> require)
{
    private const int Rejected = 10;

    /// <summary>For what is still in the pipes when a script has ended.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>For one run.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What runs a .ps1; null if there is none.</summary>
    public PowerShellHost? PowerShell { get; init; } = PowerShellHost.Find(Environment.GetEnvironmentVariable);

    /// <summary>Why a script cannot be run; null: it can.</summary>
    public static string? Problem(string script) =>
        !File.Exists(script) ? $"There is no script '{script}'"
        : !IsPowerShell(script)
        && !OperatingSystem.IsWindows()
        && (File.GetUnixFileMode(script) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute))
            == UnixFileMode.None
            ? $"The script '{script}' is not executable"
        : null;

    /// <param name="more">Further values: a list by its name, a single one for 'current'.</param>
    /// <returns>Whether the value is accepted.</returns>
    /// <exception cref="FlowSecretException">RotationNotConfigured, TargetUnavailable, CatalogNotTrusted.</exception>
    public async Task<bool> RunAsync(
        SecretValue value,
        (string Name, IReadOnlyList<SecretValue> Values)? more,
        CancellationToken cancellationToken
    )
    {
        if (Problem(script) is { } problem)
        {
            throw new FlowSecretException(
                ErrorIds.RotationNotConfigured,
                secret,
                problem,
                "Correct the path in the catalog, or make the script executable: chmod +x FILE"
            );
        }

        require(script);
        using ScriptInput input = new(secret, value, more);
        using OutputTail output = new();
        using OutputTail errors = new();
        try
        {
            int exitCode = await ChildProcess.RunAsync(
                Start(input.Content),
                output.DrainAsync,
                errors.DrainAsync,
                Grace,
                cancellationToken
            );
            return exitCode switch
            {
                0 => true,
                Rejected => false,
                int code => throw Failed($"ended with exit code {code}{LastWord(errors, [value, .. more?.Values ?? []])}"),
            };
        }
        catch (Win32Exception e)
        {
            throw Unstartable(e);
        }
        catch (TimeoutException)
        {
            throw Failed($"did not end in {Limit.TotalSeconds:0} seconds");
        }
    }

    private static bool IsPowerShell(string path) => Path.GetExtension(path).Equals(".ps1", StringComparison.OrdinalIgnoreCase);

    private ChildStart Start(ReadOnlyMemory<byte> input)
    {
        PowerShellHost? host = IsPowerShell(script) ? PowerShell ?? throw Unstartable(null) : null;
        ChildStart start = host is null
            ? new ChildStart(script, [])
            : new ChildStart(host.Program, [.. host.First, "-NoProfile", "-NonInteractive", "-File", script]);
        return start with
        {
            Input = input,
            WorkingDirectory = Path.GetDirectoryName(script),
            Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["FLOWSECRETS_OPERATION"] = operation },
            Limit = Limit,
        };
    }

    /// <summary>The last line that it wrote to its errors, with every value concealed however it is written.</summary>
    private static string LastWord(OutputTail errors, IReadOnlyList<SecretValue> values) =>
        errors.LastLine() is { } line ? RemoteText.Quote(Redactor.Conceal(line, values)) : "";

    private FlowSecretException Unstartable(Exception? inner) =>
        new(
            ErrorIds.RotationNotConfigured,
            secret,
            $"The script '{script}' cannot be started",
            "Begin it with a line such as '#!/usr/bin/env python3', or name a .ps1 (which needs pwsh on the PATH).",
            inner
        );

    private FlowSecretException Failed(string how) =>
        new(
            ErrorIds.TargetUnavailable,
            secret,
            $"The script '{Path.GetFileName(script)}' ({operation} for '{secret}') {how}",
            "Whether it took effect is found out by the next run: mend the script, then run the same command again."
        );
}
