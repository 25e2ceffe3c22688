using FlowSecrets.Model;

namespace FlowSecrets.Providers.Gcp.SecretManager;

/// <summary>What tells a secret that holds a pending value from a user's own secret.</summary>
internal static class GcpPendingMark
{
    public const string Label = "flowsecrets";

    public const string LabelValue = "pending";

    /// <summary>The annotation with the name of the secret that the pending value is for.</summary>
    public const string Owner = RotationNotes.PendingOf;

    public static bool IsOn(GcpSecret secret) =>
        secret.Labels?.GetValueOrDefault(Label) == LabelValue && secret.Annotations?.ContainsKey(Owner) == true;
}
