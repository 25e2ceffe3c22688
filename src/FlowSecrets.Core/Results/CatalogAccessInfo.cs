namespace FlowSecrets;

/// <summary>Who may read what.</summary>
/// <param name="Secrets">Keys, with wildcards.</param>
public sealed record CatalogAccessInfo(string Principal, string Role, string[] Secrets)
{
    public override string ToString() => $"{Principal} {Role}";
}
