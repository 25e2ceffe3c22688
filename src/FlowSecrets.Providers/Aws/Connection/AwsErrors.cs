using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using FlowSecrets.Model;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>The service's failures in our ids, with account, region, identity and what mends it. One class explains each family.</summary>
internal sealed class AwsErrors
{
    private readonly AwsCallContext _context;
    private readonly AwsAvailabilityErrors _availability;
    private readonly AwsCredentialErrors _credentials;
    private readonly AwsDenialErrors _denials;
    private readonly AwsStateErrors _states;

    public AwsErrors(Func<string?, Place> place, AwsPlace at, AwsIdentity identity)
    {
        _context = new AwsCallContext(place, at, identity);
        _availability = new AwsAvailabilityErrors(_context);
        _credentials = new AwsCredentialErrors(_context, at, identity);
        _denials = new AwsDenialErrors(_context);
        _states = new AwsStateErrors(_context);
    }

    /// <returns>Null for what is no failure of the service.</returns>
    public CallFailure? Explain(Exception error, AwsCall call) =>
        error switch
        {
            _ when BadReplyException.In(error) is { } bad => bad.Explain(call.Target, _context.HostOf(call), call.Changes),
            QuotaClosedException => _availability.Throttled(call),
            AwsCredentialsException { InnerException: { } inner } => _credentials.Missing(inner, call),
            AmazonServiceException e when IsOfCredentialService(e) => _credentials.Missing(e, call),
            AmazonServiceException e => ExplainService(e, call),
            AmazonClientException e => ExplainClient(e, call),
            InvalidOperationException or ArgumentException => _credentials.Unusable(),
            _ => _availability.ExplainTransport(error, call),
        };

    /// <summary>What a policy that allows a call names.</summary>
    public string ResourceOf(AwsCall call) => _context.ResourceOf(call);

    /// <summary>
    /// Our own clients throw the plain type, and the SDK wraps a reply that it cannot read. Any other type comes from a service that the
    /// SDK asked for credentials.
    /// </summary>
    private static bool IsOfCredentialService(AmazonServiceException error) =>
        error.GetType() != typeof(AmazonServiceException) && error is not AmazonUnmarshallingException;

    private CallFailure? ExplainService(AmazonServiceException error, AwsCall call)
    {
        AwsErrorReply reply = new(call, error);
        return reply.Status == 0 && error.Inner<HttpRequestException>() is { } fault
            ? _availability.ExplainTransport(fault, call)
            : ExplainReply(reply);
    }

    /// <summary>The code decides; where it is unknown, the HTTP status does.</summary>
    private CallFailure ExplainReply(AwsErrorReply reply) =>
        Final(_denials.Explain(reply))
        ?? Final(_states.Explain(reply))
        ?? _credentials.Explain(reply)
        ?? _availability.ExplainCode(reply)
        ?? _availability.ExplainStatus(reply)
        ?? Final(_states.Refused(reply));

    /// <summary>The SDK failed on the way: in the transport, else before that, for want of credentials.</summary>
    private CallFailure? ExplainClient(AmazonClientException error, AwsCall call)
    {
        Exception? fault = error.Inner<HttpRequestException>();
        fault ??= error.Inner<JsonException>();
        fault ??= error.Inner<IOException>();
        return fault is null ? _credentials.Missing(error, call) : _availability.ExplainTransport(fault, call);
    }

    [return: NotNullIfNotNull(nameof(error))]
    private static CallFailure? Final(FlowSecretException? error) => error is null ? null : new CallFailure(error, IsTransient: false);
}
