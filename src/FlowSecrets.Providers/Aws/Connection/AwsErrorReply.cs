using System.Globalization;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>An error that the service replied, and the call that it is the reply to.</summary>
internal sealed record AwsErrorReply(AwsCall Call, AmazonServiceException Error)
{
    public int Status => (int)Error.StatusCode;

    /// <summary>The service's own code; empty: it has none.</summary>
    public string Code { get; } = (Error.ErrorCode ?? "").Replace("Exception", "", StringComparison.Ordinal);

    public string Message => Error.Message ?? "";

    /// <summary>How long the service asks to wait. We read the header because the SDK does not.</summary>
    public TimeSpan? RetryAfter
    {
        get
        {
            string? text =
                Error.Inner<HttpErrorResponseException>()?.Response is { } response && response.IsHeaderPresent("Retry-After")
                    ? response.GetHeaderValue("Retry-After")
                    : null;
            return int.TryParse(text, NumberStyles.None, null, out int seconds) ? TimeSpan.FromSeconds(seconds)
                : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out DateTimeOffset date) && date > DateTimeOffset.UtcNow
                    ? date - DateTimeOffset.UtcNow
                : null;
        }
    }
}

internal static class InnerExceptions
{
    /// <summary>The first exception of a type among those that caused this one.</summary>
    public static T? Inner<T>(this Exception error)
        where T : Exception
    {
        for (Exception? inner = error.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is T found)
            {
                return found;
            }
        }

        return null;
    }
}
