using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Versions;

/// <summary>Which versions are neither disabled nor destroyed without a further word.</summary>
internal static class VersionRules
{
    /// <exception cref="FlowSecretException">VersionInUse: it is current, or a rotation still needs it.</exception>
    public static async Task RequireUnusedAsync(
        Workspace workspace,
        SecretRef secret,
        VersionOptions options,
        string number,
        CancellationToken cancellationToken
    )
    {
        StoreCapabilities store = workspace.Store.Capabilities;
        bool isPossible = options.State switch
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
        if (options is { State: VersionState.Destroyed, AllowCurrent: false } && there.CurrentVersion == number)
        {
            throw InUse(
                secret,
                $"Version {number} of '{secret.StoreName}' is the current one, and destroying it cannot be undone",
                $"Set a new value first: {Shell($"Set-FlowSecret {workspace.Argument(secret)}")}; or, if nobody needs it, "
                    + $"add -AllowCurrent."
            );
        }

        if (!options.AllowRotationLoss && await UseAsync(workspace, secret, there, number, cancellationToken) is { } use)
        {
            throw InUse(
                secret,
                $"Version {number} of '{secret.StoreName}' is {use}",
                $"End the rotation first: {Shell($"Invoke-FlowSecretRotation {workspace.Argument(secret)} -Force")} revokes the old value. "
                    + $"To risk that nobody can revoke it, or log in with it, add -AllowRotationLoss."
            );
        }
    }

    /// <returns>What a rotation needs the version for; null: none does.</returns>
    private static async Task<string?> UseAsync(
        Workspace workspace,
        SecretRef secret,
        SecretDescription there,
        string number,
        CancellationToken cancellationToken
    )
    {
        if (there.Annotations.ContainsKey(RotationNotes.PendingOf))
        {
            return "the pending value of a rotation";
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

        return number == current ? null
            : number == pending?.Version ? "the pending value of a rotation, perhaps the only one that its target accepts"
            : number == pending?.Basis ? "the previous value of a rotation that is not finished, and still valid at its target"
            : record is { State: RotationState.Overlap, From: { } from } && record.To == current && from == number
                ? "the previous value of a rotation, and still valid at its target"
            : null;
    }

    private static FlowSecretException InUse(SecretRef secret, string cause, Remedy remedy) =>
        new(ErrorIds.VersionInUse, secret.StoreName, cause, remedy);
}
