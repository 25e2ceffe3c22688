namespace FlowSecrets;

/// <summary>What a principal may do with a secret.</summary>
public enum SecretPermission
{
    /// <summary>Read values.</summary>
    Read,

    /// <summary>Add versions.</summary>
    Write,

    /// <summary>Change, delete and restore the secret, and who may do what with it.</summary>
    Manage,
}
