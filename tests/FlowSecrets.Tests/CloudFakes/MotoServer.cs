using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.CloudFakes;

/// <summary>moto, the AWS emulator of others, as a process of its own. The test is skipped where python3 lacks it.</summary>
internal sealed class MotoServer : IDisposable
{
    private readonly Process _process;

    private MotoServer(Process process, Uri endpoint)
    {
        _process = process;
        Endpoint = endpoint;
    }

    public Uri Endpoint { get; }

    public static async Task<MotoServer> StartAsync(string folder)
    {
        string python = Tool.Require("python3");
        Assert.SkipWhen(Tool.Run(python, folder, null, "-c", "import moto.server").ExitCode != 0, "python3 has no moto (with its server).");
        int port = FreePort();
        ProcessStartInfo start = new(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", port.ToString()]) { UseShellExecute = false, WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        MotoServer server = new(process, new Uri($"http://127.0.0.1:{port}/"));
        await server.WaitAsync();
        return server;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task WaitAsync()
    {
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        for (int i = 0; i < 300 && !_process.HasExited; i++)
        {
            try
            {
                using HttpResponseMessage reply = await http.GetAsync(new Uri(Endpoint, "moto-api/"));
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100);
            }
        }

        Dispose();
        Assert.Skip("moto.server does not start here.");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
