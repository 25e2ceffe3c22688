using FlowSecrets.Model;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Aws.Connection;

/// <summary>What a store's calls are bound by: retries, time, quotas, calls at a time, the key of new secrets, and the transport.</summary>
internal sealed record AwsStoreOptions
{
    public RetryLimits Limits { get; init; } = new();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Null: quotas of this store's own.</summary>
    public AwsQuotas? Quotas { get; init; }

    public int ThrottleLimit { get; init; } = StoreSelection.DefaultThrottleLimit;

    public string? KmsKey { get; init; }

    public AwsTransport Transport { get; init; } = AwsTransport.Shared;
}
