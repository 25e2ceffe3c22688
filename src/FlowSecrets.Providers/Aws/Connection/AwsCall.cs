namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>What a call is about, for its error.</summary>
/// <param name="Action">The IAM action that it needs, without its service where that is Secrets Manager.</param>
/// <param name="Changes">Whether it changes something, so that a lost answer is not the same as no effect.</param>
internal sealed record AwsCall(string Action, string? Secret = null, string? Version = null, bool Changes = false)
{
    public string Target => Secret ?? About ?? "secrets";

    /// <summary>What an error is about where that is no secret: a workload.</summary>
    public string? About { get; init; }

    /// <summary>What a policy that allows the call names where that is no secret.</summary>
    public string? Resource { get; init; }

    /// <summary>With its service.</summary>
    public string FullAction => Action.Contains(':', StringComparison.Ordinal) ? Action : "secretsmanager:" + Action;

    public bool IsOfSecrets => FullAction.StartsWith("secretsmanager:", StringComparison.Ordinal);

    /// <summary>Whether a denial's cause is looked for, which takes calls of its own.</summary>
    public bool Explains { get; init; } = true;
}
