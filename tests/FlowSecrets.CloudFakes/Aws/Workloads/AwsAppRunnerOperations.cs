using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws;

/// <summary>DescribeService and ListServices of App Runner.</summary>
internal sealed class AwsAppRunnerOperations(AwsWorkloads workloads)
{
    public AwsService Service(Lock @lock) => new AwsService(@lock).Read("DescribeService", Describe).Read("ListServices", List);

    private Reply Describe(AwsVisit visit)
    {
        string arn = visit.Call.Body().RequiredText("ServiceArn");
        visit.Demand(arn);
        AwsAppRunnerService service = workloads.AppRunner.FirstOrDefault(s => s.Arn == arn && s.Account == visit.Caller.Account)
            ?? throw new AwsError("ResourceNotFoundException", $"Service with the provided ARN does not exist: {arn}");
        return visit.Json(new JsonObject { ["Service"] = service.Shown() });
    }

    private Reply List(AwsVisit visit)
    {
        visit.Demand("*");
        return visit.Json(new JsonObject { ["ServiceSummaryList"] = new JsonArray([.. workloads.AppRunner.Where(s => s.Account == visit.Caller.Account).Select(static s => s.Summary())]) });
    }
}
