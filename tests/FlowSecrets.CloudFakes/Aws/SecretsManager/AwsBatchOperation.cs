using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Services;

namespace FlowSecrets.CloudFakes.Aws.SecretsManager;

/// <summary>BatchGetSecretValue: what fails for one secret stands in Errors, and the status is 200.</summary>
internal static class AwsBatchOperation
{
    private const string GetSecretValue = "GetSecretValue";
    private const int MostIds = 20;

    public static AwsResult Get(AwsRegion region, JsonObject body, AwsGate gate)
    {
        IReadOnlyList<string>? ids = body.Texts("SecretIdList", MostIds);
        IReadOnlyList<JsonObject> filters = body.Objects("Filters");
        if (ids is null == (filters.Count == 0))
        {
            throw AwsError.Parameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
        }

        int? most = body.Number("MaxResults", 1, MostIds);
        if (most is not null && ids is not null)
        {
            throw AwsError.Parameter("'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.");
        }

        string? next = null;
        if (ids is null)
        {
            if (gate("ListSecrets", null, "*") is { } denied)
            {
                throw denied;
            }

            (IReadOnlyList<AwsSecret> found, next) = AwsPaging.Page(
                [.. AwsFilters.Apply(region.Secrets.Where(static s => s.DeletionDate is null), filters).OrderBy(static s => s.Created)],
                most ?? MostIds,
                body.Text("NextToken")
            );
            ids = [.. found.Select(static s => s.Arn)];
        }

        return Read(region, ids, next, gate);
    }

    private static AwsResult Read(AwsRegion region, IReadOnlyList<string> ids, string? next, AwsGate gate)
    {
        JsonArray values = [];
        JsonArray errors = [];
        foreach (string id in ids)
        {
            try
            {
                if (gate(GetSecretValue, region.Of(id).Find(id)?.Name ?? AwsArn.NameIn(id), id) is { } denied)
                {
                    throw denied;
                }

                values.Add(AwsValueOperations.Read(region.Of(id), id));
            }
            catch (AwsError error)
            {
                errors.Add(
                    new JsonObject
                    {
                        ["SecretId"] = id,
                        ["ErrorCode"] = error.Type,
                        ["Message"] = error.Message,
                    }
                );
            }
        }

        return new AwsResult(AwsOutput.Of(("SecretValues", values), ("NextToken", next), ("Errors", errors)));
    }
}
