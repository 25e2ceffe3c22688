using FlowSecrets.Ports;
using FlowSecrets.Providers.Gcp.Connection;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <summary>Who may use secrets, and why a call of the store was denied.</summary>
internal interface IGcpAccess : IAccessControl
{
    /// <summary>The denial, with its cause and remedy as far as they can be found.</summary>
    Task<FlowSecretException> ExplainAsync(GcpCall call, FlowSecretException denial, CancellationToken cancellationToken);
}
