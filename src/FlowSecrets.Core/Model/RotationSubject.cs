namespace FlowSecrets.Model;

/// <param name="StoreName">The secret.</param>
/// <param name="UsesAlias">On Google: its consumers read by the alias 'current', so a pending value may be a version of its own.</param>
internal sealed record RotationSubject(string StoreName, bool UsesAlias = false);
