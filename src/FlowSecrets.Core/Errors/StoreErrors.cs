namespace FlowSecrets;

/// <summary>What stores and plans say alike.</summary>
internal static class StoreErrors
{
    public static FlowSecretException SecretNotFound(Place place, string name) => new(
        ErrorIds.SecretNotFound,
        FlowErrorCategory.ObjectNotFound,
        name,
        $"There is no secret '{name}' in the {place}",
        $"Set up what the catalog names with Initialize-FlowSecret, or make this one: New-FlowSecret -StoreName '{name}'. Is it the store you meant? See Get-FlowSecretStore.");

    /// <param name="purgeAt">When the deletion becomes final; null where the store does not say.</param>
    public static FlowSecretException PendingDeletion(string name, DateTimeOffset? purgeAt) => new(
        ErrorIds.PendingDeletion,
        FlowErrorCategory.InvalidOperation,
        name,
        $"The secret '{name}' is deleted; it can be restored{(purgeAt is { } end ? $" until {end:yyyy-MM-dd HH:mm} UTC" : "")}",
        $"Restore it: Restore-FlowSecret -StoreName '{name}'; or delete it for good: Remove-FlowSecret -StoreName '{name}' -Permanent");

    public static FlowSecretException SecretExists(Place place, string name) => new(
        ErrorIds.SecretExists,
        FlowErrorCategory.ResourceExists,
        name,
        $"There is a secret '{name}' already in the {place}",
        $"Add a version to it: Set-FlowSecret -StoreName '{name}'");

    public static FlowSecretException VersionNotFound(string name, string cause) =>
        new(ErrorIds.VersionNotFound, FlowErrorCategory.ObjectNotFound, name, cause, $"See which there are: Get-FlowSecretVersion -StoreName '{name}'");

    public static FlowSecretException VersionDestroyed(string name, string version) => new(
        ErrorIds.VersionDestroyed,
        FlowErrorCategory.InvalidOperation,
        name,
        $"Version {version} of '{name}' is destroyed and cannot come back",
        $"See which there are: Get-FlowSecretVersion -StoreName '{name}'");
}
