using System.Text.Json.Serialization;

namespace FlowSecrets.Providers.Gcp.Connection;

internal sealed class GcpErrorReply
{
    public GcpError? Error { get; set; }
}

internal sealed class GcpError
{
    public int Code { get; set; }

    public string? Message { get; set; }

    public string? Status { get; set; }

    public List<GcpErrorDetail>? Details { get; set; }
}

/// <summary>google.rpc.ErrorInfo; other kinds of detail have none of these members.</summary>
internal sealed class GcpErrorDetail
{
    public string? Reason { get; set; }

    public Dictionary<string, string>? Metadata { get; set; }
}

/// <summary>A request without a body's content.</summary>
internal sealed class GcpNothing;

/// <summary>How an error reply is read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString
)]
[JsonSerializable(typeof(GcpErrorReply))]
internal sealed partial class GcpErrorJson : JsonSerializerContext;
