using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FlowSecrets.Processes;

/// <summary>How a program is run for the user: with exactly these variables, and with the streams that it shares.</summary>
internal sealed record ProgramStart(string Program, IReadOnlyList<string> Arguments)
{
    public required string WorkingDirectory { get; init; }

    /// <summary>All of its variables.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>Whether its standard input is written by us. Otherwise it is that of this process; the same for its output.</summary>
    public bool FeedsInput { get; init; }

    public bool ReadsOutput { get; init; }

    public bool ReadsErrors { get; init; }
}

/// <summary>A program that runs in the foreground for the user. Disposing ends it.</summary>
internal sealed class RunningProgram : IDisposable
{
    /// <summary>How often is looked at what the program started, so that it can be ended if the program dies.</summary>
    private static readonly TimeSpan Watch = TimeSpan.FromMilliseconds(500);

    private readonly Process _process;
    private readonly ProgramStart _start;
    private readonly ProcessTree _tree = new();
    private readonly Timer _watch;

    /// <summary>Null: it had ended at once.</summary>
    private readonly string? _begun;

    private RunningProgram(Process process, ProgramStart start)
    {
        (_process, _start, Id) = (process, start, process.Id);
        _begun = OperatingSystem.IsLinux() ? ProcessTree.StartOf(Id) : null;
        _watch = new Timer(_ => _tree.Note(Id), null, TimeSpan.FromMilliseconds(50), Watch);
    }

    public int Id { get; }

    /// <summary>Null: it is that of this process.</summary>
    public Stream? Input => _start.FeedsInput ? _process.StandardInput.BaseStream : null;

    public Stream? Output => _start.ReadsOutput ? _process.StandardOutput.BaseStream : null;

    public Stream? Errors => _start.ReadsErrors ? _process.StandardError.BaseStream : null;

    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static RunningProgram Start(ProgramStart start)
    {
        ProcessStartInfo info = new(start.Program, start.Arguments)
        {
            RedirectStandardInput = start.FeedsInput,
            RedirectStandardOutput = start.ReadsOutput,
            RedirectStandardError = start.ReadsErrors,
            UseShellExecute = false,
            WorkingDirectory = start.WorkingDirectory,
        };
        info.Environment.Clear();
        foreach ((string name, string value) in start.Variables)
        {
            info.Environment[name] = value;
        }

        PassphraseVariables.RemoveFrom(info.Environment);
        return new RunningProgram(Process.Start(info)!, start);
    }

    /// <returns>Its exit code: 128 and the number of the signal if one ended it.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Asks it to end. Windows has no such question for a program without a window, so there it is ended.</summary>
    public void Send(PosixSignal signal)
    {
        _tree.Note(Id);
        if (OperatingSystem.IsWindows())
        {
            Kill();
        }
        else if (!HasExited)
        {
            UnixProcess.Send(Id, signal);
        }
    }

    /// <summary>Ends it, and what it started.</summary>
    public void Kill()
    {
        _tree.Note(Id);
        try
        {
            if (!HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended meanwhile, or a part of it runs as another user.
        }

        _tree.End();
    }

    /// <summary>Ends what the program started and left behind.</summary>
    /// <param name="variables">Names of variables that only the program was given.</param>
    public void EndRest(IReadOnlyCollection<string> variables)
    {
        _tree.NoteOrphans(_begun, variables);
        _tree.End();
    }

    public void Dispose()
    {
        _watch.Dispose();
        if (!HasExited)
        {
            Kill();
        }

        IDisposable?[] pipes = [_start.FeedsInput ? _process.StandardInput : null, Output, Errors];
        foreach (IDisposable? pipe in pipes)
        {
            try
            {
                pipe?.Dispose();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Nobody reads what was left to write.
            }
        }

        _process.Dispose();
    }

    private bool HasExited
    {
        get
        {
            try
            {
                return _process.HasExited;
            }
            catch (InvalidOperationException)
            {
                return true;
            }
        }
    }
}
