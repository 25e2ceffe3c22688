using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Services;
using FlowSecrets.CloudFakes.Aws.Workloads;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.AppRunner;

/// <summary>DescribeService, ListServices, ListOperations, StartDeployment and UpdateService of App Runner.</summary>
internal sealed class AwsAppRunnerOperations(AwsWorkloads workloads)
{
    private const int MostResults = 20;

    public AwsService Service(Lock @lock) =>
        new AwsService(@lock)
            .Read("DescribeService", Describe)
            .Read("ListServices", List)
            .Read("ListOperations", Operations)
            .Write("StartDeployment", Start)
            .Write("UpdateService", Update);

    private Reply Describe(AwsVisit visit)
    {
        AwsAppRunnerService service = Find(visit);
        service.Look();
        return visit.Json(new JsonObject { ["Service"] = service.Shown() });
    }

    private Reply List(AwsVisit visit)
    {
        visit.Demand("*");
        return visit.Json(
            new JsonObject
            {
                ["ServiceSummaryList"] = new JsonArray([
                    .. workloads.AppRunner.Where(s => s.Account == visit.Caller.Account).Select(static s => s.Summary()),
                ]),
            }
        );
    }

    private Reply Operations(AwsVisit visit)
    {
        AwsAppRunnerService service = Find(visit);
        service.Look();
        JsonObject body = visit.Call.Body();
        (IReadOnlyList<AwsAppRunnerOperation> page, string? next) = AwsPaging.Page(
            [.. service.Operations],
            body.Number("MaxResults", 1, MostResults) ?? MostResults,
            body.Text("NextToken")
        );
        return visit.Json(
            AwsOutput.Of(("OperationSummaryList", new JsonArray([.. page.Select(o => o.Shown(service.Arn))])), ("NextToken", next))
        );
    }

    private Reply Start(AwsVisit visit)
    {
        AwsAppRunnerService service = Find(visit);
        if (service.Status != "RUNNING")
        {
            // By its documents this operation has no InvalidStateException.
            throw new AwsError("InvalidRequestException", $"Service cannot be deployed in the current state: {service.Status}.");
        }

        visit.Touch("AWS::AppRunner::Service", service.Arn);
        return visit.Json(new JsonObject { ["OperationId"] = service.Start("START_DEPLOYMENT", visit.Now).Id });
    }

    private Reply Update(AwsVisit visit)
    {
        AwsAppRunnerService service = Find(visit);
        if (service.Status is not ("RUNNING" or "PAUSED"))
        {
            throw new AwsError("InvalidStateException", $"Service cannot be updated in the current state: {service.Status}.");
        }

        JsonObject? source = visit.Call.Body()["SourceConfiguration"] as JsonObject;
        JsonNode? configuration = source?["ImageRepository"]?["ImageConfiguration"];
        if (
            configuration?["RuntimeEnvironmentSecrets"] is JsonObject secrets
            && configuration["RuntimeEnvironmentVariables"] is JsonObject plain
            && secrets.Any(s => plain.ContainsKey(s.Key))
        )
        {
            throw new AwsError("InvalidRequestException", "Runtime environment secrets and variables must not share a name.");
        }

        visit.Touch("AWS::AppRunner::Service", service.Arn);
        AwsAppRunnerOperation operation = service.Start("UPDATE_SERVICE", visit.Now, (JsonObject?)source?.DeepClone());
        return visit.Json(new JsonObject { ["Service"] = service.Shown(), ["OperationId"] = operation.Id });
    }

    private AwsAppRunnerService Find(AwsVisit visit)
    {
        string arn = visit.Call.Body().RequiredText("ServiceArn");
        visit.Demand(arn);
        return workloads.AppRunner.FirstOrDefault(s => s.Arn == arn && s.Account == visit.Caller.Account)
            ?? throw new AwsError("ResourceNotFoundException", $"Service with the provided ARN does not exist: {arn}");
    }
}
