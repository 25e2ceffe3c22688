using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Tests.Operations.Rotation;

/// <summary>A workload in memory, which runs with what it was last deployed with.</summary>
internal sealed class ModelWorkload(string name) : IWorkload
{
    private Dictionary<string, string> _versions = new(StringComparer.Ordinal);

    public string Description => $"model {name}";

    public WorkloadHealth Health { get; set; } = WorkloadHealth.Healthy;

    /// <summary>Whether a value is in its environment.</summary>
    public bool HoldsValues { get; set; } = true;

    /// <summary>How many deployments from now on do not become healthy; they leave it with what it had.</summary>
    public int Failures { get; set; }

    public int Deployments { get; private set; }

    /// <summary>What it was told to run with, deployment by deployment.</summary>
    public List<IReadOnlyList<string>> Told { get; } = [];

    public Task<WorkloadIdentity> IdentityAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new WorkloadIdentity("nobody", "the model"));

    public Task<WorkloadState> StateAsync(IReadOnlyList<WorkloadSecret> secrets, CancellationToken cancellationToken) =>
        Task.FromResult(
            new WorkloadState(
                Health,
                [
                    .. secrets.Select(s => new WorkloadVersion(
                        s.StoreName,
                        _versions.GetValueOrDefault(s.StoreName),
                        _versions.GetValueOrDefault(s.StoreName) != s.Version,
                        "the model"
                    )),
                ]
            )
            {
                HoldsValues = HoldsValues,
            }
        );

    public Task<string> RedeployAsync(
        IReadOnlyList<WorkloadSecret> secrets,
        bool always,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        Told.Add([.. secrets.Select(static s => $"{s.StoreName}={s.Version} {s.PreviousVariable}={s.PreviousVersion}")]);
        Deployments++;
        if (Failures == 0)
        {
            _versions = secrets.ToDictionary(static s => s.StoreName, static s => s.Version, StringComparer.Ordinal);
        }

        return Task.FromResult($"{Deployments}");
    }

    public Task WaitAsync(string deployment, TimeSpan timeout, Action<string> say, CancellationToken cancellationToken) =>
        Failures-- > 0
            ? throw new FlowSecretException(ErrorIds.WorkloadFailed, name, "The model does not become healthy", "Look at its log.")
            : Task.FromResult(Failures = 0);

    /// <summary>Somebody deploys it with older versions.</summary>
    public void FallBack() => _versions.Clear();

    public Task<bool> BindAsync(WorkloadBinding binding, CancellationToken cancellationToken) =>
        throw new NotSupportedException("No rotation binds.");

    public Task<bool> UnbindAsync(WorkloadBinding binding, CancellationToken cancellationToken) =>
        throw new NotSupportedException("No rotation binds.");
}
