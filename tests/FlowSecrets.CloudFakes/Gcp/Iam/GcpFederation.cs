using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Gcp.Iam;

internal sealed record GcpProvider(string Name, string Issuer, IReadOnlyDictionary<string, string> Mapping, string? Condition)
{
    /// <summary>The pool, from projects/ on.</summary>
    public string Pool => Name[..Name.LastIndexOf("/providers/", StringComparison.Ordinal)];
}

/// <summary>Workload identity pools: whose tokens from elsewhere are taken, and as whom.</summary>
internal sealed class GcpFederation(GcpWorld world)
{
    private readonly Dictionary<string, GcpProvider> _providers = new(StringComparer.Ordinal);

    public void Add(GcpProvider provider) => _providers[provider.Name] = provider;

    public GcpProvider? Find(string name) => _providers.GetValueOrDefault(world.Names.Canonical(name));

    /// <returns>The member; null: the provider's condition rejects the token.</returns>
    public string? Admit(GcpProvider provider, JsonObject claims)
    {
        string? Claim(string field) =>
            field.StartsWith("assertion.", StringComparison.Ordinal) ? claims[field["assertion.".Length..]]?.ToString() : null;
        string? Mapped(string field) => provider.Mapping.TryGetValue(field, out string? source) ? Claim(source) : null;
        if (
            provider.Condition is { Length: > 0 } condition
            && GcpCondition.Evaluate(condition, world.Store.Now, f => Claim(f) ?? Mapped(f)) != GcpTruth.Yes
        )
        {
            return null;
        }

        string member = $"principal://iam.googleapis.com/{provider.Pool}/subject/{Mapped("google.subject")}";
        foreach (string name in provider.Mapping.Keys.Where(static k => k.StartsWith("attribute.", StringComparison.Ordinal)))
        {
            if (Mapped(name) is { } value)
            {
                world.Members.SetAttribute(member, name["attribute.".Length..], value);
            }
        }

        return member;
    }
}
