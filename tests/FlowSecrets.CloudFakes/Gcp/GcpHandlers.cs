using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;
using FlowSecrets.CloudFakes.Gcp.SecretManager;

namespace FlowSecrets.CloudFakes.Gcp;

internal sealed record GcpResult(JsonObject Body, bool Changed = true)
{
    /// <summary>Other than 200 where a refusal does not have Google's usual form.</summary>
    public int Status { get; init; } = 200;
}

/// <summary>One operation, run under the store's lock. Writes: it may change something.</summary>
internal sealed record GcpHandler(bool Writes, Func<GcpCall, GcpResult> Run);

/// <summary>The operations by their names.</summary>
internal sealed class GcpHandlers
{
    private readonly Dictionary<string, GcpHandler> _handlers = new(StringComparer.Ordinal);

    public GcpHandlers(GcpWorld world, Func<string, string?, bool> isDenied)
    {
        GcpStore store = world.Store;
        GcpSecretOperations secrets = new(store);
        GcpVersionOperations versions = new(store, world.Keys);
        GcpIamOperations iam = new(world, isDenied);
        Read(GcpOperations.GetSecret, secrets.Get);
        Read(GcpOperations.ListSecrets, secrets.List);
        Write(GcpOperations.CreateSecret, secrets.Create);
        Write(GcpOperations.UpdateSecret, secrets.Update);
        Write(GcpOperations.DeleteSecret, secrets.Delete);
        Read(GcpOperations.GetSecretVersion, versions.Get);
        Read(GcpOperations.ListSecretVersions, versions.List);
        Read(GcpOperations.AccessSecretVersion, versions.Access);
        Write(GcpOperations.AddSecretVersion, versions.Add);
        Write(GcpOperations.EnableSecretVersion, versions.Enable);
        Write(GcpOperations.DisableSecretVersion, versions.Disable);
        Write(GcpOperations.DestroySecretVersion, versions.Destroy);
        Read(GcpOperations.GetIamPolicy, iam.Get);
        Write(GcpOperations.SetIamPolicy, iam.Set);
        Read(GcpOperations.TestIamPermissions, iam.Test);
        Read(GcpOperations.ListLocations, call => GcpLocations.List(store, call));
        Read(GcpOperations.GetLocation, GcpLocations.Get);
    }

    public GcpHandler? Find(string operation) => _handlers.GetValueOrDefault(operation);

    private void Read(string operation, Func<GcpCall, GcpResult> run) => _handlers.Add(operation, new GcpHandler(false, run));

    private void Write(string operation, Func<GcpCall, GcpResult> run) => _handlers.Add(operation, new GcpHandler(true, run));
}
