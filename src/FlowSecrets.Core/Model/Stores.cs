namespace FlowSecrets;

/// <summary>The kinds of store.</summary>
public enum StoreKind
{
    Local,
    Gcp,
    Aws,
}

/// <summary>Where a store's secrets live and who asks: what every plan, prompt and error names.</summary>
/// <param name="Store">The kind of store.</param>
/// <param name="Location">A file for Local, a project or account with its region for a cloud.</param>
/// <param name="Identity">How the store is opened: a key file or a passphrase, an account.</param>
public sealed record Place(StoreKind Store, string Location, string Identity)
{
    public override string ToString() => $"{Store} store {Location}";
}

/// <summary>What a caller asks for; what stays null is found by the store's own rules.</summary>
/// <param name="Store">The kind of store.</param>
public sealed record StoreSelection(StoreKind Store)
{
    /// <summary>File of a Local store.</summary>
    public string? Path { get; init; }

    /// <summary>Google Cloud project id.</summary>
    public string? Project { get; init; }

    /// <summary>Cloud region.</summary>
    public string? Region { get; init; }

    /// <summary>Profile of the AWS configuration.</summary>
    public string? Profile { get; init; }

    /// <summary>Passphrase of a Local store; null: FLOWSECRETS_PASSPHRASE_FILE, FLOWSECRETS_PASSPHRASE or the key file.</summary>
    public SecretValue? Passphrase { get; init; }
}

/// <summary>What a store can do; honest, so that commands need no try.</summary>
public sealed record StoreCapabilities(
    bool Stages,
    bool VersionDisable,
    bool VersionDestroy,
    bool RecoveryWindow,
    bool Labels,
    bool Replication,
    int MaxValueBytes,
    string NameRule);

/// <summary>Whether a store can be used now.</summary>
public enum StoreReadiness
{
    Ready,
    Unknown,
    Error,
}

/// <param name="Readiness">Ready, Unknown or Error.</param>
/// <param name="Detail">What was found, in a sentence.</param>
/// <param name="Error">The cause when it is an error.</param>
public sealed record StoreValidation(StoreReadiness Readiness, string Detail, FlowSecretException? Error = null);
