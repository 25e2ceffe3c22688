namespace FlowSecrets.CloudFakes;

/// <summary>
/// One request. Secret: the name within its project or region, null where there is none or more than one. Status 0: no reply was sent, or
/// not yet. Applied: a change took effect.
/// </summary>
public sealed record RecordedCall(
    string Operation,
    string? Secret,
    int Status,
    bool Applied,
    DateTimeOffset At,
    IReadOnlyDictionary<string, string> Headers
);
