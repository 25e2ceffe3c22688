using FlowSecrets.Model;

namespace FlowSecrets.Ports;

/// <summary>What runs and consumes secrets.</summary>
internal interface IWorkload
{
    /// <summary>How a message names it: "deployment flowmaestro/api".</summary>
    string Description { get; }

    /// <summary>Whom it runs as, looked up where it runs.</summary>
    /// <exception cref="FlowSecretException">WorkloadNotFound, AccessDenied, KubectlMissing and what its platform says.</exception>
    Task<WorkloadIdentity> IdentityAsync(CancellationToken cancellationToken);

    /// <summary>Which versions it runs with, and whether it is healthy; changes nothing.</summary>
    /// <param name="secrets">Those that it is said to consume, as they should be.</param>
    /// <exception cref="FlowSecretException">As <see cref="IdentityAsync"/>.</exception>
    Task<WorkloadState> StateAsync(IReadOnlyList<WorkloadSecret> secrets, CancellationToken cancellationToken);

    /// <summary>
    /// Starts a deployment that runs with these versions, once what feeds it has them (a Kubernetes Secret, a pinned number). One that runs
    /// with them
    /// already, or is on its way there, is left as it is unless <paramref name="always"/>.
    /// </summary>
    /// <param name="say">Told what is waited for.</param>
    /// <returns>A mark for <see cref="WaitAsync"/>.</returns>
    /// <exception cref="FlowSecretException">WorkloadFailed: it cannot be deployed (paused, the Kubernetes Secret does not get the new
    /// value); AccessDenied, WorkloadNotFound, Conflict.</exception>
    Task<string> RedeployAsync(IReadOnlyList<WorkloadSecret> secrets, bool always, Action<string> say, CancellationToken cancellationToken);

    /// <summary>Waits until that deployment is healthy and the one before it gone.</summary>
    /// <exception cref="FlowSecretException">WorkloadFailed, with what its platform says; the old one still runs where the platform keeps
    /// it.</exception>
    Task WaitAsync(string deployment, TimeSpan timeout, Action<string> say, CancellationToken cancellationToken);

    /// <summary>Injects a secret as an environment variable; whatever has that name before is replaced in the same change.</summary>
    /// <returns>False where it was so already.</returns>
    Task<bool> BindAsync(WorkloadBinding binding, CancellationToken cancellationToken);

    /// <summary>Takes an injected variable out.</summary>
    /// <returns>False where there was none.</returns>
    /// <exception cref="FlowSecretException">Conflict: the variable is there, but carries something else.</exception>
    Task<bool> UnbindAsync(WorkloadBinding binding, CancellationToken cancellationToken);
}

/// <param name="Principal">In the form that a store's policy has it.</param>
/// <param name="Source">How it was found.</param>
internal sealed record WorkloadIdentity(string Principal, string Source);
