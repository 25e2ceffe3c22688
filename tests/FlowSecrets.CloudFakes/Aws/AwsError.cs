namespace FlowSecrets.CloudFakes.Aws;

/// <summary>A refusal in AWS's words.</summary>
internal sealed class AwsError(string type, string message, int status = 400) : Exception(message)
{
    public const string Throttling = "ThrottlingException";

    public string Type => type;

    public int Status => status;

    public static AwsError NotFound() => new("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");

    public static AwsError NoValue(string what) =>
        new("ResourceNotFoundException", $"Secrets Manager can't find the specified secret value for {what}");

    public static AwsError NotFoundVersion(string id) => NoValue($"VersionId: {id}");

    public static AwsError MarkedForDeletion() =>
        new("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.");

    public static AwsError Request(string message) => new("InvalidRequestException", message);

    public static AwsError Parameter(string message) => new("InvalidParameterException", message);

    public static AwsError Exists(string message) => new("ResourceExistsException", message);

    public static AwsError Limit(string message) => new("LimitExceededException", message);

    public static AwsError Invalid(string message) => new("ValidationException", message);

    /// <summary>A member that breaks its constraint. Values that may be secret are not shown.</summary>
    public static AwsError Constraint(string member, string? value, string constraint) =>
        Invalid(
            $"1 validation error detected: Value {(value is null ? "" : $"'{value}' ")}at '{member}' failed to satisfy constraint: "
                + $"{constraint}"
        );

    public static AwsError Throttled() => new(Throttling, "Rate exceeded");

    public static AwsError Internal() => new("InternalServiceError", "An error occurred on the server side.", 500);

    public static AwsError UnknownOperation() => new("UnknownOperationException", "");

    public static AwsError Unreadable() => new("SerializationException", "Unable to parse the request body.");

    /// <param name="call">Its protocol says how a denial is called.</param>
    /// <param name="caller">Who is denied.</param>
    /// <param name="action">With the service's prefix.</param>
    /// <param name="resource">As the service names it.</param>
    /// <param name="reason">The sentence's end; null: it has none.</param>
    public static AwsError Denied(AwsCall call, string caller, string action, string resource, string? reason) =>
        Denied(
            call,
            $"User: {caller} is not authorized to perform: {action} on resource: {resource}{(reason is null ? "" : " " + reason)}"
        );

    public static AwsError Denied(AwsCall call, string message) =>
        call.IsXml ? new("AccessDenied", message, 403) : new("AccessDeniedException", message);
}
