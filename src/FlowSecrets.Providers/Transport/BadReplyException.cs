using FlowSecrets.Errors;

namespace FlowSecrets.Providers.Transport;

/// <summary>A reply that came whole and is none to what was asked: too large, without an end, or about something else.</summary>
/// <param name="what">What is wrong with it, for the middle of a sentence; nothing of the reply stands in it.</param>
#pragma warning disable CA1064 // It does not leave this assembly.
internal sealed class BadReplyException(string what) : Exception($"A reply {what}.")
#pragma warning restore CA1064
{
    public string What => what;

    /// <summary>It or what it was caused by; null: it is another failure.</summary>
    public static BadReplyException? In(Exception? error)
    {
        while (error is not (null or BadReplyException))
        {
            error = error.InnerException;
        }

        return (BadReplyException?)error;
    }

    /// <param name="host">Who replied.</param>
    /// <param name="changes">Whether the call may have changed something all the same.</param>
    public CallFailure Explain(string target, string host, bool changes) =>
        new(
            new FlowSecretException(
                ErrorIds.BadReply,
                target,
                $"The reply of {host} {what}",
                "Check the proxy (HTTPS_PROXY) and -Endpoint: something between here and the service changes or mixes up replies."
            ),
            IsTransient: false,
            MayHaveApplied: changes
        );
}
