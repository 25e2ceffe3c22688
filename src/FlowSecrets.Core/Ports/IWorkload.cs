namespace FlowSecrets;

/// <summary>What runs and consumes secrets.</summary>
public interface IWorkload
{
    /// <summary>Whom it runs as, looked up where it runs.</summary>
    /// <exception cref="FlowSecretException">WorkloadNotFound, AccessDenied, KubectlMissing and what its platform says.</exception>
    Task<WorkloadIdentity> IdentityAsync(CancellationToken cancellationToken);
}

/// <param name="Principal">In the form that a store's policy has it.</param>
/// <param name="Source">How it was found.</param>
public sealed record WorkloadIdentity(string Principal, string Source);
