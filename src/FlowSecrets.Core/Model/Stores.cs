using FlowSecrets.Values;

namespace FlowSecrets.Model;

/// <summary>Where a store's secrets live and who asks: what every plan, prompt and error names.</summary>
/// <param name="Store">The kind of store.</param>
/// <param name="Location">A file for Local, a project or account with its region for a cloud.</param>
/// <param name="Identity">How the store is opened: a key file or a passphrase, an account.</param>
internal sealed record Place(StoreKind Store, string Location, string Identity)
{
    /// <summary>How a sentence names it; null: store and location.</summary>
    public string? Text { get; init; }

    /// <summary>What the whole names of its secrets begin with, as the cloud writes them ("projects/P"); null: names are never
    /// whole.</summary>
    public string? Parent { get; init; }

    public override string ToString() => Text ?? $"{Store} store {Location}";
}

/// <summary>What a caller asks for; what stays null is found by the store's own rules.</summary>
/// <param name="Store">The kind of store.</param>
internal sealed record StoreSelection(StoreKind Store)
{
    /// <summary>File of a Local store.</summary>
    public string? Path { get; init; }

    /// <summary>Name of the store's file where <see cref="Path"/> is a folder.</summary>
    public const string FileName = "flowsecrets.db";

    /// <summary>Google Cloud project id.</summary>
    public string? Project { get; init; }

    /// <summary>AWS region; on Google Cloud the location of regional secrets, null for global ones.</summary>
    public string? Region { get; init; }

    /// <summary>Profile of the AWS configuration.</summary>
    public string? Profile { get; init; }

    /// <summary>Passphrase of a Local store; null: FLOWSECRETS_PASSPHRASE_FILE, FLOWSECRETS_PASSPHRASE or the key file.</summary>
    public SecretValue? Passphrase { get; init; }

    /// <summary>OAuth 2.0 access token for Google Cloud; null: found by the store's own rules.</summary>
    public SecretValue? AccessToken { get; init; }

    /// <summary>Google credential file: service account, workload identity federation, impersonation.</summary>
    public string? CredentialPath { get; init; }

    /// <summary>Address of the cloud's API instead of the cloud's own, for emulators and private endpoints.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Allow an <see cref="Endpoint"/> that is plain http beyond this machine.</summary>
    public bool AllowUnencryptedEndpoint { get; init; }

    /// <summary>Where new secrets are kept: null or "automatic", or locations of Google Cloud separated by commas.</summary>
    public string? Replication { get; init; }

    /// <summary>KMS key that encrypts new secrets; null: the cloud's default key.</summary>
    public string? KmsKey { get; init; }

    /// <summary>
    /// On Google Cloud: names of secrets, a line each, whose consumers read by the alias 'current'; null: none. Of them that alias is the
    /// current version.
    /// </summary>
    public string? CurrentByAlias { get; init; }

    /// <summary>Calls at a time.</summary>
    public int ThrottleLimit { get; init; } = DefaultThrottleLimit;

    public const int DefaultThrottleLimit = 32;

    /// <summary>Whether the user gave the limit; else a store may make more calls at a time of a kind that has a large quota.</summary>
    public bool IsLimitGiven { get; init; }

    /// <summary>The same without what opens it, for comparing places.</summary>
    internal StoreSelection WithoutKeys =>
        this with
        {
            Passphrase = null,
            AccessToken = null,
            CredentialPath = null,
            ThrottleLimit = DefaultThrottleLimit,
            IsLimitGiven = false,
        };
}

/// <summary>Whether a store can be used now.</summary>
internal enum StoreReadiness
{
    Ready,
    Unknown,
    Error,
}

/// <param name="Readiness">Ready, Unknown or Error.</param>
/// <param name="Detail">What was found, in a sentence.</param>
/// <param name="Error">The cause when it is an error.</param>
internal sealed record StoreValidation(StoreReadiness Readiness, string Detail, FlowSecretException? Error = null);
