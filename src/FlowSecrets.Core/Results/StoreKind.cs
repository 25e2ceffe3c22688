namespace FlowSecrets;

/// <summary>The kinds of store.</summary>
public enum StoreKind
{
    Local,
    Gcp,
    Aws,
}
