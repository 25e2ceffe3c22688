namespace FlowSecrets;

/// <summary>What a catalog is made from.</summary>
public enum CatalogOrigin
{
    Pulumi,
    Tfvars,
    Env,
    Store,
    Kubernetes,
}
