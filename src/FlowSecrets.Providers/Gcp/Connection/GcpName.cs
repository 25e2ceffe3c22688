namespace FlowSecrets.Providers.Gcp.Connection;

internal static class GcpName
{
    /// <summary>The last part of a resource's name.</summary>
    public static string Last(string? name) => name is null ? "" : name[(name.LastIndexOf('/') + 1)..];
}
