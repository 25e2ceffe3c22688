using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>getIamPolicy, setIamPolicy and testIamPermissions of everything but secrets.</summary>
internal sealed class GcpPolicyOperations(GcpWorld world)
{
    public IEnumerable<GcpRoute> Routes()
    {
        const string Key = "v1/projects/{project}/locations/{location}/keyRings/{ring}/cryptoKeys/{key}";
        return
        [
            .. Three(GcpService.ResourceManager, "Projects", "resourcemanager.projects", "v3/projects/{project}"),
            .. Three(GcpService.ResourceManager, "Folders", "resourcemanager.folders", "v3/folders/{folder}"),
            .. Three(GcpService.ResourceManager, "Organizations", "resourcemanager.organizations", "v3/organizations/{organization}"),
            .. Three(GcpService.ResourceManager, "Projects", "resourcemanager.projects", "v1/projects/{project}"),
            .. Three(GcpService.ResourceManager, "Folders", "resourcemanager.folders", "v2/folders/{folder}"),
            .. Three(GcpService.ResourceManager, "Organizations", "resourcemanager.organizations", "v1/organizations/{organization}"),
            .. Three(GcpService.Iam, "ServiceAccounts", "iam.serviceAccounts", "v1/projects/{project}/serviceAccounts/{email}"),
            .. Three(GcpService.Kms, "CryptoKeys", "cloudkms.cryptoKeys", Key, "GET"),
            .. Three(GcpService.Run, "RunServices", "run.services", "v2/projects/{project}/locations/{location}/services/{service}", "GET"),
        ];
    }

    private IEnumerable<GcpRoute> Three(GcpService service, string name, string permissions, string path, string read = "POST") =>
        [
            new GcpRoute(name + ".GetIamPolicy", service, read, path + ":getIamPolicy", permissions + ".getIamPolicy", Get),
            new GcpRoute(name + ".SetIamPolicy", service, "POST", path + ":setIamPolicy", permissions + ".setIamPolicy", Set)
            {
                Writes = true,
            },
            new GcpRoute(name + ".TestIamPermissions", service, "POST", path + ":testIamPermissions", null, Test),
        ];

    private GcpResult Get(GcpCall call) => new(GcpPolicyText.Shown(world.Policies.Shown(NameOf(call)), GcpInput.Version(call)));

    private GcpResult Set(GcpCall call)
    {
        string name = NameOf(call);
        JsonObject changed = GcpPolicyText.Changed(world.Policies.Shown(name), call.Body());
        world.Policies.Save(name, changed);
        return new GcpResult((JsonObject)changed.DeepClone());
    }

    private GcpResult Test(GcpCall call)
    {
        JsonArray granted =
        [
            .. (call.Body().Array("permissions") ?? [])
                .Select(static p => (string?)p ?? "")
                .Where(p => world.Authority.Allows(call.Caller, p, call.Between()))
                .Select(static p => (JsonNode?)p),
        ];
        return new GcpResult(granted.Count == 0 ? [] : new JsonObject { ["permissions"] = granted });
    }

    private string NameOf(GcpCall call) => world.Names.Canonical(call.Between());
}
