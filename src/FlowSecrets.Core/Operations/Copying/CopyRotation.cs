using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Copying;

/// <summary>A secret in the middle of a rotation is not copied: its pending value, and what its target accepts, stay behind.</summary>
internal static class CopyRotation
{
    /// <param name="isRemoved">Whether the secret is to be deleted there, with the record of what must still be revoked.</param>
    /// <exception cref="FlowSecretException">RotationInProgress.</exception>
    public static async Task RequireNoneAsync(
        Workspace workspace,
        SecretRef secret,
        CopyContent content,
        bool isRemoved,
        CancellationToken cancellationToken
    )
    {
        if (content is not { Description: { Deleted: null } there } || !MayHaveOne(secret, content))
        {
            return;
        }

        if (there.Annotations.TryGetValue(RotationNotes.PendingOf, out string? of))
        {
            throw InProgress(workspace, secret, $"'{secret.StoreName}' holds the pending value of the rotation of '{of}'", isForced: false);
        }

        RotationView? view = await ViewAsync(workspace, secret, cancellationToken);
        RotationRecord? record = view?.Record ?? RotationNotes.RecordOf(there.Annotations) ?? RotationNotes.RecordOf(there.Labels);
        string where = $"'{secret.StoreName}' in the {workspace.Place}";
        bool isStaged = content.StagedAt(Stages.Pending) is { } pending && pending != content.Current;
        if (view?.Pending is not null || view?.Foreign is not null || isStaged)
        {
            throw InProgress(workspace, secret, $"A rotation of {where} is not finished", isForced: false);
        }

        if (record is { State: RotationState.NeedsAttention })
        {
            throw InProgress(workspace, secret, $"A rotation of {where} failed and waits for a person", isForced: true);
        }

        if (isRemoved && record is { State: RotationState.Overlap } && record.To == there.CurrentVersion)
        {
            throw InProgress(workspace, secret, $"The previous value of {where} is still valid at its target", isForced: true);
        }
    }

    private static bool MayHaveOne(SecretRef secret, CopyContent content) =>
        secret.Definition?.Rotation is not null
        || content.Description!.Labels.Keys.Concat(content.Description.Annotations.Keys).Any(IsOfRotation)
        || content.StagedAt(Stages.Pending) is not null;

    private static bool IsOfRotation(string key) =>
        key is RotationNotes.PendingOf || RotationNotes.Keys.Contains(key, StringComparer.Ordinal);

    /// <returns>Null: there is no version yet, or this identity may not look; then the record that describes the secret counts.</returns>
    private static async Task<RotationView?> ViewAsync(Workspace workspace, SecretRef secret, CancellationToken cancellationToken)
    {
        try
        {
            RotationSubject subject = new(secret.StoreName, secret.Definition?.Rotation?.UsesAlias == true);
            return await workspace.Store.Rotation.ViewAsync(subject, cancellationToken);
        }
        catch (FlowSecretException e)
            when (e.Id
                    is ErrorIds.AccessDenied
                        or ErrorIds.SecretNotFoundOrForbidden
                        or ErrorIds.SecretHasNoVersion
                        or ErrorIds.VersionDisabled
                        or ErrorIds.VersionDestroyed
            )
        {
            return null;
        }
    }

    private static FlowSecretException InProgress(Workspace workspace, SecretRef secret, string cause, bool isForced) =>
        new(
            ErrorIds.RotationInProgress,
            secret.StoreName,
            cause,
            isForced
                ? Remedy.Of($"Finish it first: {Shell($"Invoke-FlowSecretRotation {workspace.Argument(secret)} -Force")}")
                : Remedy.Of($"Finish it first: {Shell($"Invoke-FlowSecretRotation {workspace.Argument(secret)}")}")
        );
}
