using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>ListSecrets.</summary>
internal static class AwsListOperations
{
    private const int MostResults = 100;

    public static AwsResult List(AwsRegion region, JsonObject body)
    {
        bool planned = body.Flag("IncludePlannedDeletion");
        IEnumerable<AwsSecret> found = AwsFilters.Apply(
            region.Secrets.Where(s => planned || s.DeletionDate is null),
            body.Objects("Filters")
        );
        IOrderedEnumerable<AwsSecret> sorted = Sort(found, body.Text("SortBy"), body.Text("SortOrder"));
        (IReadOnlyList<AwsSecret> page, string? next) = AwsPaging.Page(
            [.. sorted],
            body.Number("MaxResults", 1, MostResults) ?? MostResults,
            body.Text("NextToken")
        );
        JsonArray list = [.. page.Select(static s => Entry(s))];
        return new AwsResult(AwsOutput.Of(("SecretList", list), ("NextToken", next)));
    }

    private static JsonObject Entry(AwsSecret secret)
    {
        JsonObject entry = AwsSecretOperations.Entry(secret);
        if (AwsLabels.Map(secret) is { Count: > 0 } map)
        {
            entry["SecretVersionsToStages"] = map;
        }

        if (secret.PrimaryRegion is not null)
        {
            entry["PrimaryRegion"] = secret.PrimaryRegion;
        }

        return entry;
    }

    private static IOrderedEnumerable<AwsSecret> Sort(IEnumerable<AwsSecret> secrets, string? by, string? order)
    {
        bool ascending = order switch
        {
            null or "desc" => false,
            "asc" => true,
            _ => throw AwsError.Constraint("sortOrder", order, "Member must satisfy enum value set: [asc, desc]"),
        };
        Func<AwsSecret, IComparable> key = by switch
        {
            null or "created-date" => static s => s.Created,
            "last-accessed-date" => static s => s.Accessed ?? DateTimeOffset.MinValue,
            "last-changed-date" => static s => s.Changed,
            "name" => static s => s.Name,
            _ => throw AwsError.Constraint(
                "sortBy",
                by,
                "Member must satisfy enum value set: [created-date, name, last-accessed-date, last-changed-date]"
            ),
        };
        return ascending ? secrets.OrderBy(key) : secrets.OrderByDescending(key);
    }
}
