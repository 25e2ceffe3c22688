using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.SecretManager;
using FlowSecrets.CloudFakes.Gcp.Services;

namespace FlowSecrets.CloudFakes.Gcp;

/// <summary>A refusal in Google's words.</summary>
internal sealed class GcpError(int code, string status, string message, params JsonObject[] details) : Exception(message)
{
    private const string Service = "secretmanager.googleapis.com";

    public int Code => code;

    public string Status => status;

    public IReadOnlyList<JsonObject> Details => details;

    public static GcpError SecretNotFound(string name) => new(404, "NOT_FOUND", $"Secret [{name}] not found.");

    public static GcpError NoVersions(string name) => new(404, "NOT_FOUND", $"Secret [{name}] not found or has no versions.");

    public static GcpError VersionNotFound(string name) => new(404, "NOT_FOUND", $"Secret Version [{name}] not found.");

    public static GcpError Exists(string name) => new(409, "ALREADY_EXISTS", $"Secret [{name}] already exists.");

    public static GcpError Precondition(string message) => new(400, "FAILED_PRECONDITION", message);

    public static GcpError State(string name, string state) => Precondition($"Secret Version [{name}] is in {state} state.");

    public static GcpError EtagMismatch(string kind, string name) =>
        Precondition($"The etag provided in the request does not match the current etag of {kind} [{name}].");

    /// <summary>A format that a name does not have.</summary>
    public static GcpError Format(string message) => new(400, "INVALID_ARGUMENT", message);

    public static GcpError Field(string field, string message) =>
        new(
            400,
            "INVALID_ARGUMENT",
            message,
            new JsonObject
            {
                ["@type"] = "type.googleapis.com/google.rpc.BadRequest",
                ["fieldViolations"] = new JsonArray(new JsonObject { ["field"] = field, ["description"] = message }),
            }
        );

    public static GcpError Required(string field) => Field(field, $"Field [{field}] is required.");

    public static GcpError Unreadable() => Format("Invalid JSON payload received. Parsing terminated before end of input.");

    public static GcpError NoSuchPath(string path) => new(404, "NOT_FOUND", $"The requested URL {path} was not found on this server.");

    public static GcpError Denied(string permission, string resource, string? message) =>
        new(
            403,
            "PERMISSION_DENIED",
            message ?? $"Permission '{permission}' denied for resource '{resource}' (or it may not exist).",
            Info("IAM_PERMISSION_DENIED", "iam.googleapis.com", ("resource", resource), ("permission", permission))
        );

    /// <summary>Each service words its refusals a little differently.</summary>
    public static GcpError Denied(GcpService service, string permission, string resource, string? message)
    {
        string words =
            service == GcpService.Iam || service == GcpService.Credentials
                ? $"Permission '{permission}' denied on resource (or it may not exist)."
            : service == GcpService.Run ? $"Permission '{permission}' denied on resource '{resource}' (or resource may not exist)."
            : service == GcpService.ResourceManager
                ? $"Permission '{permission}' denied on resource '//cloudresourcemanager.googleapis.com/{resource}' (or it may not exist)."
            : $"Permission '{permission}' denied on resource '{resource}' (or it may not exist).";
        return new GcpError(
            403,
            "PERMISSION_DENIED",
            message ?? words,
            Info("IAM_PERMISSION_DENIED", service.Name, ("resource", resource), ("permission", permission))
        );
    }

    public static GcpError Disabled(string number, GcpService service)
    {
        string address = $"https://console.developers.google.com/apis/api/{service.Name}/overview?project={number}";
        return new GcpError(
            403,
            "PERMISSION_DENIED",
            $"{service.Title} has not been used in project {number} before or it is disabled. Enable it by visiting {address} then "
                + $"retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.",
            Info(
                "SERVICE_DISABLED",
                "googleapis.com",
                ("service", service.Name),
                ("consumer", $"projects/{number}"),
                ("activationUrl", address),
                ("serviceTitle", service.Title),
                ("containerInfo", number)
            ),
            new JsonObject
            {
                ["@type"] = "type.googleapis.com/google.rpc.LocalizedMessage",
                ["locale"] = "en-US",
                ["message"] = $"{service.Title} is disabled.",
            },
            Help("Google developers console API activation", address)
        );
    }

    public static GcpError UnknownProject(string project) =>
        new(
            403,
            "PERMISSION_DENIED",
            $"Permission denied on resource project {project}.",
            Info(
                "CONSUMER_INVALID",
                "googleapis.com",
                ("service", Service),
                ("consumer", $"projects/{project}"),
                ("containerInfo", project)
            ),
            Help("Google developers console", "https://console.developers.google.com")
        );

    public static GcpError Unauthenticated(bool hasToken)
    {
        const string Rest =
            "Expected OAuth 2 access token, login cookie or other valid authentication credential. See "
            + "https://developers.google.com/identity/sign-in/web/devconsole-project.";
        return hasToken
            ? new GcpError(
                401,
                "UNAUTHENTICATED",
                "Request had invalid authentication credentials. " + Rest,
                Info("ACCESS_TOKEN_TYPE_UNSUPPORTED", "googleapis.com", ("service", Service))
            )
            : new GcpError(
                401,
                "UNAUTHENTICATED",
                "Request is missing required authentication credential. " + Rest,
                Info("CREDENTIALS_MISSING", "googleapis.com", ("service", Service))
            );
    }

    public static GcpError Exhausted(string number, GcpQuotaKind kind)
    {
        string limit = $"{kind.Title} per minute";
        return new GcpError(
            429,
            "RESOURCE_EXHAUSTED",
            $"Quota exceeded for quota metric '{kind.Title}' and limit '{limit}' of service '{Service}' for consumer "
                + $"'project_number:{number}'.",
            Info(
                "RATE_LIMIT_EXCEEDED",
                "googleapis.com",
                ("service", Service),
                ("consumer", $"projects/{number}"),
                ("quota_metric", $"{Service}/{kind.Metric}"),
                ("quota_limit", kind.Limit),
                ("quota_limit_value", kind.PerMinute.ToString()),
                ("quota_location", "global")
            )
        );
    }

    private static JsonObject Info(string reason, string domain, params (string Key, string Value)[] metadata) =>
        new()
        {
            ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo",
            ["reason"] = reason,
            ["domain"] = domain,
            ["metadata"] = new JsonObject(metadata.Select(static m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))),
        };

    private static JsonObject Help(string description, string address) =>
        new()
        {
            ["@type"] = "type.googleapis.com/google.rpc.Help",
            ["links"] = new JsonArray(new JsonObject { ["description"] = description, ["url"] = address }),
        };
}
