using FlowSecrets.CloudFakes.Faults;
using FlowSecrets.CloudFakes.Hosting;
using Microsoft.AspNetCore.Http;

namespace FlowSecrets.CloudFakes;

/// <summary>A cloud's secret service in this process's memory. Its state ends with it.</summary>
public abstract class CloudFake : IAsyncDisposable
{
    private readonly LoopbackHost _host;
    private readonly CallLog _log = new();
    private int _concurrent;
    private int _peak;

    private protected CloudFake(int port) => _host = new LoopbackHost(port, HandleAsync);

    /// <summary>http://127.0.0.1:PORT/.</summary>
    public Uri Endpoint => _host.Endpoint;

    public FaultPlan Faults { get; } = new();

    /// <summary>In order of arrival.</summary>
    public IReadOnlyList<RecordedCall> Calls => _log.Snapshot();

    /// <summary>Added to the clock.</summary>
    public TimeSpan Skew { get; set; }

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public int ActiveConnections => _host.ActiveConnections;

    public int TotalConnections => _host.TotalConnections;

    /// <summary>Since the start or the last <see cref="ClearCalls"/>.</summary>
    public int PeakConcurrentRequests => Volatile.Read(ref _peak);

    internal DateTimeOffset Now => Clock.GetUtcNow() + Skew;

    public void ClearCalls()
    {
        _log.Clear();
        Volatile.Write(ref _peak, Volatile.Read(ref _concurrent));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected Task ListenAsync() => _host.StartAsync();

    /// <summary>Names the operation. Never fails: what is not an operation is one called Unknown.</summary>
    private protected abstract Call Route(ApiRequest request);

    /// <summary>Does it. Failures are replies.</summary>
    private protected abstract Reply Answer(Call call);

    /// <summary>Throttle, ServerError and Unavailable in the cloud's own form.</summary>
    private protected abstract Reply Failure(Fault fault, Call call);

    /// <summary>The reply to <see cref="Fault.BadChecksum"/>.</summary>
    private protected virtual Reply WithBadChecksum(Reply reply, Call call) => reply;

    private async Task HandleAsync(HttpContext http, CancellationToken stopping)
    {
        RaisePeak(Interlocked.Increment(ref _concurrent));
        try
        {
            await ReplyAsync(http, stopping);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The client is gone, or this fake stops.
            http.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _concurrent);
        }
    }

    private async Task ReplyAsync(HttpContext http, CancellationToken stopping)
    {
        ApiRequest request = await ApiRequest.ReadAsync(http);
        Call call = Route(request);
        RecordedCall recorded = new(call.Operation, call.Secret, 0, false, Now, request.Headers);
        int place = _log.Add(recorded);
        Fault fault = Faults.Gate is { } gate ? await gate(recorded) : Fault.None;
        fault = fault == Fault.None ? Faults.Next(call.Operation) : fault;
        if (Faults.Latency > TimeSpan.Zero)
        {
            await Task.Delay(Faults.Latency, http.RequestAborted).WaitAsync(stopping);
        }

        if (Faults.Watch?.Invoke(call.Operation, false) == true)
        {
            http.Abort();
            return;
        }

        Reply reply = FaultScript.ComesBefore(fault) ? FaultScript.StrangersReply(fault, request) ?? Failure(fault, call) : Answer(call);
        if (Faults.Watch?.Invoke(call.Operation, true) == true)
        {
            _log.Finish(place, 0, reply.Applied);
            http.Abort();
            return;
        }

        reply = fault switch
        {
            Fault.ServerErrorAfter => Failure(Fault.ServerError, call) with { Applied = reply.Applied },
            Fault.BadChecksum => WithBadChecksum(reply, call),
            _ => reply,
        };
        if (reply.IsThrottled && Faults.RetryAfter is { } wait)
        {
            reply = reply.With("Retry-After", ((int)Math.Ceiling(wait.TotalSeconds)).ToString());
        }

        // Before it is sent: who has the reply finds it in the log.
        _log.Finish(place, FaultScript.IsSilent(fault) ? 0 : reply.Status, reply.Applied);
        await FaultScript.SendAsync(http, reply, fault, stopping);
    }

    private void RaisePeak(int concurrent)
    {
        int peak;
        while (concurrent > (peak = Volatile.Read(ref _peak)) && Interlocked.CompareExchange(ref _peak, concurrent, peak) != peak) { }
    }
}
