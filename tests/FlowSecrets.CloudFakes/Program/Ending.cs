using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FlowSecrets.CloudFakes.Program;

/// <summary>Ctrl+C, SIGTERM, the parent's end, or the end of the input.</summary>
internal sealed class Ending : IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _signals;
    private readonly Process? _parent;

    public Ending(FakeArguments arguments)
    {
        _signals =
        [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(s =>
                PosixSignalRegistration.Create(
                    s,
                    context =>
                    {
                        context.Cancel = true;
                        _ended.TrySetResult();
                    }
                )
            ),
        ];
        if (arguments.Parent is { } id)
        {
            _parent = ParentOf(id);
        }

        if (arguments.UntilStdinCloses)
        {
            _ = Task.Run(async () =>
            {
                await Console.In.ReadToEndAsync();
                _ended.TrySetResult();
            });
        }
    }

    public Task WaitAsync() => _ended.Task;

    public void Dispose()
    {
        Array.ForEach(_signals, static s => s.Dispose());
        _parent?.Dispose();
    }

    private Process? ParentOf(int id)
    {
        try
        {
            Process parent = Process.GetProcessById(id);
            parent.EnableRaisingEvents = true;
            parent.Exited += (_, _) => _ended.TrySetResult();
            if (parent.HasExited)
            {
                _ended.TrySetResult();
            }

            return parent;
        }
        catch (ArgumentException)
        {
            _ended.TrySetResult();
            return null;
        }
    }
}
