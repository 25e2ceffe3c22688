using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Hosting;

namespace FlowSecrets.CloudFakes.Aws.Services;

/// <summary>LookupEvents.</summary>
internal sealed class AwsTrailOperations(AwsTrail trail)
{
    private const int MostResults = 50;

    public AwsService Service(Lock @lock) => new AwsService(@lock).Read("LookupEvents", Lookup);

    private Reply Lookup(AwsVisit visit)
    {
        visit.Demand("*");
        JsonObject body = visit.Call.Body();
        IReadOnlyList<JsonObject> attributes = body.Objects("LookupAttributes");
        if (attributes.Count > 1)
        {
            throw new AwsError("InvalidLookupAttributesException", "You can only supply one lookup attribute.");
        }

        (DateTimeOffset start, DateTimeOffset end) = (
            Time(body, "StartTime") ?? DateTimeOffset.MinValue,
            Time(body, "EndTime") ?? DateTimeOffset.MaxValue
        );
        AwsTrailEvent[] found =
        [
            .. trail
                .Of(visit.Caller.Account, visit.Region)
                .Where(e =>
                    e.Time >= start
                    && e.Time <= end
                    && attributes.All(a => e.Has(a.RequiredText("AttributeKey"), a.RequiredText("AttributeValue")))
                ),
        ];
        (IReadOnlyList<AwsTrailEvent> page, string? next) = AwsPaging.Page(
            found,
            body.Number("MaxResults", 1, MostResults) ?? MostResults,
            body.Text("NextToken")
        );
        return visit.Json(AwsOutput.Of(("Events", new JsonArray([.. page.Select(static e => e.Shown())])), ("NextToken", next)));
    }

    private static DateTimeOffset? Time(JsonObject body, string member) =>
        body[member] is JsonValue value && value.TryGetValue(out decimal seconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : null;
}
