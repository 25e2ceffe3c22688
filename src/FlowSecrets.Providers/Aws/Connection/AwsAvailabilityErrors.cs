using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>Failures of the way to the service and of the service itself: network, proxy, throttling, outage.</summary>
internal sealed class AwsAvailabilityErrors(AwsCallContext context)
{
    /// <summary>What cannot be reached, or is no service, is tried but a few times: somebody waits at the prompt.</summary>
    private const int Few = 3;

    private const string BadReply = "answered with something that is no answer of this API (a proxy's, a firewall's or a sign-in page?)";
    private const string BrokeOff = "broke the connection off";
    private const string TooLate = "did not answer in time";

    /// <summary>No reply came, or none that can be read.</summary>
    /// <returns>Null for what is no failure of the transport.</returns>
    public CallFailure? ExplainTransport(Exception fault, AwsCall call) =>
        fault switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } =>
                Unavailable(call, "cannot be reached", transient: true, applied: false) with
                {
                    Tries = Few,
                },
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => Unavailable(
                call,
                "has a certificate that this machine does not trust, or speaks no TLS",
                transient: false,
                applied: false
            ),
            HttpRequestException or IOException => Unavailable(call, BrokeOff, transient: true, applied: true),
            TimeoutException => Unavailable(call, TooLate, transient: true, applied: true) with { Tries = Few },
            JsonException => Unavailable(call, BadReply, transient: true, applied: true) with { Tries = Few },
            _ => null,
        };

    /// <summary>The service is too busy, or did not wait for the request.</summary>
    /// <returns>Null: the code says something else.</returns>
    public CallFailure? ExplainCode(AwsErrorReply reply) =>
        reply.Code switch
        {
            "Throttling"
            or "Throttled"
            or "ThrottledRequest"
            or "RequestThrottled"
            or "RequestLimitExceeded"
            or "TooManyRequests"
            or "PriorRequestNotComplete"
            or "TransactionInProgress"
            or "ProvisionedThroughputExceeded"
            or "SlowDown"
            or "BandwidthLimitExceeded" => Throttled(reply.Call, reply.RetryAfter),
            "RequestTimeout" => Unavailable(reply.Call, TooLate, transient: true, applied: true),
            _ => null,
        };

    /// <summary>A reply whose code says nothing: its HTTP status decides.</summary>
    /// <returns>Null: the service understood the call and refused it.</returns>
    public CallFailure? ExplainStatus(AwsErrorReply reply)
    {
        AwsCall call = reply.Call;
        return reply.Status switch
        {
            429 => Throttled(reply.Call, reply.RetryAfter),
            407 => Unavailable(call, "is behind a proxy that wants a login", transient: false, applied: false),
            >= 400 and < 500 when reply.Code.Length == 0 => Unavailable(
                call,
                $"answered with status {reply.Status} and without a word of this API (a proxy or a firewall?)",
                transient: false,
                applied: false
            ),
            >= 500 => Unavailable(call, $"answered with status {reply.Status}", transient: true, applied: true) with
            {
                RetryAfter = reply.RetryAfter,
            },
            >= 400 => null,
            >= 300 => Unavailable(call, "answered with a redirect, which is not followed", transient: false, applied: false),
            _ => Unavailable(call, reply.Error.Inner<JsonException>() is null ? BrokeOff : BadReply, transient: true, applied: true),
        };
    }

    public CallFailure Throttled(AwsCall call, TimeSpan? retryAfter = null) =>
        new(
            new FlowSecretException(
                ErrorIds.Throttled,
                call.Target,
                $"AWS goes on throttling calls in the {context.PlaceOf(call)} ('{call.FullAction}')",
                "Wait a minute and run the same command again, or use a smaller -ThrottleLimit."
            ),
            IsTransient: true,
            RetryAfter: retryAfter,
            IsThrottled: true
        );

    private CallFailure Unavailable(AwsCall call, string what, bool transient, bool applied) =>
        new(
            new FlowSecretException(
                ErrorIds.StoreUnavailable,
                call.Target,
                $"{context.HostOf(call)} {what} ({context.PlaceOf(call)})",
                "Check network, proxy (HTTPS_PROXY), region and -Endpoint, then run the same command again. "
                    + "https://health.aws.amazon.com shows AWS's own state."
            ),
            transient,
            MayHaveApplied: applied && call.Changes
        );
}
