using FlowSecrets.Model;

namespace FlowSecrets;

/// <summary>What a store can do; honest, so that commands need no try.</summary>
/// <param name="Stages">Whether versions carry labels that can be moved.</param>
/// <param name="MovableCurrent">Whether 'current' is such a label. Where it is not (Google), the newest version is current: no version can
/// be added aside, and an older value comes back as a new version.</param>
/// <param name="Annotations">Whether a secret has annotations beside its labels.</param>
public sealed record StoreCapabilities(
    bool Stages,
    bool MovableCurrent,
    bool Annotations,
    bool VersionDisable,
    bool VersionDestroy,
    bool RecoveryWindow,
    bool Labels,
    bool Replication,
    int MaxValueBytes,
    string NameRule
);
