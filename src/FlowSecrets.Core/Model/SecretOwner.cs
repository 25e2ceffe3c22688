namespace FlowSecrets.Model;

/// <summary>Which catalog wrote a secret of the default local store.</summary>
internal static class SecretOwner
{
    /// <summary>The label with the catalog's real path.</summary>
    public const string Label = RotationNotes.Prefix + "catalog";
}
