using FlowSecrets.Model;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>
/// What a store's calls are bound by: retries, time, quotas, calls at a time, replication and key of new secrets, and the transport.
/// </summary>
internal sealed record GcpStoreOptions
{
    public RetryLimits Limits { get; init; } = new();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Null: the documented quotas are not kept; what refuses a call is waited for.</summary>
    public GcpQuotas? Quotas { get; init; }

    public int ThrottleLimit { get; init; } = StoreSelection.DefaultThrottleLimit;

    /// <summary>Reads of values at a time, whose quota is 150 times that of other reads; null: as other calls.</summary>
    public int? AccessWidth { get; init; }

    public GcpTransport Transport { get; init; } = GcpTransport.Shared;

    public string? Replication { get; init; }

    public string? KmsKey { get; init; }

    /// <summary>Secrets whose current version is the one under the alias 'current'.</summary>
    public IReadOnlyList<string> CurrentByAlias { get; init; } = [];
}
