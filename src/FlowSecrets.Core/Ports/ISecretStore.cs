using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Ports;

/// <summary>
/// A place where secrets live. Every refusal is a <see cref="FlowSecretException"/> with its own id: not found, no version,
/// denied, disabled, destroyed, empty, pending deletion and throttled are different answers. After cancellation no call makes an effect.
/// Every store passes the one contract suite of the tests.
/// </summary>
internal interface ISecretStore
{
    Place Place { get; }

    /// <summary>How many calls at a time are of use.</summary>
    int Concurrency { get; }

    StoreCapabilities Capabilities { get; }

    /// <summary>Who may do what with its secrets.</summary>
    IAccessControl Access { get; }

    /// <summary>What it does for rotations.</summary>
    IRotationStore Rotation { get; }

    /// <summary>Whether the store can be opened as the present identity; throws nothing but cancellation.</summary>
    Task<StoreValidation> ValidateAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Finds out what only a call tells of the place (an AWS account and who asks); <see cref="Place"/> says it from then on. Throws
    /// nothing but cancellation.
    /// </summary>
    ValueTask<Place> IdentifyAsync(CancellationToken cancellationToken);

    /// <summary>Makes a container, with a first version when a value is given.</summary>
    /// <exception cref="FlowSecretException">SecretExists, PendingDeletion, InvalidName, EmptyValue, ValueTooLarge.</exception>
    Task<SecretDescription> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> labels,
        SecretValue? value,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Adds a version. Without a stage it becomes current and the one before previous; with one, only that stage moves to it.
    /// </summary>
    /// <param name="expectedCurrent">When given, the version that must still be current, empty for none: Conflict otherwise. Null: not
    /// checked.</param>
    /// <exception cref="FlowSecretException">SecretNotFound, PendingDeletion, EmptyValue, ValueTooLarge, Conflict, NotSupportedByStore,
    /// WriteUncertain.</exception>
    Task<SecretVersionInfo> AddVersionAsync(
        string name,
        SecretValue value,
        string? stage,
        string? expectedCurrent,
        CancellationToken cancellationToken
    );

    /// <exception cref="FlowSecretException">SecretNotFound, SecretHasNoVersion, VersionNotFound, VersionDisabled, VersionDestroyed,
    /// PendingDeletion.</exception>
    Task<ReadSecret> ReadAsync(string name, VersionSelector selector, CancellationToken cancellationToken);

    /// <summary>The current versions of many secrets, each a value or its own error, in any order.</summary>
    IAsyncEnumerable<ReadOutcome> ReadManyAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken);

    /// <summary>All secrets whose name begins with <paramref name="prefix"/>, those whose deletion is pending included.</summary>
    IAsyncEnumerable<SecretDescription> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Describes one secret, one whose deletion is pending included; null where the store says that there is none.</summary>
    Task<SecretDescription?> DescribeAsync(string name, CancellationToken cancellationToken);

    /// <summary>Describes many, each a description or its own error, in any order.</summary>
    IAsyncEnumerable<DescribeOutcome> DescribeManyAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken);

    /// <summary>All versions, newest first.</summary>
    Task<IReadOnlyList<SecretVersionInfo>> ListVersionsAsync(string name, CancellationToken cancellationToken);

    /// <summary>When a version was made; null: there is none of that number.</summary>
    async Task<DateTimeOffset?> CreatedAsync(string name, string version, CancellationToken cancellationToken) =>
        (await ListVersionsAsync(name, cancellationToken)).FirstOrDefault(v => v.Version == version)?.Created;

    /// <summary>Enables, disables or destroys a version. Destroying cannot be undone.</summary>
    /// <exception cref="FlowSecretException">NotSupportedByStore, as <see cref="Capabilities"/> says beforehand; VersionNotFound,
    /// VersionDestroyed.</exception>
    Task SetVersionStateAsync(string name, string version, VersionState state, CancellationToken cancellationToken);

    /// <summary>Moves a stage; a null version takes it off.</summary>
    /// <param name="expectedVersion">When given, the version that must carry the stage now: Conflict otherwise.</param>
    Task MoveStageAsync(string name, string stage, string? version, string? expectedVersion, CancellationToken cancellationToken);

    /// <summary>Sets labels; an empty text takes one off, and all others stay, also those that somebody else sets meanwhile.</summary>
    Task SetLabelsAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken);

    /// <summary>The same for annotations, where the store has them.</summary>
    Task SetAnnotationsAsync(string name, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken);

    /// <summary>Deletes; without a recovery window at once and for good.</summary>
    Task DeleteAsync(string name, TimeSpan? recoveryWindow, CancellationToken cancellationToken);

    /// <summary>Takes a pending deletion back.</summary>
    Task RestoreAsync(string name, CancellationToken cancellationToken);
}
