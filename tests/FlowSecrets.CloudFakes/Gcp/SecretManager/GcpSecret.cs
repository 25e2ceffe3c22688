using System.Collections.Immutable;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.SecretManager;

internal enum GcpState
{
    Enabled = 1,
    Disabled = 2,
    Destroyed = 3,
}

/// <summary>Where a secret lies: project number, location (null: global), id.</summary>
internal sealed record GcpKey(string Project, string? Location, string Id)
{
    public string Parent => Location is null ? $"projects/{Project}" : $"projects/{Project}/locations/{Location}";

    public string Name => $"{Parent}/secrets/{Id}";

    public string VersionName(object version) => $"{Name}/versions/{version}";
}

/// <summary>One state of a secret. A change makes another, so that what lags behind can still see the old one.</summary>
internal sealed record GcpSecret(GcpKey Key, DateTimeOffset Created)
{
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableSortedDictionary<string, long> Aliases { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>Null on regional secrets. Never changed once it is set.</summary>
    public JsonObject? Replication { get; init; }

    public JsonObject? Encryption { get; init; }

    public ImmutableList<string> Topics { get; init; } = [];

    public DateTimeOffset? Expires { get; init; }

    public DateTimeOffset? NextRotation { get; init; }

    public TimeSpan? RotationPeriod { get; init; }

    public TimeSpan? DestroyTtl { get; init; }

    public required string Etag { get; init; }

    public GcpPolicyState? Policy { get; init; }

    /// <summary>In the order of their numbers, which start at 1 without gaps.</summary>
    public ImmutableList<GcpVersion> Versions { get; init; } = [];

    public GcpVersion? Version(long number) => number >= 1 && number <= Versions.Count ? Versions[(int)number - 1] : null;

    public GcpSecret With(GcpVersion version) => this with { Versions = Versions.SetItem((int)version.Number - 1, version) };
}

/// <summary>One state of a version.</summary>
internal sealed record GcpVersion(
    long Number,
    DateTimeOffset Created,
    byte[] Data,
    bool ClientChecksum,
    JsonObject? Replication,
    JsonObject? Encryption,
    string Etag
)
{
    public GcpState State { get; init; } = GcpState.Enabled;

    public DateTimeOffset? Destroyed { get; init; }

    public DateTimeOffset? DestroyAt { get; init; }
}
