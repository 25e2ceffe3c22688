namespace FlowSecrets;

/// <summary>What brings secrets into a cluster.</summary>
public enum ExternalSecretFormat
{
    /// <summary>The External Secrets Operator.</summary>
    ExternalSecrets,

    /// <summary>The Secrets Store CSI driver.</summary>
    CsiDriver,
}
