using System.Net;
using FlowSecrets.Errors;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Transport;

/// <summary>An address of a cloud's API that somebody chose.</summary>
internal static class ServiceAddress
{
    /// <param name="source">Where it was said: a parameter or a variable.</param>
    /// <param name="allowUnencrypted">Whether plain http beyond this machine was allowed by name.</param>
    /// <exception cref="FlowSecretException">EndpointNotAllowed.</exception>
    public static Uri Parse(string text, string source, bool allowUnencrypted)
    {
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
            || address.Scheme is not ("http" or "https")
            || address.UserInfo.Length > 0
            || address.Query.Length > 0
            || address.Fragment.Length > 0
        )
        {
            throw Refused(
                source,
                $"{source} is no address of a service",
                "Give it as https://host or, on this machine, http://127.0.0.1:port"
            );
        }

        if (address.Scheme == "http" && !IsThisMachine(address) && !allowUnencrypted)
        {
            throw Refused(
                source,
                $"{source} is plain http to {address.Host}: values and credentials would cross the network in the clear",
                $"Use https. If that network is yours alone, give it by name: "
                    + $"{Shell($"Connect-FlowSecretStore -Endpoint {address.AbsoluteUri:bare} -AllowUnencryptedEndpoint")}"
            );
        }

        return address.AbsolutePath.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
    }

    /// <summary>By its number, or as localhost, which no resolver is asked about.</summary>
    public static bool IsThisMachine(Uri address) =>
        string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.DnsSafeHost, out IPAddress? number) && IPAddress.IsLoopback(number));

    private static FlowSecretException Refused(string source, string cause, Remedy remedy) =>
        new(ErrorIds.EndpointNotAllowed, source, cause, remedy);
}
