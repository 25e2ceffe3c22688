using FlowSecrets.Model;

namespace FlowSecrets.Ports;

/// <summary>The External Secrets Operator in one namespace of a cluster.</summary>
internal interface IExternalSecrets
{
    ClusterSpace Space { get; }

    /// <summary>All ExternalSecrets of the namespace, with the keys of their Kubernetes Secrets and their last warnings: one call for each
    /// kind, however many there are. Reads no value.</summary>
    /// <exception cref="FlowSecretException">KubectlMissing, StoreUnavailable, NotAuthenticated, AccessDenied, WorkloadNotFound: the
    /// context or the namespace is not there; ClusterKindNotServed: the operator is not installed.</exception>
    Task<IReadOnlyList<ExternalSecretInfo>> ListAsync(CancellationToken cancellationToken);

    /// <summary>What the Secrets Store CSI driver has mounted; empty: nothing, it is not installed, or it may not be seen.</summary>
    /// <exception cref="FlowSecretException">As <see cref="ListAsync"/>.</exception>
    Task<IReadOnlyList<MountedClass>> MountedAsync(CancellationToken cancellationToken);

    /// <summary>The stores that are of use in the namespace.</summary>
    /// <exception cref="FlowSecretException">As <see cref="ListAsync"/>, except that AccessDenied is told in the result.</exception>
    Task<ExternalStores> StoresAsync(CancellationToken cancellationToken);

    /// <summary>The namespaces that have a SecretStore of a name; empty: none, or they may not be seen.</summary>
    Task<IReadOnlyList<string>> NamespacesWithStoreAsync(string name, CancellationToken cancellationToken);

    /// <summary>The operator; null: it may not be seen. None in the list: there is none.</summary>
    Task<IReadOnlyList<ExternalOperator>?> OperatorsAsync(CancellationToken cancellationToken);

    /// <summary>Who the operator is when it uses a store.</summary>
    /// <exception cref="FlowSecretException">WorkloadNotFound: there is no such service account; AccessDenied.</exception>
    Task<ExternalIdentity> IdentityAsync(ExternalStoreInfo store, CancellationToken cancellationToken);

    /// <summary>Tells the operator to read again.</summary>
    /// <exception cref="FlowSecretException">ExternalSecretNeverRefreshed, and as <see cref="ListAsync"/>.</exception>
    Task ForceAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Tells the operator to read again, and waits until the Kubernetes Secret has the values. The operator is told again until then,
    /// because it may have read an older version.
    /// </summary>
    /// <param name="expected">What it must have; empty: nothing can be compared, and the operator's word is taken.</param>
    /// <param name="say">Told what is waited for.</param>
    /// <returns>Whether the Kubernetes Secret was changed.</returns>
    /// <exception cref="FlowSecretException">ExternalSecretNeverRefreshed, ExternalSecretTimedOut, and as
    /// <see cref="ListAsync"/>.</exception>
    Task<bool> RefreshAsync(
        ExternalSecretInfo item,
        IReadOnlyList<ExpectedValue> expected,
        TimeSpan timeout,
        Action<string> say,
        CancellationToken cancellationToken
    );

    /// <summary>The workloads that keep a Kubernetes Secret as it was when they were started: as variables or by subPath.</summary>
    Task<IReadOnlyList<CatalogWorkload>> KeepersAsync(string secret, CancellationToken cancellationToken);
}
