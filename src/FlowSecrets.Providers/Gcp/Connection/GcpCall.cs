namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>What a call is about, for its error.</summary>
/// <param name="Permission">The IAM permission that it needs.</param>
/// <param name="Changes">Whether it changes something, so that a lost answer is not the same as no effect.</param>
internal sealed record GcpCall(string Permission, string? Secret = null, string? Version = null, bool Changes = false)
{
    public string Target => Secret ?? "secrets";

    /// <summary>Whether a denial's cause is looked for on the secret, which takes calls of its own.</summary>
    public bool Explains { get; init; } = true;

    public bool IsOfSecretManager => Permission.StartsWith("secretmanager.", StringComparison.Ordinal);
}
