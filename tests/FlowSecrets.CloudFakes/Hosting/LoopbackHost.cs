using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FlowSecrets.CloudFakes.Hosting;

/// <summary>Kestrel on 127.0.0.1: no configuration files, no logging, no hold on the process's signals.</summary>
internal sealed class LoopbackHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping = new();
    private int _active;
    private int _total;

    public LoopbackHost(int port, Func<HttpContext, CancellationToken, Task> handle)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(static o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Listen(
                    IPAddress.Loopback,
                    port,
                    listen =>
                        listen.Use(next =>
                            async connection =>
                            {
                                Interlocked.Increment(ref _active);
                                Interlocked.Increment(ref _total);
                                try
                                {
                                    await next(connection);
                                }
                                finally
                                {
                                    Interlocked.Decrement(ref _active);
                                }
                            }
                        )
                );
            });
        _application = builder.Build();
        _application.Run(http => handle(http, _stopping.Token));
    }

    public Uri Endpoint { get; private set; } = new("http://127.0.0.1/");

    public int ActiveConnections => Volatile.Read(ref _active);

    public int TotalConnections => Volatile.Read(ref _total);

    public async Task StartAsync()
    {
        await _application.StartAsync();
        Endpoint = new Uri(_application.Urls.Single() + "/");
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _application.StopAsync();
        await _application.DisposeAsync();
        _stopping.Dispose();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
