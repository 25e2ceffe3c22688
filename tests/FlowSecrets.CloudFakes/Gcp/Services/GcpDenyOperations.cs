using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>IAM v2: deny policies. Their attachment point stands in the path with its slashes escaped.</summary>
internal sealed class GcpDenyOperations(GcpWorld world)
{
    private const string All = "v2/policies/{point}/denypolicies";
    private const string One = All + "/{id}";

    public IEnumerable<GcpRoute> Routes() =>
        [
            Route("List", "GET", All, "list", List),
            Route("Create", "POST", All, "create", Create) with
            {
                Writes = true,
            },
            Route("Get", "GET", One, "get", call => new GcpResult((JsonObject)Find(call).Policy.DeepClone())),
            Route("Update", "PUT", One, "update", Update) with
            {
                Writes = true,
            },
            Route("Delete", "DELETE", One, "delete", Delete) with
            {
                Writes = true,
            },
        ];

    private GcpRoute Route(string name, string method, string path, string verb, Func<GcpCall, GcpResult> run) =>
        new("DenyPolicies." + name, GcpService.Iam, method, path, "iam.denypolicies." + verb, run) { Target = Attachment };

    private string Attachment(GcpCall call) => world.Names.Canonical(call.Ids["point"]);

    /// <summary>A list tells of policies without their rules.</summary>
    private GcpResult List(GcpCall call)
    {
        JsonObject[] found = [.. world.Denies.On(Attachment(call)).Select(static p => (JsonObject)p.Policy.DeepClone())];
        Array.ForEach(found, static p => p.Remove("rules"));
        return new GcpResult(found.Length == 0 ? [] : new JsonObject { ["policies"] = new JsonArray([.. found]) });
    }

    private GcpResult Create(GcpCall call)
    {
        string id = call.Query("policyId", "policy_id") ?? throw GcpError.Required("policy_id");
        return world.Denies.Find(Attachment(call), id) is not null
            ? throw new GcpError(409, "ALREADY_EXISTS", "Requested entity already exists")
            : Done(world.Denies.Save(Attachment(call), id, call.Body(), world.Store.Now));
    }

    private GcpResult Update(GcpCall call)
    {
        CheckEtag(Find(call), call.Body().Text("etag"));
        return Done(world.Denies.Save(Attachment(call), call.Ids["id"], call.Body(), world.Store.Now));
    }

    private GcpResult Delete(GcpCall call)
    {
        GcpDenyPolicy policy = Find(call);
        CheckEtag(policy, call.Query("etag"));
        world.Denies.Remove(policy);
        return Done(policy);
    }

    private GcpDenyPolicy Find(GcpCall call) =>
        world.Denies.Find(Attachment(call), call.Ids["id"]) ?? throw new GcpError(404, "NOT_FOUND", "Requested entity was not found.");

    private static void CheckEtag(GcpDenyPolicy policy, string? sent)
    {
        if (!string.IsNullOrEmpty(sent) && sent != policy.Policy.Text("etag"))
        {
            throw new GcpError(
                409,
                "ABORTED",
                "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff."
            );
        }
    }

    /// <summary>A long-running operation, finished at once.</summary>
    private static GcpResult Done(GcpDenyPolicy policy)
    {
        JsonObject response = (JsonObject)policy.Policy.DeepClone();
        response["@type"] = "type.googleapis.com/google.iam.v2.Policy";
        return new GcpResult(
            new JsonObject
            {
                ["name"] = $"{policy.Name}/operations/{Guid.NewGuid():n}",
                ["done"] = true,
                ["response"] = response,
            }
        );
    }
}
