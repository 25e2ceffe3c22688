namespace FlowSecrets.Errors;

/// <summary>What kind of failure it is; the names are PowerShell's own error categories.</summary>
internal enum FlowErrorCategory
{
    NotSpecified,
    AuthenticationError,
    InvalidArgument,
    InvalidData,
    InvalidOperation,
    LimitsExceeded,
    ObjectNotFound,
    OperationTimeout,
    PermissionDenied,
    ResourceBusy,
    ResourceExists,
    ResourceUnavailable,
    SecurityError,
    WriteError,
}
