using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>Cloud KMS: a key, its version, and the version's state.</summary>
internal sealed class GcpKeyOperations(GcpWorld world)
{
    private const string Key = "v1/projects/{project}/locations/{location}/keyRings/{ring}/cryptoKeys/{key}";
    private const string Version = Key + "/cryptoKeyVersions/{version}";
    private const string Part = "/cryptoKeyVersions/";

    public IEnumerable<GcpRoute> Routes() =>
        [
            new(
                "CryptoKeys.Get",
                GcpService.Kms,
                "GET",
                Key,
                "cloudkms.cryptoKeys.get",
                call => new GcpResult(
                    new JsonObject
                    {
                        ["name"] = call.Between(),
                        ["primary"] = Shown(call.Between(), "1"),
                        ["purpose"] = "ENCRYPT_DECRYPT",
                        ["createTime"] = "2024-01-01T00:00:00Z",
                    }
                )
            ),
            new(
                "CryptoKeyVersions.Get",
                GcpService.Kms,
                "GET",
                Version,
                "cloudkms.cryptoKeyVersions.get",
                call => new GcpResult(Shown(KeyOf(call), call.Ids["version"]))
            ),
            new("CryptoKeyVersions.Update", GcpService.Kms, "PATCH", Version, "cloudkms.cryptoKeyVersions.update", Update)
            {
                Writes = true,
            },
        ];

    private static string KeyOf(GcpCall call) => call.Between()[..call.Between().IndexOf(Part, StringComparison.Ordinal)];

    private GcpResult Update(GcpCall call)
    {
        string key = KeyOf(call);
        JsonObject shown = Shown(key, call.Ids["version"]);
        string state = call.Body().Text("state") is "ENABLED" or "DISABLED"
            ? call.Body().Text("state")!
            : throw GcpError.Field("crypto_key_version.state", "The state must be ENABLED or DISABLED.");
        if (shown.Text("state") is not ("ENABLED" or "DISABLED"))
        {
            throw GcpError.Precondition($"{call.Between()} cannot be {state}, current state is: {shown.Text("state")}.");
        }

        world.Keys.SetState(world.Names.Canonical(key), state);
        return new GcpResult(Shown(key, call.Ids["version"]));
    }

    private JsonObject Shown(string key, string version) =>
        new()
        {
            ["name"] = key + Part + version,
            ["state"] =
                (version == "1" ? world.Keys.StateOf(world.Names.Canonical(key)) : null)
                ?? throw new GcpError(404, "NOT_FOUND", $"CryptoKey {key} not found."),
            ["protectionLevel"] = "SOFTWARE",
            ["algorithm"] = "GOOGLE_SYMMETRIC_ENCRYPTION",
        };
}
