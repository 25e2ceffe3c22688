using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using FlowSecrets.Tests.Transport;
using CliResult = (int ExitCode, string Output, string Error);
using Variables = System.Collections.Generic.IReadOnlyDictionary<string, string>;

namespace FlowSecrets.Tests.Witnesses;

/// <summary>A CLI of Python that is loaded once and forks for every command; see resident_cli.py. It ends with this process.</summary>
internal sealed class ResidentCli : IDisposable
{
    private readonly Process _process;
    private readonly Thread _listener;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<Answer>> _waiting = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Lock _writing = new();
    private volatile bool _ended;
    private int _lastId;

    private ResidentCli(Process process)
    {
        _process = process;
        _listener = new Thread(Listen) { IsBackground = true, Name = "resident CLI" };
    }

    public static string Script => Path.Combine(AppContext.BaseDirectory, "Witnesses", "resident_cli.py");

    /// <returns>Null where it cannot stay: the CLI is not of Python or does not load, or a fork is not safe on this system.</returns>
    public static ResidentCli? Start(string program, Variables environment, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        ResidentCli cli = new(Process.Start(start)!);
        cli._process.ErrorDataReceived += (_, line) => cli._errors.Enqueue(line.Data ?? "");
        cli._process.BeginErrorReadLine();
        if (cli._process.StandardOutput.ReadLine()?.StartsWith("{\"ready\"", StringComparison.Ordinal) != true)
        {
            cli._process.Kill(entireProcessTree: true);
            cli._process.Dispose();
            return null;
        }

        cli._listener.Start();
        return cli;
    }

    /// <returns>Null where the command needs a start of its own: a variable was read while the CLI loaded, with another value.</returns>
    public CliResult? Run(string folder, Variables environment, params string[] arguments)
    {
        Dictionary<string, string> whole = new(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            whole[(string)variable.Key] = (string)variable.Value!;
        }

        foreach ((string name, string value) in environment)
        {
            whole[name] = value;
        }

        TaskCompletionSource<Answer> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int id = Interlocked.Increment(ref _lastId);
        _waiting[id] = answer;
        string line = JsonSerializer.Serialize(new Request(id, folder, whole, arguments), JsonSerializerOptions.Web);
        lock (_writing)
        {
            _process.StandardInput.Write(line + "\n");
            _process.StandardInput.Flush();
        }

        if (_ended)
        {
            Fail();
        }

        Answer got = answer.Task.GetAwaiter().GetResult();
        return got.Stale is null ? (got.ExitCode, got.Output, got.Error) : null;
    }

    /// <summary>It ends when its input does.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _listener.Join();
        _process.Dispose();
    }

    private void Listen()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            Answer answer = JsonSerializer.Deserialize<Answer>(line, JsonSerializerOptions.Web)!;
            _waiting.Remove(answer.Id, out TaskCompletionSource<Answer>? waiting);
            waiting!.SetResult(answer);
        }

        _ended = true;
        Fail();
    }

    private void Fail()
    {
        foreach (TaskCompletionSource<Answer> waiting in _waiting.Values)
        {
            waiting.TrySetException(new IOException("The resident CLI has ended. " + string.Join('\n', _errors)));
        }
    }

    private sealed record Request(int Id, string Folder, Dictionary<string, string> Environment, string[] Arguments);

    private sealed record Answer(int Id, int ExitCode, string Output, string Error, string[]? Stale);
}
