namespace FlowSecrets.Model;

/// <summary>What runs and consumes secrets.</summary>
internal sealed record CatalogWorkload(string Name, string Kind, IReadOnlyDictionary<string, string> Settings);
