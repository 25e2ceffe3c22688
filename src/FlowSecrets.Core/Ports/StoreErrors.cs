using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Ports;

/// <summary>What stores and plans say alike.</summary>
internal static class StoreErrors
{
    public static FlowSecretException SecretNotFound(Place place, string name) =>
        new(
            ErrorIds.SecretNotFound,
            name,
            $"There is no secret '{name}' in the {place}",
            $"Set up what the catalog names with {Shell($"Initialize-FlowSecret {Here}")}, or make this one: "
                + $"{Shell($"New-FlowSecret {Stored(name)}")}. Is it the store you meant? See Get-FlowSecretStore."
        );

    /// <param name="purgeAt">When the deletion becomes final; null where the store does not say.</param>
    public static FlowSecretException PendingDeletion(string name, DateTimeOffset? purgeAt) =>
        new(
            ErrorIds.PendingDeletion,
            name,
            $"The secret '{name}' is deleted; it can be restored"
                + $"{(purgeAt is { } end && end > DateTimeOffset.UtcNow ? $" until {end:yyyy-MM-dd HH:mm} UTC" : "")}",
            $"Restore it: {Shell($"Restore-FlowSecret {Stored(name)}")}; or delete it for good: "
                + $"{Shell($"Remove-FlowSecret {Stored(name)} -Permanent")}"
        );

    public static FlowSecretException SecretExists(Place place, string name) =>
        new(
            ErrorIds.SecretExists,
            name,
            $"There is a secret '{name}' already in the {place}",
            $"Add a version to it: {Shell($"Set-FlowSecret {Stored(name)}")}"
        );

    public static FlowSecretException VersionNotFound(string name, string cause) =>
        new(ErrorIds.VersionNotFound, name, cause, $"See which there are: {Shell($"Get-FlowSecretVersion {Stored(name)}")}");

    /// <param name="readable">A version that has a value still; null where none is known.</param>
    public static FlowSecretException VersionDestroyed(string name, string version, string? readable = null) =>
        new(
            ErrorIds.VersionDestroyed,
            name,
            $"Version {version} of '{name}' is destroyed and cannot come back",
            readable is null
                ? Remedy.Of($"See which there are: {Shell($"Get-FlowSecretVersion {Stored(name)}")}")
                : $"Make an older value current: "
                    + $"{Shell($"Set-FlowSecretVersion {Stored(name)} -Version {readable:bare} -Stage current")}"
        );

    /// <param name="readable">A version that could be read instead; null where none is known.</param>
    public static FlowSecretException VersionDisabled(string name, string version, string? readable = null) =>
        new(
            ErrorIds.VersionDisabled,
            name,
            $"Version {version} of '{name}' is disabled",
            readable is null
                ? Remedy.Of(
                    $"Enable it: {Shell($"Set-FlowSecretVersion {Stored(name)} -Version {version:bare} -State Enabled")}; "
                        + $"or read another with -Version."
                )
                : Remedy.Of(
                    $"Enable it: {Shell($"Set-FlowSecretVersion {Stored(name)} -Version {version:bare} -State Enabled")}; "
                        + $"or read version {readable}: {Shell($"Get-FlowSecretValue {Stored(name)} -Version {readable:bare}")}."
                )
        );

    public static FlowSecretException HasNoVersion(Place place, string name) =>
        new(
            ErrorIds.SecretHasNoVersion,
            name,
            $"The secret '{name}' in the {place} has no version yet",
            $"Give it its first: {Shell($"Set-FlowSecret {Stored(name)}")}"
        );

    public static FlowSecretException Conflict(string name, string cause) =>
        new(ErrorIds.Conflict, name, cause, "Look at it, then try again; nothing was changed by this command.");

    public static FlowSecretException NotSupported(Place place, string? name, string cause, Remedy remedy) =>
        new(ErrorIds.NotSupportedByStore, name ?? place.ToString(), cause, remedy);

    public static FlowSecretException NoRecoveryWindow(Place place, string name) =>
        NotSupported(
            place,
            name,
            $"The {place} has no recovery window: a secret deleted there is gone with all its versions",
            $"To take it out of use: "
                + $"{Shell($"Set-FlowSecretVersion {Stored(name)} -Version current -State Disabled")}; to delete it for "
                + $"good: {Shell($"Remove-FlowSecret {Stored(name)} -Permanent")}"
        );

    public static FlowSecretException WriteUncertain(Place place, string name, FlowSecretException why) =>
        new(
            ErrorIds.WriteUncertain,
            name,
            $"No answer came to the change of '{name}' in the {place}, and whether it took effect could not be found out ({why.Id})",
            $"Look before you try again: {Shell($"Get-FlowSecretVersion {Stored(name)}")}",
            why
        );

    /// <exception cref="FlowSecretException">EmptyValue, ValueTooLarge.</exception>
    public static void RequireSize(string name, SecretValue? value, int most)
    {
        if (value is not null && value.IsEmpty())
        {
            throw new FlowSecretException(
                ErrorIds.EmptyValue,
                name,
                $"The value for '{name}' is empty, and no store keeps an empty value",
                "Give a value, or leave the secret out."
            );
        }

        if (value is not null && value.AsSpan().Length > most)
        {
            throw new FlowSecretException(
                ErrorIds.ValueTooLarge,
                name,
                $"The value for '{name}' is larger than {most} bytes (64 KiB)",
                "Keep the file elsewhere, and its key here."
            );
        }
    }

    /// <exception cref="FlowSecretException">BadArgument.</exception>
    public static void RequireLabels(string name, IReadOnlyDictionary<string, string> labels, LabelRule rule)
    {
        string? wrong = labels.Where(l => !rule.IsValid(l.Key, l.Value)).Select(static l => l.Key).FirstOrDefault();
        if (wrong is not null || labels.Count > rule.Most)
        {
            throw new FlowSecretException(
                ErrorIds.BadArgument,
                name,
                wrong is null ? $"'{name}' would have {labels.Count} labels" : $"The store does not take the label '{wrong}' of '{name}'",
                $"Use at most {rule.Most} labels: {rule.Words}."
            );
        }
    }
}
