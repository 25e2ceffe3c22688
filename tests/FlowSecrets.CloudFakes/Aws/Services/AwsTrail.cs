using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Services;

/// <summary>CloudTrail's history: changes only. What is done to IAM stands in us-east-1.</summary>
internal sealed class AwsTrail(Lock @lock)
{
    private const string Global = "us-east-1";
    private readonly List<AwsTrailEvent> _events = [];

    public void Record(AwsVisit visit)
    {
        string region = visit.Call.Protocol == AwsProtocol.Iam ? Global : visit.Region;
        lock (@lock)
        {
            _events.Add(
                new AwsTrailEvent(
                    Guid.NewGuid().ToString(),
                    visit.Caller.Account,
                    region,
                    visit.Call.Name,
                    visit.Call.Protocol.Action + ".amazonaws.com",
                    visit.Now,
                    visit.Caller.Name,
                    visit.Caller.Arn,
                    visit.Touched
                )
            );
        }
    }

    /// <summary>Of one account and region, the latest first.</summary>
    public IEnumerable<AwsTrailEvent> Of(string account, string region) =>
        _events.Where(e => e.Account == account && e.Region == region).Reverse();
}

/// <summary>One change.</summary>
internal sealed record AwsTrailEvent(
    string Id,
    string Account,
    string Region,
    string Name,
    string Source,
    DateTimeOffset Time,
    string Username,
    string Caller,
    IReadOnlyList<(string Type, string Name)> Resources
)
{
    public JsonObject Shown() =>
        AwsOutput.Of(
            ("EventId", Id),
            ("EventName", Name),
            ("ReadOnly", "false"),
            ("EventTime", AwsOutput.Time(Time)),
            ("EventSource", Source),
            ("Username", Username),
            (
                "Resources",
                new JsonArray([.. Resources.Select(static r => new JsonObject { ["ResourceType"] = r.Type, ["ResourceName"] = r.Name })])
            ),
            (
                "CloudTrailEvent",
                new JsonObject
                {
                    ["eventVersion"] = "1.11",
                    ["userIdentity"] = new JsonObject { ["arn"] = Caller, ["accountId"] = Account },
                    ["eventTime"] = Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
                    ["eventSource"] = Source,
                    ["eventName"] = Name,
                    ["awsRegion"] = Region,
                    ["eventID"] = Id,
                }.ToJsonString()
            )
        );

    public bool Has(string key, string value) =>
        value
            == key switch
            {
                "EventName" => Name,
                "EventId" => Id,
                "EventSource" => Source,
                "Username" => Username,
                "ReadOnly" => "false",
                _ => null,
            }
        || (key == "ResourceName" && Resources.Any(r => r.Name == value))
        || (key == "ResourceType" && Resources.Any(r => r.Type == value));
}
