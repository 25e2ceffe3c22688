using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Access;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>IAM v1: roles, service accounts, providers of workload identity.</summary>
internal sealed class GcpIdentityOperations(GcpWorld world)
{
    public IEnumerable<GcpRoute> Routes() =>
    [
        new("Roles.Get", GcpService.Iam, "GET", "v1/roles/{role}", null, Role),
        new("Roles.Get", GcpService.Iam, "GET", "v1/projects/{project}/roles/{role}", "iam.roles.get", Role),
        new("Roles.Get", GcpService.Iam, "GET", "v1/organizations/{organization}/roles/{role}", "iam.roles.get", Role) { Target = static call => "organizations/" + call.Ids["organization"] },
        new("ServiceAccounts.Get", GcpService.Iam, "GET", "v1/projects/{project}/serviceAccounts/{email}", "iam.serviceAccounts.get", Account),
        new("Providers.Get", GcpService.Iam, "GET", "v1/projects/{project}/locations/{location}/workloadIdentityPools/{pool}/providers/{provider}", "iam.workloadIdentityPoolProviders.get", Provider),
    ];

    private GcpResult Role(GcpCall call)
    {
        string name = call.Between();
        GcpRole role = world.Roles.Find(name) ?? throw new GcpError(404, "NOT_FOUND", $"The role named {name} was not found.");
        return new GcpResult(new JsonObject
        {
            ["name"] = name,
            ["title"] = role.Title,
            ["includedPermissions"] = new JsonArray([.. role.Permissions.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(static p => (JsonNode?)p)]),
            ["stage"] = "GA",
            ["etag"] = "AA==",
        });
    }

    private GcpResult Account(GcpCall call)
    {
        string[] parts = world.Names.Canonical(call.Between()).Split('/');
        string project = world.Projects.IdOf(parts[1]);
        return new GcpResult(new JsonObject
        {
            ["name"] = $"projects/{project}/serviceAccounts/{parts[3]}",
            ["projectId"] = project,
            ["uniqueId"] = world.Projects.NumberOf(parts[3]),
            ["email"] = parts[3],
            ["etag"] = "MDEwMjE5MjA=",
            ["oauth2ClientId"] = world.Projects.NumberOf(parts[3]),
        });
    }

    private GcpResult Provider(GcpCall call)
    {
        GcpProvider provider = world.Federation.Find(call.Between()) ?? throw new GcpError(404, "NOT_FOUND", "Requested entity was not found.");
        JsonObject shown = new()
        {
            ["name"] = provider.Name,
            ["state"] = "ACTIVE",
            ["attributeMapping"] = new JsonObject(provider.Mapping.Select(static m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))),
        };
        if (provider.Condition is { } condition)
        {
            shown["attributeCondition"] = condition;
        }

        shown["oidc"] = new JsonObject { ["issuerUri"] = provider.Issuer };
        return new GcpResult(shown);
    }
}
