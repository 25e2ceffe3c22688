using FlowSecrets.Ports;
using FlowSecrets.Providers.Aws.Connection;

namespace FlowSecrets.Providers.Aws.SecretsManager;

/// <summary>Who may use secrets, and why a call of the store was denied.</summary>
internal interface IAwsAccess : IAccessControl
{
    /// <summary>The denial, with its cause and remedy as far as they can be found.</summary>
    Task<FlowSecretException> ExplainAsync(AwsCall call, FlowSecretException denial, CancellationToken cancellationToken);
}
