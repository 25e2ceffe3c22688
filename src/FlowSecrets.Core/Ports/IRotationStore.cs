using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Ports;

/// <summary>
/// What a store does for a rotation. A value waits aside until it is tested, and whoever comes next, on any machine, finds from the store
/// alone how far it came. Every change may be made again after a crash: what is so already stays as it is.
/// </summary>
internal interface IRotationStore
{
    /// <summary>How far a rotation is; read only where the store is consistent right after a write.</summary>
    /// <exception cref="FlowSecretException">SecretNotFound, SecretHasNoVersion, PendingDeletion, AccessDenied.</exception>
    Task<RotationView> ViewAsync(RotationSubject subject, CancellationToken cancellationToken);

    /// <summary>Whether the store's limits leave room for a rotation, and what it takes of its quotas; makes no call.</summary>
    RotationFinding RoomIn(RotationView view);

    /// <summary>
    /// Puts a value aside as pending, which opens the rotation. Where another rotator of the same rotation was first, its value stays and
    /// is the one that counts.
    /// </summary>
    /// <param name="view">As it was seen; its current version is the rotation's basis.</param>
    /// <exception cref="FlowSecretException">Conflict: the current version is another one meanwhile.</exception>
    Task<RotationView> StageAsync(RotationView view, SecretValue value, CancellationToken cancellationToken);

    /// <summary>The same with an older version's value, to go back to it.</summary>
    Task<RotationView> StageAgainAsync(RotationView view, string version, CancellationToken cancellationToken);

    /// <summary>Reads the pending value, or a version by its number.</summary>
    /// <param name="version">A version of the view.</param>
    Task<ReadSecret> ReadAsync(RotationView view, string version, CancellationToken cancellationToken);

    /// <summary>Enables or disables the pending version, or a version by its number.</summary>
    /// <param name="version">A version of the view.</param>
    /// <exception cref="FlowSecretException">NotSupportedByStore, VersionNotFound, VersionDestroyed, AccessDenied.</exception>
    Task SetStateAsync(RotationView view, string version, VersionState state, CancellationToken cancellationToken);

    /// <summary>
    /// Versions that stand aside besides the pending one: what rotations that were broken off or given up left, where lists do not show it.
    /// </summary>
    Task<IReadOnlyList<string>> LeftAsync(RotationView view, CancellationToken cancellationToken);

    /// <summary>Makes the pending value current, if the rotation's basis still is.</summary>
    /// <exception cref="FlowSecretException">Conflict: a version that this rotation did not make became current.</exception>
    Task<RotationView> PromoteAsync(RotationView view, CancellationToken cancellationToken);

    /// <summary>Takes a pending value that is not current away, with what it left.</summary>
    Task<RotationView> DiscardAsync(RotationView view, CancellationToken cancellationToken);

    /// <summary>Writes the record, if it still is the view's.</summary>
    /// <exception cref="FlowSecretException">Conflict: somebody else wrote another one.</exception>
    Task<RotationView> RecordAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken);

    /// <summary>
    /// Ends a rotation whose value is current: writes the record and its journal, marks the basis as previous, takes the pending mark away.
    /// </summary>
    Task<RotationView> CloseAsync(RotationView view, RotationRecord record, CancellationToken cancellationToken);

    /// <summary>Takes the version before the rotation out of use, unless it is current or the newest, and writes the record.</summary>
    Task<RotationView> RetireAsync(RotationView view, string version, RotationRecord record, CancellationToken cancellationToken);

    /// <summary>Starts the store's own rotation and waits for its end.</summary>
    /// <exception cref="FlowSecretException">NotSupportedByStore, RotationNotConfigured, RotationNeedsAttention: it failed.</exception>
    Task<RotationView> RunNativeAsync(RotationSubject subject, CancellationToken cancellationToken);
}
