using System.Runtime.InteropServices;

namespace FlowSecrets.Processes;

/// <summary>
/// Hands the signals that this process gets to the program that it runs, each once. Made before the program starts, so that none is lost.
/// </summary>
internal sealed class SignalRelay : IDisposable
{
    /// <summary>How long Windows lets a process live after its console was closed is 5 seconds.</summary>
    private static readonly TimeSpan WindowsPatience = TimeSpan.FromSeconds(4);

    private static int _endAsked;

    private readonly CancellationTokenSource _asked = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly PosixSignalRegistration[] _registrations;
    private RunningProgram? _program;

    public SignalRelay() =>
        _registrations = [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }.Select(s =>
                PosixSignalRegistration.Create(s, Handle)
            ),
        ];

    /// <summary>Whether somebody asked this process to end (SIGTERM or SIGHUP) while it ran a program.</summary>
    public static bool IsEndAsked => Volatile.Read(ref _endAsked) != 0;

    /// <summary>
    /// Cancelled by the first signal after which the program should end. Ctrl+C in a terminal is not one, because the program decides.
    /// </summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>The signal that asked; null: none did.</summary>
    public PosixSignal? First { get; private set; }

    /// <summary>Whether Ctrl+C was pressed in the terminal that the program uses too.</summary>
    public bool IsInterruptedByTerminal { get; private set; }

    /// <param name="program">What runs now; null: nothing.</param>
    public void Attach(RunningProgram? program) => Volatile.Write(ref _program, program);

    public void Dispose()
    {
        _ended.Set();
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _asked.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        PosixSignal signal = context.Signal;
        bool isOfTerminal =
            signal is PosixSignal.SIGINT or PosixSignal.SIGQUIT && (OperatingSystem.IsWindows() || UnixProcess.IsForeground());
        if (isOfTerminal)
        {
            IsInterruptedByTerminal = true;
            return;
        }

        if (signal is PosixSignal.SIGTERM or PosixSignal.SIGHUP)
        {
            // What the script still wants to start is refused.
            Volatile.Write(ref _endAsked, 1);
        }

        Volatile.Read(ref _program)?.Send(signal);
        First ??= signal;
        _asked.Cancel();
        if (OperatingSystem.IsWindows())
        {
            // The system ends this process when the handler returns.
            _ended.Wait(WindowsPatience);
        }
    }
}
