using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations;

/// <summary>What is to become of a version, and what of its loss the user allows.</summary>
internal readonly record struct VersionChange(VersionState? State, bool AllowCurrent, bool AllowRotationLoss);

/// <summary>Which versions are neither disabled nor destroyed without a further word.</summary>
internal static class VersionRules
{
    /// <exception cref="FlowSecretException">VersionInUse: it is current, or a rotation still needs it.</exception>
    public static async Task RequireUnusedAsync(
        Workspace workspace,
        SecretRef secret,
        VersionChange change,
        string number,
        CancellationToken cancellationToken
    )
    {
        StoreCapabilities store = workspace.Store.Capabilities;
        bool isPossible = change.State switch
        {
            VersionState.Disabled => store.VersionDisable,
            VersionState.Destroyed => store.VersionDestroy,
            _ => false,
        };
        if (!isPossible)
        {
            return;
        }

        SecretDescription there = await Plan.RequireAsync(workspace, secret, cancellationToken);
        if (change is { State: VersionState.Destroyed, AllowCurrent: false } && there.CurrentVersion == number)
        {
            throw InUse(
                secret,
                $"Version {number} of '{secret.StoreName}' is the current one, and destroying it cannot be undone",
                $"Set a new value first: {Shell($"Set-FlowSecret {workspace.Argument(secret)}")}; or, if nobody needs it, "
                    + $"add -AllowCurrent."
            );
        }

        if (change.AllowRotationLoss)
        {
            return;
        }

        (string? Version, string Use) needed = (await UsesAsync(workspace, secret, there, cancellationToken)).FirstOrDefault(u =>
            u.Version is null || u.Version == number
        );
        if (needed.Use is not null)
        {
            throw InUse(secret, $"Version {number} of '{secret.StoreName}' is {needed.Use}", EndFirst(workspace, secret));
        }
    }

    /// <summary>For a deletion for good, which takes all versions.</summary>
    /// <exception cref="FlowSecretException">VersionInUse: a rotation still needs one of them.</exception>
    public static async Task RequireUnusedAsync(
        Workspace workspace,
        SecretRef secret,
        SecretDescription there,
        CancellationToken cancellationToken
    )
    {
        if (await UsesAsync(workspace, secret, there, cancellationToken) is [var needed, ..])
        {
            string which = needed.Version is null ? $"'{secret.StoreName}' holds" : $"Version {needed.Version} of '{secret.StoreName}' is";
            throw InUse(secret, $"{which} {needed.Use}, and it would be deleted too", EndFirst(workspace, secret));
        }
    }

    private static Remedy EndFirst(Workspace workspace, SecretRef secret) =>
        Remedy.Of(
            $"End the rotation first: {Shell($"Invoke-FlowSecretRotation {workspace.Argument(secret)} -Force")} revokes the old value. "
                + $"To risk that nobody can revoke it, or log in with it, add -AllowRotationLoss."
        );

    /// <summary>The versions that a rotation needs, and what for. Without a version: each of them.</summary>
    private static async Task<IReadOnlyList<(string? Version, string Use)>> UsesAsync(
        Workspace workspace,
        SecretRef secret,
        SecretDescription there,
        CancellationToken cancellationToken
    )
    {
        if (there.Annotations.ContainsKey(RotationNotes.PendingOf))
        {
            return [(null, "the pending value of a rotation")];
        }

        RotationSubject subject = new(secret.StoreName, secret.Definition?.Rotation?.UsesAlias == true);
        RotationRecord? record;
        string? current;
        PendingVersion? pending = null;
        try
        {
            RotationView view = await workspace.Store.Rotation.ViewAsync(subject, cancellationToken);
            (record, current, pending) = (view.Record, view.Current, view.Pending ?? view.Unmarked);
        }
        catch (FlowSecretException e)
            when (e.Id is ErrorIds.AccessDenied or ErrorIds.SecretNotFoundOrForbidden or ErrorIds.SecretHasNoVersion)
        {
            // Whoever may change states need not be allowed to read values; the record is in what describes the secret.
            record = RotationNotes.RecordOf(there.Annotations) ?? RotationNotes.RecordOf(there.Labels);
            current = there.CurrentVersion;
        }

        (string? Version, string Use)[] uses =
        [
            (pending?.Version, "the pending value of a rotation, perhaps the only one that its target accepts"),
            (pending?.Basis, "the previous value of a rotation that is not finished, and still valid at its target"),
            (
                record is { State: RotationState.Overlap } && record.To == current ? record.From : null,
                "the previous value of a rotation, and still valid at its target"
            ),
        ];
        return [.. uses.Where(u => u.Version is not null && u.Version != current)];
    }

    private static FlowSecretException InUse(SecretRef secret, string cause, Remedy remedy) =>
        new(ErrorIds.VersionInUse, secret.StoreName, cause, remedy);
}
