using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FlowSecrets.Providers.Gcp.Connection;

namespace FlowSecrets.Providers.Gcp.Iam;

// The messages of Google's other services; what is not used here is left out.

internal sealed class GcpPolicyRequest
{
    public GcpPolicyOptions Options { get; set; } = new();
}

internal sealed class GcpPolicyOptions
{
    /// <summary>With 3, conditions are told as they are.</summary>
    public int RequestedPolicyVersion { get; set; } = 3;
}

/// <summary>A project or a folder (Cloud Resource Manager v3).</summary>
internal sealed class GcpResource
{
    /// <summary>projects/NUMBER, folders/NUMBER.</summary>
    public string? Name { get; set; }

    /// <summary>folders/NUMBER or organizations/NUMBER; null: it stands alone.</summary>
    public string? Parent { get; set; }
}

/// <summary>Deny policies of one resource (IAM v2).</summary>
internal sealed class GcpDenyPage
{
    public List<GcpDenyPolicy>? Policies { get; set; }

    public string? NextPageToken { get; set; }
}

internal sealed class GcpDenyPolicy
{
    public string? Name { get; set; }

    public List<GcpDenyEntry>? Rules { get; set; }
}

internal sealed class GcpDenyEntry
{
    public GcpDenyRule? DenyRule { get; set; }
}

internal sealed class GcpDenyRule
{
    public List<string>? DeniedPrincipals { get; set; }

    public List<string>? ExceptionPrincipals { get; set; }

    public List<string>? DeniedPermissions { get; set; }

    public List<string>? ExceptionPermissions { get; set; }

    public GcpExpression? DenialCondition { get; set; }

    /// <summary>What is not known of it, and may change whom it forbids what.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Strange { get; set; }
}

internal sealed class GcpExpression
{
    public string? Title { get; set; }

    public string? Expression { get; set; }
}

/// <summary>A role (IAM v1).</summary>
internal sealed class GcpRole
{
    public string? Name { get; set; }

    public List<string>? IncludedPermissions { get; set; }

    /// <summary>ALPHA, BETA, GA, DEPRECATED, EAP; one that is DISABLED grants nothing.</summary>
    public string? Stage { get; set; }

    /// <summary>Deleted roles can be undeleted for a week; until then they grant nothing.</summary>
    public bool? Deleted { get; set; }
}

/// <summary>Policy Troubleshooter v3.</summary>
internal sealed class GcpTroubleshootRequest
{
    public GcpAccessTuple AccessTuple { get; set; } = new();
}

internal sealed class GcpAccessTuple
{
    /// <summary>An e-mail address.</summary>
    public string? Principal { get; set; }

    public string? FullResourceName { get; set; }

    public string? Permission { get; set; }
}

internal sealed class GcpTroubleshootReply
{
    /// <summary>CAN_ACCESS, CANNOT_ACCESS, UNKNOWN_INFO, UNKNOWN_CONDITIONAL.</summary>
    public string? OverallAccessState { get; set; }

    public GcpAllowExplanation? AllowPolicyExplanation { get; set; }

    public GcpDenyExplanation? DenyPolicyExplanation { get; set; }
}

internal sealed class GcpAllowExplanation
{
    /// <summary>ALLOW_ACCESS_STATE_GRANTED, …_NOT_GRANTED, …_UNKNOWN_CONDITIONAL, …_UNKNOWN_INFO.</summary>
    public string? AllowAccessState { get; set; }
}

internal sealed class GcpDenyExplanation
{
    /// <summary>DENY_ACCESS_STATE_DENIED, …_NOT_DENIED, …_UNKNOWN_CONDITIONAL, …_UNKNOWN_INFO.</summary>
    public string? DenyAccessState { get; set; }

    public List<GcpDenyResource>? ExplainedResources { get; set; }
}

internal sealed class GcpDenyResource
{
    public string? DenyAccessState { get; set; }

    public List<GcpExplainedDenyPolicy>? ExplainedPolicies { get; set; }
}

internal sealed class GcpExplainedDenyPolicy
{
    public string? DenyAccessState { get; set; }

    public GcpDenyPolicy? Policy { get; set; }
}

/// <summary>Cloud Logging v2.</summary>
internal sealed class GcpEntriesRequest
{
    public List<string>? ResourceNames { get; set; }

    public string? Filter { get; set; }

    public string OrderBy { get; set; } = "timestamp desc";

    public int PageSize { get; set; } = 1;
}

internal sealed class GcpEntries
{
    public List<GcpEntry>? Entries { get; set; }
}

internal sealed class GcpEntry
{
    public DateTimeOffset? Timestamp { get; set; }
}

internal sealed class GcpTokenRequest
{
    public List<string> Scope { get; set; } = ["https://www.googleapis.com/auth/cloud-platform"];

    public string Lifetime { get; set; } = "300s";
}

/// <summary>A service account's token (IAM Credentials v1).</summary>
internal sealed class GcpToken
{
    public string? AccessToken { get; set; }
}

/// <summary>Whose token it is (OAuth 2.0).</summary>
internal sealed class GcpTokenOwner
{
    public string? Email { get; set; }
}

/// <summary>How these messages are read and written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString
)]
[JsonSerializable(typeof(GcpPolicyRequest))]
[JsonSerializable(typeof(GcpResource))]
[JsonSerializable(typeof(GcpDenyPage))]
[JsonSerializable(typeof(GcpDenyPolicy))]
[JsonSerializable(typeof(GcpRole))]
[JsonSerializable(typeof(GcpTroubleshootRequest))]
[JsonSerializable(typeof(GcpTroubleshootReply))]
[JsonSerializable(typeof(GcpEntriesRequest))]
[JsonSerializable(typeof(GcpEntries))]
[JsonSerializable(typeof(GcpTokenRequest))]
[JsonSerializable(typeof(GcpToken))]
[JsonSerializable(typeof(GcpTokenOwner))]
[JsonSerializable(typeof(GcpNothing))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class IamJson : JsonSerializerContext;
