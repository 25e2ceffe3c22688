using FlowSecrets.Model;
using FlowSecrets.Providers.Transport;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>How a store may behave otherwise than usual; tests use it.</summary>
internal sealed record GcpStoreOptions
{
    public RetryLimits Limits { get; init; } = new();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Null: the quotas are not kept here.</summary>
    public GcpQuotas? Quotas { get; init; }

    public int ThrottleLimit { get; init; } = StoreSelection.DefaultThrottleLimit;

    public GcpTransport Transport { get; init; } = GcpTransport.Shared;

    public string? Replication { get; init; }

    public string? KmsKey { get; init; }

    /// <summary>Secrets whose current version is the one under the alias 'current'.</summary>
    public IReadOnlyList<string> CurrentByAlias { get; init; } = [];
}
