namespace FlowSecrets.CloudFakes.Aws;

/// <summary>A refusal in AWS's words.</summary>
internal sealed class AwsError(string type, string message, int status = 400) : Exception(message)
{
    public const string Throttling = "ThrottlingException";

    public string Type => type;

    public int Status => status;

    public static AwsError NotFound() => new("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");

    public static AwsError NoValue(string what) => new("ResourceNotFoundException", $"Secrets Manager can't find the specified secret value for {what}");

    public static AwsError NotFoundVersion(string id) => NoValue($"VersionId: {id}");

    public static AwsError MarkedForDeletion() => new("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.");

    public static AwsError Request(string message) => new("InvalidRequestException", message);

    public static AwsError Parameter(string message) => new("InvalidParameterException", message);

    public static AwsError Exists(string message) => new("ResourceExistsException", message);

    public static AwsError Limit(string message) => new("LimitExceededException", message);

    public static AwsError Invalid(string message) => new("ValidationException", message);

    /// <summary>A member that breaks its constraint. Values that may be secret are not shown.</summary>
    public static AwsError Constraint(string member, string? value, string constraint) =>
        Invalid($"1 validation error detected: Value {(value is null ? "" : $"'{value}' ")}at '{member}' failed to satisfy constraint: {constraint}");

    public static AwsError Throttled() => new(Throttling, "Rate exceeded");

    public static AwsError Internal() => new("InternalServiceError", "An error occurred on the server side.", 500);

    public static AwsError UnknownOperation() => new("UnknownOperationException", "");

    public static AwsError Unreadable() => new("SerializationException", "Unable to parse the request body.");

    public static AwsError Denied(string caller, string operation, string resource, string? message) => new(
        "AccessDeniedException",
        message ?? $"User: {caller} is not authorized to perform: secretsmanager:{operation} on resource: {resource} because no identity-based policy allows the secretsmanager:{operation} action");
}
