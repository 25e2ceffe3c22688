namespace FlowSecrets;

/// <summary>A store that is in use: which, where, as whom.</summary>
public sealed record StoreStatus : ItemResult
{
    /// <summary>Local, Gcp or Aws.</summary>
    public required string Store { get; init; }

    public string? Environment { get; init; }

    /// <summary>File of a Local store; project or account and region of a cloud.</summary>
    public required string Location { get; init; }

    /// <summary>Key file or passphrase; an account.</summary>
    public required string Identity { get; init; }

    public string? Catalog { get; init; }

    public StoreCapabilities? Capabilities { get; init; }

    public override string ToString() => $"{Store} store {Location}";
}
