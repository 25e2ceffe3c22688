namespace FlowSecrets.Operations;

/// <summary>The common parameters of a command about secrets, with the secrets that it is about.</summary>
internal record SecretTargetOptions : TargetOptions
{
    /// <summary>Keys of the catalog's secrets; where the command takes wildcards, with wildcards.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The store's own names of secrets, literally.</summary>
    public IReadOnlyList<string> StoreNames { get; init; } = [];
}
