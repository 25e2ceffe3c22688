using FlowSecrets.Model;
using FlowSecrets.Ports;
using FlowSecrets.Values;

namespace FlowSecrets.Worker;

/// <summary>A store as it is, but for its rotations.</summary>
internal sealed class StoreWithRotation(ISecretStore inner, IRotationStore rotation) : ISecretStore
{
    public Place Place => inner.Place;

    public int Concurrency => inner.Concurrency;

    public StoreCapabilities Capabilities => inner.Capabilities;

    public IAccessControl Access => inner.Access;

    public IRotationStore Rotation => rotation;

    public Task<StoreValidation> ValidateAsync(CancellationToken cancellationToken) => inner.ValidateAsync(cancellationToken);

    public ValueTask<Place> IdentifyAsync(CancellationToken cancellationToken) => inner.IdentifyAsync(cancellationToken);

    public Task<SecretDescription> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> labels,
        SecretValue? value,
        CancellationToken cancellationToken
    ) => inner.CreateAsync(name, labels, value, cancellationToken);

    public Task<SecretVersionInfo> AddVersionAsync(
        string name,
        SecretValue value,
        string? stage,
        string? expectedCurrent,
        CancellationToken cancellationToken
    ) => inner.AddVersionAsync(name, value, stage, expectedCurrent, cancellationToken);

    public Task<ReadSecret> ReadAsync(string name, VersionSelector selector, CancellationToken cancellationToken) =>
        inner.ReadAsync(name, selector, cancellationToken);

    public IAsyncEnumerable<ReadOutcome> ReadManyAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        inner.ReadManyAsync(names, cancellationToken);

    public IAsyncEnumerable<SecretDescription> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task<SecretDescription?> DescribeAsync(string name, CancellationToken cancellationToken) =>
        inner.DescribeAsync(name, cancellationToken);

    public IAsyncEnumerable<DescribeOutcome> DescribeManyAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        inner.DescribeManyAsync(names, cancellationToken);

    public Task<IReadOnlyList<SecretVersionInfo>> ListVersionsAsync(string name, CancellationToken cancellationToken) =>
        inner.ListVersionsAsync(name, cancellationToken);

    public Task SetVersionStateAsync(string name, string version, VersionState state, CancellationToken cancellationToken) =>
        inner.SetVersionStateAsync(name, version, state, cancellationToken);

    public Task MoveStageAsync(string name, string stage, string? version, string? expectedVersion, CancellationToken cancellationToken) =>
        inner.MoveStageAsync(name, stage, version, expectedVersion, cancellationToken);

    public Task SetLabelsAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) =>
        inner.SetLabelsAsync(name, labels, cancellationToken);

    public Task SetAnnotationsAsync(string name, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken) =>
        inner.SetAnnotationsAsync(name, annotations, cancellationToken);

    public Task DeleteAsync(string name, TimeSpan? recoveryWindow, CancellationToken cancellationToken) =>
        inner.DeleteAsync(name, recoveryWindow, cancellationToken);

    public Task RestoreAsync(string name, CancellationToken cancellationToken) => inner.RestoreAsync(name, cancellationToken);
}
