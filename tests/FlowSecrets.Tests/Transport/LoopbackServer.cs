using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FlowSecrets.Tests.Transport;

/// <summary>What a server was asked.</summary>
internal sealed record Asked(string Method, string Path, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Authorization => Headers.GetValueOrDefault("Authorization", "");

    /// <summary>Of an AWS call; empty for STS's forms.</summary>
    public string Operation => Headers.GetValueOrDefault("X-Amz-Target", "").Replace("secretsmanager.", "");
}

internal sealed record Answer(int Status, string Body, string ContentType = "application/json")
{
    public static Answer Html(int status) => new(status, "<!DOCTYPE html><html><body>Please sign in</body></html>", "text/html");
}

/// <summary>Kestrel on a free port of loopback that answers as a test says: token services, and clouds that go wrong.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<Asked> _asked = new();

    private LoopbackServer(Func<Asked, Answer> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.Run(async http =>
        {
            using StreamReader reader = new(http.Request.Body);
            Asked asked = new(
                http.Request.Method,
                http.Request.Path,
                await reader.ReadToEndAsync(),
                http.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)
            );
            _asked.Enqueue(asked);
            Answer reply = answer(asked);
            http.Response.StatusCode = reply.Status;
            http.Response.ContentType = reply.ContentType;
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(reply.Body));
        });
    }

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    public IReadOnlyList<Asked> Calls => [.. _asked];

    public static async Task<LoopbackServer> StartAsync(Func<Asked, Answer> answer)
    {
        LoopbackServer server = new(answer);
        await server._application.StartAsync();
        server.Address = new Uri(server._application.Urls.Single() + "/");
        return server;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Accepts connections and never says a word.</summary>
internal sealed class SilentServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SilentServer()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}/");

    /// <summary>Somebody has connected.</summary>
    public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(10));

    public void Dispose()
    {
        _listener.Dispose();
        foreach (TcpClient client in _clients)
        {
            client.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _clients.Add(await _listener.AcceptTcpClientAsync());
                _reached.TrySetResult();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
