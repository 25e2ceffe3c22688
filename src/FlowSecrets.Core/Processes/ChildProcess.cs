using System.ComponentModel;
using System.Diagnostics;

namespace FlowSecrets.Processes;

/// <summary>A program to run: its arguments as a list, without a shell in between.</summary>
internal sealed record ChildStart(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Written to its standard input, which is then closed.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>Null: the folder of this process.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables beside those of this process.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Variables of this process whose names begin so are not handed on; <see cref="Variables"/> are set afterwards.</summary>
    public IReadOnlyList<string> RemovedPrefixes { get; init; } = [];

    /// <summary>How long it may run. After that it is ended, with what it started.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What a program printed, in memory that is erased on disposal, and its exit code.</summary>
internal sealed record ChildResult(int ExitCode, ErasedBuffer Output, ErasedBuffer Errors) : IDisposable
{
    public void Dispose()
    {
        Output.Dispose();
        Errors.Dispose();
    }
}

/// <summary>
/// Runs every program that this module starts: kubectl, gcloud, git and the scripts of rotation targets. No program gets the variables that
/// open a local store.
/// </summary>
internal static class ChildProcess
{
    /// <summary>Runs a program to its end and keeps all that it prints.</summary>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    /// <exception cref="TimeoutException">It did not end within the limit.</exception>
    public static async Task<ChildResult> RunAsync(ChildStart start, CancellationToken cancellationToken)
    {
        ErasedBuffer output = new();
        ErasedBuffer errors = new();
        try
        {
            int exitCode = await RunAsync(start, output.FillAsync, errors.FillAsync, start.Limit, cancellationToken);
            return new ChildResult(exitCode, output, errors);
        }
        catch
        {
            output.Dispose();
            errors.Dispose();
            throw;
        }
    }

    /// <summary>Runs a program to its end; two readers get what it prints.</summary>
    /// <param name="grace">
    /// For what is still in the pipes after its end. A child that it left in the background may hold them open for as long as it lives.
    /// </param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    /// <exception cref="TimeoutException">It did not end within the limit.</exception>
    public static async Task<int> RunAsync(
        ChildStart start,
        Func<Stream, CancellationToken, Task> readOutput,
        Func<Stream, CancellationToken, Task> readErrors,
        TimeSpan grace,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(start.Limit);
        using CancellationTokenSource pipes = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        using Process process = Process.Start(Describe(start))!;
        try
        {
            Task talk = Task.WhenAll(
                FeedAsync(process, start.Input, pipes.Token),
                readOutput(process.StandardOutput.BaseStream, pipes.Token),
                readErrors(process.StandardError.BaseStream, pipes.Token)
            );
            await process.WaitForExitAsync(limit.Token);
            pipes.CancelAfter(grace);
            await talk.WaitAsync(pipes.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            limit.Token.ThrowIfCancellationRequested();
            return process.ExitCode;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"It did not end in {start.Limit.TotalSeconds:0} seconds.", e);
        }
        finally
        {
            End(process);
        }
    }

    private static ProcessStartInfo Describe(ChildStart start)
    {
        ProcessStartInfo info = new(start.Program, start.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = start.WorkingDirectory ?? "",
        };
        foreach (string name in info.Environment.Keys.ToArray())
        {
            if (start.RemovedPrefixes.Any(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase)))
            {
                info.Environment.Remove(name);
            }
        }

        foreach ((string name, string value) in start.Variables)
        {
            info.Environment[name] = value;
        }

        PassphraseVariables.RemoveFrom(info.Environment);
        return info;
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
            // It ended without reading; its exit code tells whether that matters.
        }
    }

    /// <summary>Ends the program and what it started, if it still runs, and closes our ends of its pipes.</summary>
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
}
