namespace FlowSecrets.CloudFakes.Gcp;

public sealed record GcpFakeOptions
{
    /// <summary>0: a free one.</summary>
    public int Port { get; init; }

    /// <summary>Its number is 123456789; other projects have numbers of their own.</summary>
    public string Project { get; init; } = "flow-test";

    /// <summary>Null: any project exists.</summary>
    public IReadOnlyList<string>? KnownProjects { get; init; }

    /// <summary>How long `latest`, aliases, lists and states lag behind a write. A new version is at once there by its number.</summary>
    public TimeSpan Convergence { get; init; }

    /// <summary>Whether the documented request rates are held.</summary>
    public bool Quotas { get; init; }

    /// <summary>Null: any bearer token or none will do.</summary>
    public string? RequiredToken { get; init; }

    public bool ApiEnabled { get; init; } = true;

    /// <summary>Other APIs that the projects do not have at first: policytroubleshooter, cloudresourcemanager, …</summary>
    public IReadOnlyList<string> DisabledApis { get; init; } = [];

    /// <summary>Where regional secrets may lie.</summary>
    public IReadOnlyList<string> Locations { get; init; } =
    ["europe-west1", "europe-west3", "europe-west4", "us-central1", "us-east1", "asia-east1"];
}
