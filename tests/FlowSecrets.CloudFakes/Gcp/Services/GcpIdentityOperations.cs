using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>IAM v1: roles, service accounts, providers of workload identity.</summary>
internal sealed class GcpIdentityOperations(GcpWorld world)
{
    private const string OneProvider = "v1/projects/{project}/locations/{location}/workloadIdentityPools/{pool}/providers/{provider}";

    public IEnumerable<GcpRoute> Routes() =>
        [
            new("Roles.Get", GcpService.Iam, "GET", "v1/roles/{role}", null, Role),
            new("Roles.Get", GcpService.Iam, "GET", "v1/projects/{project}/roles/{role}", "iam.roles.get", Role),
            new("Roles.Get", GcpService.Iam, "GET", "v1/organizations/{organization}/roles/{role}", "iam.roles.get", Role)
            {
                Target = static call => "organizations/" + call.Ids["organization"],
            },
            new(
                "ServiceAccounts.Get",
                GcpService.Iam,
                "GET",
                "v1/projects/{project}/serviceAccounts/{email}",
                "iam.serviceAccounts.get",
                Account
            ),
            new(
                "Providers.Get",
                GcpService.Iam,
                "GET",
                OneProvider,
                "iam.googleapis.com/workloadIdentityPoolProviders.get",
                call => new GcpResult(Shown(Provider(call)))
            ),
            new("Providers.Update", GcpService.Iam, "PATCH", OneProvider, "iam.googleapis.com/workloadIdentityPoolProviders.update", Update)
            {
                Writes = true,
            },
            new(
                "Providers.GetOperation",
                GcpService.Iam,
                "GET",
                OneProvider + "/operations/{operation}",
                null,
                static call => new GcpResult(
                    new JsonObject
                    {
                        ["name"] = call.Between(),
                        ["done"] = true,
                        ["response"] = new JsonObject(),
                    }
                )
            ),
        ];

    private GcpResult Role(GcpCall call)
    {
        string name = call.Between();
        GcpRole role = world.Roles.Find(name) ?? throw new GcpError(404, "NOT_FOUND", $"The role named {name} was not found.");
        JsonObject shown = new()
        {
            ["name"] = name,
            ["title"] = role.Title,
            ["includedPermissions"] = new JsonArray([
                .. role.Permissions.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(static p => (JsonNode?)p),
            ]),
            ["stage"] = role.Stage,
            ["etag"] = "AA==",
        };
        if (role.IsDeleted)
        {
            shown["deleted"] = true;
        }

        return new GcpResult(shown);
    }

    private GcpResult Account(GcpCall call)
    {
        string[] parts = world.Names.Canonical(call.Between()).Split('/');
        string project = world.Projects.IdOf(parts[1]);
        return new GcpResult(
            new JsonObject
            {
                ["name"] = $"projects/{project}/serviceAccounts/{parts[3]}",
                ["projectId"] = project,
                ["uniqueId"] = world.Projects.NumberOf(parts[3]),
                ["email"] = parts[3],
                ["etag"] = "MDEwMjE5MjA=",
                ["oauth2ClientId"] = world.Projects.NumberOf(parts[3]),
            }
        );
    }

    private GcpProvider Provider(GcpCall call) =>
        world.Federation.Find(call.Between()) ?? throw new GcpError(404, "NOT_FOUND", "Requested entity was not found.");

    /// <summary>The condition and the mapping, as the mask says.</summary>
    private GcpResult Update(GcpCall call)
    {
        GcpProvider provider = Provider(call);
        JsonObject body = call.Body();
        string mask = call.Query("updateMask", "update_mask") ?? "";
        world.Federation.Add(
            provider with
            {
                Condition = Names("attributeCondition") ? body.Text("attributeCondition") : provider.Condition,
                Mapping = Names("attributeMapping")
                    ? (body.Object("attributeMapping") ?? []).ToDictionary(
                        static m => m.Key,
                        static m => m.Value?.ToString() ?? "",
                        StringComparer.Ordinal
                    )
                    : provider.Mapping,
            }
        );
        return new GcpResult(new JsonObject { ["name"] = $"{provider.Name}/operations/{Guid.NewGuid():n}" });

        bool Names(string field) =>
            mask.Contains(field, StringComparison.Ordinal) || mask.Contains(GcpInput.Snake(field), StringComparison.Ordinal);
    }

    private static JsonObject Shown(GcpProvider provider)
    {
        JsonObject shown = new()
        {
            ["name"] = provider.Name,
            ["state"] = "ACTIVE",
            ["attributeMapping"] = new JsonObject(provider.Mapping.Select(static m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))),
        };
        if (!string.IsNullOrEmpty(provider.Condition))
        {
            shown["attributeCondition"] = provider.Condition;
        }

        shown["oidc"] = new JsonObject { ["issuerUri"] = provider.Issuer };
        return shown;
    }
}
