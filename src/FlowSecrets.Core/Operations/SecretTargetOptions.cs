using FlowSecrets.Text;

namespace FlowSecrets.Operations;

/// <summary>The common parameters of a command about secrets, with the secrets that it is about.</summary>
internal record SecretTargetOptions : TargetOptions
{
    /// <summary>Keys of the catalog's secrets; where the command takes wildcards, with wildcards.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The store's own names of secrets, literally.</summary>
    public IReadOnlyList<string> StoreNames { get; init; } = [];

    /// <summary>Whether the user meant one secret, which was found or whose error is told already.</summary>
    public bool IsOne(IReadOnlyList<SecretRef> found) =>
        found.Count == 1 || (found.Count == 0 && Names.Count == 1 && !Wildcard.HasWildcard(Names[0]));
}
