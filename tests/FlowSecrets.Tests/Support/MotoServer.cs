using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace FlowSecrets.Tests.Support;

/// <summary>moto, a public emulator of AWS, on a free port of loopback; stopped by whoever started it.</summary>
public sealed class MotoServer : IAsyncLifetime
{
    private Process? _process;

    /// <summary>Null where moto is not on this machine.</summary>
    public Uri? Endpoint { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (
            Tool.Find("python3") is not { } python
            || Tool.Run(python, Path.GetTempPath(), null, "-c", "import moto.server, flask").ExitCode != 0
        )
        {
            return;
        }

        int port = FreePort();
        ProcessStartInfo start = new(python)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in new[] { "-m", "moto.server", "-H", "127.0.0.1", "-p", port.ToString() })
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Uri address = new($"http://127.0.0.1:{port}/");
        using HttpClient client = new();
        for (int i = 0; i < 300 && Endpoint is null; i++)
        {
            try
            {
                await client.GetAsync(new Uri(address, "moto-api/data.json"));
                Endpoint = address;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100);
            }
        }
    }

    public async Task ResetAsync()
    {
        using HttpClient client = new();
        (await client.PostAsync(new Uri(Endpoint!, "moto-api/reset"), null)).EnsureSuccessStatusCode();
    }

    public ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
