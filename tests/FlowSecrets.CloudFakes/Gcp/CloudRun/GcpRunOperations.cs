using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;
using FlowSecrets.CloudFakes.Gcp.Services;

namespace FlowSecrets.CloudFakes.Gcp.CloudRun;

/// <summary>Cloud Run Admin v2: services, their revisions, and the operations that deploy.</summary>
internal sealed class GcpRunOperations(GcpWorld world)
{
    private const string Place = "v2/projects/{project}/locations/{location}";
    private const string One = Place + "/services/{service}";

    private GcpRunServices Services => world.Run;

    public IEnumerable<GcpRoute> Routes() =>
        [
            new(
                "RunServices.Get",
                GcpService.Run,
                "GET",
                One,
                "run.services.get",
                call => new GcpResult(Services.Require(call.Between()).Shown(isLook: true))
            ),
            new("RunServices.Update", GcpService.Run, "PATCH", One, "run.services.update", Update) { Writes = true },
            new("RunRevisions.List", GcpService.Run, "GET", One + "/revisions", "run.revisions.list", List),
            new("RunRevisions.Get", GcpService.Run, "GET", One + "/revisions/{revision}", "run.revisions.get", Revision),
            new("RunOperations.Get", GcpService.Run, "GET", Place + "/operations/{operation}", "run.operations.get", Operation),
            new("RunOperations.Wait", GcpService.Run, "POST", Place + "/operations/{operation}:wait", "run.operations.get", Operation),
        ];

    private GcpResult Update(GcpCall call)
    {
        JsonObject body = call.Body();
        GcpRunService service = Services.Require(call.Between());
        if (call.Query("updateMask", "update_mask") is not null)
        {
            throw GcpError.Field("update_mask", "This fake replaces whole services only.");
        }

        if (Services.Conflicts > 0)
        {
            Services.Conflicts--;
            JsonObject others = service.Shown(isLook: false);
            others["clientVersion"] = Guid.NewGuid().ToString();
            service.Update(others);
        }

        if (body.Text("etag") is { Length: > 0 } etag && etag != service.Etag)
        {
            throw new GcpError(
                409,
                "ABORTED",
                $"Conflict for resource '{call.Ids["service"]}': etag '{etag}' was specified but current etag is '{service.Etag}'."
            );
        }

        string account = body.Object("template")?.Text("serviceAccount") is { Length: > 0 } given ? given : service.ServiceAccount;
        if (!world.Authority.Allows(call.Caller, "iam.serviceAccounts.actAs", "projects/-/serviceAccounts/" + account))
        {
            throw new GcpError(
                403,
                "PERMISSION_DENIED",
                $"Permission 'iam.serviceaccounts.actAs' denied on service account {account} (or it may not exist)."
            );
        }

        foreach (string key in (body.Object("template")?.Object("annotations") ?? []).Select(static a => a.Key).Where(IsReserved))
        {
            throw GcpError.Field("template.annotations", $"Annotation '{key}' is not supported in v2.");
        }

        service.Update(body);
        return new GcpResult(service.Begin());
    }

    private GcpResult List(GcpCall call) =>
        new(
            new JsonObject
            {
                ["revisions"] = new JsonArray([
                    .. Services.Require(call.Between()[..call.Between().LastIndexOf('/')]).Revisions.Select(static r => r.Shown()),
                ]),
            }
        );

    private GcpResult Revision(GcpCall call)
    {
        string name = call.Between();
        GcpRunService service = Services.Require(name[..name.IndexOf("/revisions/", StringComparison.Ordinal)]);
        return new GcpResult(
            service.Revisions.FirstOrDefault(r => r.Id == call.Ids["revision"])?.Shown() ?? throw GcpRunServices.NotFound(name, "REVISION")
        );
    }

    private GcpResult Operation(GcpCall call)
    {
        string name = call.Between();
        return new GcpResult(
            Services.OfOperation(world.Names.Canonical(name))?.Operation(name) ?? throw GcpRunServices.NotFound(name, "OPERATION")
        );
    }

    private static bool IsReserved(string annotation) =>
        annotation.Split('/') is [{ } space, _]
        && space is "run.googleapis.com" or "cloud.googleapis.com" or "serving.knative.dev" or "autoscaling.knative.dev";
}
