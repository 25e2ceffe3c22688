using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using FlowSecrets.Errors;
using FlowSecrets.Ports;
using FlowSecrets.Processes;
using FlowSecrets.Redaction;

namespace FlowSecrets.Operations.Use;

/// <summary>
/// Runs the program to its end, and again with new values if it watches versions: its streams, the signals for it, and its end.
/// </summary>
/// <param name="isKept">Whether a CI system or a coding agent keeps what this process prints.</param>
internal sealed class ProgramRun(
    OperationContext context,
    UseOptions options,
    ResolvedProgram program,
    SignalRelay signals,
    bool isKept,
    IOperationHost host
)
{
    /// <summary>Exit codes that stand for death by a signal: 128 and its number.</summary>
    private const int FirstSignal = 128;
    private const int LastSignal = 160;

    private const int FileNotFound = 2;
    private const int TooLong = 7;
    private const int NoProgramFormat = 8;

    private static readonly TimeSpan DefaultKillAfter = TimeSpan.FromSeconds(10);

    /// <summary>Time for Ctrl+C to arrive here both ways: as a signal, and as PowerShell's request to stop.</summary>
    private static readonly TimeSpan SignalDelay = TimeSpan.FromMilliseconds(100);

    private readonly OutputRule _output = OutputRule.For(options.Output, isKept, options);
    private readonly OutputRule _errors = OutputRule.For(options.Errors, isKept, options);

    /// <summary>Names the values that are too short to be found in output.</summary>
    public static void TellShort(UsedSecrets secrets, IOperationHost host)
    {
        if (secrets.Patterns.NotMasked.Count > 0)
        {
            host.Warning(
                "These values are too short to be hidden in output, because that would hide parts of other words: "
                    + string.Join(", ", secrets.Patterns.NotMasked)
            );
        }
    }

    /// <summary>The lines of the program, and at last its end.</summary>
    /// <param name="secrets">Disposed of here.</param>
    /// <param name="watch">Null: the program is not restarted.</param>
    public async IAsyncEnumerable<UseOutput> RunAsync(
        UsedSecrets secrets,
        VersionWatch? watch,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Channel<UseOutput> outputs = Channel.CreateBounded<UseOutput>(8);
        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task running = Task.Run(() => RunAllAsync(secrets, watch, outputs.Writer, gone.Token), CancellationToken.None);
        try
        {
            await foreach (UseOutput output in outputs.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return output;
            }

            await running;
        }
        finally
        {
            await gone.CancelAsync();
            Task writing = running;
            while (!writing.IsCompleted)
            {
                // What nobody takes any more must not hold the program up.
                while (outputs.Reader.TryRead(out _)) { }

                await Task.WhenAny(writing, Task.Delay(20, CancellationToken.None));
            }

            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAllAsync(UsedSecrets first, VersionWatch? watch, ChannelWriter<UseOutput> outputs, CancellationToken gone)
    {
        UsedSecrets? secrets = first;
        try
        {
            if (_output.Redacts || _errors.Redacts)
            {
                TellShort(first, host);
            }

            await host.EndProgressAsync();
            while (secrets is not null)
            {
                (ProgramEnd end, UsedSecrets? next) = await RunOnceAsync(secrets, watch, outputs, gone);
                secrets.Dispose();
                secrets = next;
                if (next is null)
                {
                    await outputs.WriteAsync(new UseOutput { End = end }, CancellationToken.None);
                }
            }

            outputs.Complete();
        }
        catch (Exception e)
        {
            outputs.Complete(e);
        }
        finally
        {
            secrets?.Dispose();
        }
    }

    private async Task<(ProgramEnd End, UsedSecrets? Next)> RunOnceAsync(
        UsedSecrets secrets,
        VersionWatch? watch,
        ChannelWriter<UseOutput> outputs,
        CancellationToken gone
    )
    {
        using CancellationTokenSource watching = new();
        using RunningProgram child = Start(secrets);
        signals.Attach(child);
        if (signals.First is { } early)
        {
            child.Send(early);
        }

        Task<int> exit = child.WaitAsync(CancellationToken.None);
        Task feed = options.Input?.FeedAsync(child.Input!, gone) ?? Task.CompletedTask;
        Task read = Task.WhenAll(Readers(child, secrets, exit, outputs, gone));
        Task<UsedSecrets>? changed = watch?.NextAsync(secrets.Versions, watching.Token);
        UsedSecrets? next = null;
        try
        {
            bool isAsked = await UntilAskedAsync(exit, changed, gone);
            if (changed is { IsCompletedSuccessfully: true } && !exit.IsCompleted && !isAsked)
            {
                next = await changed;
                host.Verbose("A secret has a new version: the program is restarted.");
                child.Send(PosixSignal.SIGTERM);
                await EndAsync(child, exit, wasTold: true, gone);
            }
            else if (isAsked)
            {
                await EndAsync(child, exit, wasTold: signals.First is not null, gone);
            }

            int code = await exit;
            signals.Attach(null);
            if (isAsked || next is not null || code is > FirstSignal and <= LastSignal)
            {
                // It did not end by itself, so what it left running is nobody's. That also closes its pipes.
                child.EndRest([.. secrets.Variables.Keys]);
            }

            await read;
            _ = feed;
            return (new ProgramEnd(options.Program!, program.Path, child.Id, code), next);
        }
        catch
        {
            next?.Dispose();
            throw;
        }
        finally
        {
            signals.Attach(null);
            await watching.CancelAsync();
            if (changed is not null && next is null)
            {
                await Task.WhenAny(changed);
                DisposeOf(changed);
            }
        }
    }

    /// <summary>Values that were read for a restart that did not come.</summary>
    private static void DisposeOf(Task<UsedSecrets> changed)
    {
        if (changed.IsCompletedSuccessfully)
        {
            changed.Result.Dispose();
        }
    }

    private RunningProgram Start(UsedSecrets secrets)
    {
        ProgramStart start = new(program.Path, [.. program.First, .. options.Arguments])
        {
            WorkingDirectory = context.WorkingDirectory,
            Variables = UseEnvironment.Of(UseEnvironment.Inherited(), secrets, options, host),
            FeedsInput = options.Input is not null,
            ReadsOutput = _output.Route != OutputRoute.Shared,
            ReadsErrors = _errors.Route != OutputRoute.Shared,
        };
        try
        {
            return RunningProgram.Start(start);
        }
        catch (Win32Exception e)
        {
            throw e.NativeErrorCode switch
            {
                FileNotFound => ProgramResolver.NotRunnable(
                    options.Program!,
                    $"'{options.Program}' cannot be started: the interpreter or the loader that it names is not there",
                    "Check its first line (#!), or that it is made for this system."
                ),
                NoProgramFormat => ProgramResolver.NotRunnable(
                    options.Program!,
                    $"'{options.Program}' is no program for this system, and has no #! line",
                    "Name the interpreter first, such as: bash FILE"
                ),
                TooLong => ProgramResolver.NotRunnable(
                    options.Program!,
                    $"'{options.Program}' cannot be started: its arguments and variables are larger than the system allows",
                    "Use fewer secrets with -Name or -Workload, or give large ones as files ('localEnv.files')."
                ),
                _ => ProgramResolver.NotRunnable(
                    options.Program!,
                    $"'{options.Program}' cannot be started ({e.Message})",
                    "Check that you can run it by itself."
                ),
            };
        }
    }

    private IEnumerable<Task> Readers(
        RunningProgram child,
        UsedSecrets secrets,
        Task exit,
        ChannelWriter<UseOutput> outputs,
        CancellationToken gone
    )
    {
        yield return ReadAsync(child.Output, _output, isError: false);
        yield return ReadAsync(child.Errors, _errors, isError: true);

        Task ReadAsync(Stream? stream, OutputRule rule, bool isError)
        {
            if (stream is null)
            {
                return Task.CompletedTask;
            }

            ProgramOutput output = new(stream, rule.Redacts ? secrets.Patterns : null, exit);
            return rule.Route == OutputRoute.Lines
                ? output.SplitAsync(new LineSplitter(options.Encoding), isError, outputs, gone)
                : output.CopyAsync(isError ? context.StandardError() : context.StandardOutput(), gone);
        }
    }

    /// <returns>Whether the program should end: by a signal, by the session, or because nobody takes its output any more.</returns>
    private async Task<bool> UntilAskedAsync(Task exit, Task? changed, CancellationToken gone)
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration byStop = options.Stop.Register(() => asked.TrySetResult());
        using CancellationTokenRegistration byGone = gone.Register(() => asked.TrySetResult());
        using CancellationTokenRegistration bySignal = signals.Asked.Register(() => asked.TrySetResult());
        await Task.WhenAny(exit, asked.Task, changed ?? exit);
        return asked.Task.IsCompleted;
    }

    /// <summary>Waits for a program that was asked to end, and ends it if it does not.</summary>
    private async Task EndAsync(RunningProgram child, Task exit, bool wasTold, CancellationToken gone)
    {
        if (!wasTold)
        {
            await Task.WhenAny(exit, Task.Delay(SignalDelay, CancellationToken.None));
            bool isOfTerminal = signals.IsInterruptedByTerminal && !gone.IsCancellationRequested;
            if (isOfTerminal && options.KillAfter is null && _output.Route == OutputRoute.Shared)
            {
                // Ctrl+C at a terminal is the program's: a database client cancels its query and goes on.
                await exit;
                return;
            }

            if (!isOfTerminal && !exit.IsCompleted)
            {
                child.Send(PosixSignal.SIGTERM);
            }
        }

        await Task.WhenAny(exit, Task.Delay(options.KillAfter ?? DefaultKillAfter, CancellationToken.None));
        if (!exit.IsCompleted)
        {
            host.Verbose($"'{options.Program}' did not end, so it is killed.");
            child.Kill();
        }
    }
}
