using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>The admin activity log, as far as it tells of changed policies of secrets.</summary>
internal sealed class GcpAuditLog
{
    private readonly List<JsonObject> _entries = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<JsonObject> Entries => _entries;

    public void PolicySet(string project, string resource, GcpCaller caller, JsonObject? before, JsonObject after, DateTimeOffset now)
    {
        const string Method = "google.cloud.secretmanager.v1.SecretManagerService.SetIamPolicy";
        _entries.Add(
            new JsonObject
            {
                ["protoPayload"] = new JsonObject
                {
                    ["@type"] = "type.googleapis.com/google.cloud.audit.AuditLog",
                    ["status"] = new JsonObject(),
                    ["authenticationInfo"] =
                        caller.Email.Length > 0
                            ? new JsonObject { ["principalEmail"] = caller.Email }
                            : new JsonObject { ["principalSubject"] = caller.Member },
                    ["requestMetadata"] = new JsonObject { ["callerIp"] = "127.0.0.1" },
                    ["serviceName"] = "secretmanager.googleapis.com",
                    ["methodName"] = Method,
                    ["authorizationInfo"] = new JsonArray(
                        new JsonObject
                        {
                            ["resource"] = resource,
                            ["permission"] = "secretmanager.secrets.setIamPolicy",
                            ["granted"] = true,
                        }
                    ),
                    ["resourceName"] = resource,
                    ["serviceData"] = new JsonObject
                    {
                        ["@type"] = "type.googleapis.com/google.iam.v1.logging.AuditData",
                        ["policyDelta"] = new JsonObject { ["bindingDeltas"] = new JsonArray([.. Deltas(before, after)]) },
                    },
                },
                ["insertId"] = Guid.NewGuid().ToString("n")[..12],
                ["resource"] = new JsonObject
                {
                    ["type"] = "audited_resource",
                    ["labels"] = new JsonObject
                    {
                        ["method"] = Method,
                        ["project_id"] = project,
                        ["service"] = "secretmanager.googleapis.com",
                    },
                },
                ["timestamp"] = GcpJson.Time(now),
                ["severity"] = "NOTICE",
                ["logName"] = $"projects/{project}/logs/cloudaudit.googleapis.com%2Factivity",
                ["receiveTimestamp"] = GcpJson.Time(now),
            }
        );
    }

    private static IEnumerable<JsonObject> Deltas(JsonObject? before, JsonObject after)
    {
        HashSet<(string Role, string Member, string? Condition)> old = [.. Grants(before)];
        HashSet<(string Role, string Member, string? Condition)> current = [.. Grants(after)];
        return [.. old.Except(current).Select(static g => Delta("REMOVE", g)), .. current.Except(old).Select(static g => Delta("ADD", g))];
    }

    private static IEnumerable<(string Role, string Member, string? Condition)> Grants(JsonObject? policy) =>
        GcpPolicies
            .Bindings(policy)
            .SelectMany(static b => GcpPolicies.MembersOf(b).Select(m => (b.Text("role") ?? "", m, b.Object("condition")?.ToJsonString())));

    private static JsonObject Delta(string action, (string Role, string Member, string? Condition) grant)
    {
        JsonObject delta = new()
        {
            ["action"] = action,
            ["role"] = grant.Role,
            ["member"] = grant.Member,
        };
        if (grant.Condition is { } condition)
        {
            delta["condition"] = JsonNode.Parse(condition);
        }

        return delta;
    }
}
