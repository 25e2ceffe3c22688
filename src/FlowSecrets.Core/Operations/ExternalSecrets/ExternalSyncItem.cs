using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.ExternalSecrets;

/// <summary>What becomes of one ExternalSecret during a refresh.</summary>
internal sealed class ExternalSyncItem(IExternalSecrets space, ExternalSecretInfo info)
{
    private readonly List<string> _restarted = [];
    private string? _message;
    private FlowSecretException? _error;

    public IExternalSecrets Space => space;

    public ExternalSecretInfo Info => info;

    /// <summary>Null: it is not at its end.</summary>
    public string? Status { get; private set; }

    /// <summary>Whether its Kubernetes Secret has what it should have.</summary>
    public bool IsDelivered => Status is ItemStatus.Updated or ItemStatus.Unchanged;

    /// <summary>Versions that its Kubernetes Secret was seen to have, by the name in the store.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public IReadOnlyList<CatalogWorkload> Keepers { get; set; } = [];

    public void End(string status, string? message) => (Status, _message) = (status, message);

    public void Fail(FlowSecretException error) => (Status, _message, _error) = (ItemStatus.Failed, error.Message, error);

    public void Restarted(string workload) => _restarted.Add(workload);

    public ExternalSecretChange Result(ExternalSecretScope scope) =>
        new()
        {
            Name = info.Name,
            Namespace = info.Namespace,
            Context = scope.Context,
            Environment = scope.Environment,
            SecretName = info.SecretName,
            Status = Status!,
            Versions = [.. Versions.Select(static v => $"{v.Key}@{v.Value}")],
            Restarted = [.. _restarted],
            Message = _message,
            Error = _error,
        };
}
