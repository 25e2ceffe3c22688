using System.ComponentModel;
using System.Diagnostics;
using FlowSecrets.Processes;
using FlowSecrets.Transport;

namespace FlowSecrets.Operations.Rotation;

/// <summary>
/// Runs one script of the catalog, without a shell. Values go through its standard input alone; what it prints is shown only as its last
/// word on a failure, without them.
/// </summary>
internal sealed class ScriptRunner(string script, string operation, string secret)
{
    private const int Rejected = 10;

    /// <summary>
    /// For what is still in the pipes when a script has ended. A child that it left in the background may hold them for as long as it
    /// lives.
    /// </summary>
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
    /// <exception cref="FlowSecretException">RotationNotConfigured, TargetUnavailable.</exception>
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
                FlowErrorCategory.ObjectNotFound,
                secret,
                problem,
                "Correct the path in the catalog, or make the script executable: chmod +x FILE"
            );
        }

        using ScriptInput input = new(secret, value, more);
        using ScriptOutput output = new();
        using ScriptOutput errors = new();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        using CancellationTokenSource pipes = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        using Process process = Start();
        try
        {
            Task talk = Task.WhenAll(
                FeedAsync(process, input.Content, pipes.Token),
                output.DrainAsync(process.StandardOutput.BaseStream, pipes.Token),
                errors.DrainAsync(process.StandardError.BaseStream, pipes.Token)
            );
            await process.WaitForExitAsync(limit.Token);
            pipes.CancelAfter(Grace);
            await talk.WaitAsync(pipes.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return process.ExitCode switch
            {
                0 => true,
                Rejected => false,
                int code => throw Failed($"ended with exit code {code}{LastWord(errors, [value, .. more?.Values ?? []])}"),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed($"did not end in {Limit.TotalSeconds:0} seconds");
        }
        finally
        {
            End(process);
        }
    }

    private static bool IsPowerShell(string path) => Path.GetExtension(path).Equals(".ps1", StringComparison.OrdinalIgnoreCase);

    private Process Start()
    {
        ProcessStartInfo info = new()
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = Path.GetDirectoryName(script)!,
        };
        if (IsPowerShell(script))
        {
            PowerShellHost host = PowerShell ?? throw Unstartable(null);
            info.FileName = host.Program;
            Array.ForEach([.. host.First, "-NoProfile", "-NonInteractive", "-File", script], info.ArgumentList.Add);
        }
        else
        {
            info.FileName = script;
        }

        info.Environment["FLOWSECRETS_OPERATION"] = operation;

        PassphraseVariables.RemoveFrom(info.Environment);
        try
        {
            return Process.Start(info)!;
        }
        catch (Win32Exception e)
        {
            throw Unstartable(e);
        }
    }

    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            await process.StandardInput.BaseStream.FlushAsync(cancellationToken);
            process.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It ended without reading; its exit code says what it thinks.
        }
    }

    /// <summary>With what it has started, where it still runs; and our ends of its pipes.</summary>
    private static void End(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended meanwhile, or a part of it runs as another user.
        }

        foreach (IDisposable pipe in new IDisposable[] { process.StandardInput, process.StandardOutput, process.StandardError })
        {
            try
            {
                pipe.Dispose();
            }
            catch (IOException)
            {
                // Nobody reads what was left to write.
            }
        }
    }

    /// <summary>The last line that it wrote to its errors, with every value concealed however it is written.</summary>
    private static string LastWord(ScriptOutput errors, IReadOnlyList<SecretValue> values) =>
        errors.LastLine() is { } line ? RemoteText.Quote(ScriptRedaction.Conceal(line, values)) : "";

    private FlowSecretException Unstartable(Exception? inner) =>
        new(
            ErrorIds.RotationNotConfigured,
            FlowErrorCategory.InvalidOperation,
            secret,
            $"The script '{script}' cannot be started",
            "Begin it with a line such as '#!/usr/bin/env python3', or name a .ps1 (which needs pwsh on the PATH).",
            inner
        );

    private FlowSecretException Failed(string how) =>
        new(
            ErrorIds.TargetUnavailable,
            FlowErrorCategory.ResourceUnavailable,
            secret,
            $"The script '{Path.GetFileName(script)}' ({operation} for '{secret}') {how}",
            "Whether it took effect is found out by the next run: mend the script, then run the same command again."
        );
}
