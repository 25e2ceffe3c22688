using System.Text.Json.Nodes;

namespace FlowSecrets.CloudFakes.Gcp.CloudRun;

/// <summary>What a template was when it was deployed.</summary>
internal sealed class GcpRunRevision(string service, string id, JsonObject template, DateTimeOffset created)
{
    public string Id => id;

    public string Name => $"{service}/revisions/{id}";

    public JsonObject Template => template;

    /// <summary>Null: it is not decided yet.</summary>
    public bool? IsReady { get; set; }

    /// <summary>Why it is not ready.</summary>
    public string? Message { get; set; }

    public JsonObject Shown()
    {
        JsonObject json = (JsonObject)template.DeepClone();
        json.Remove("revision");
        json["name"] = Name;
        json["createTime"] = GcpJson.Time(created);
        json["service"] = service;
        json["generation"] = "1";
        json["observedGeneration"] = "1";
        if (IsReady is null)
        {
            json["reconciling"] = true;
        }

        json["conditions"] = new JsonArray(GcpRunCondition.Of(IsReady, Message));
        json["etag"] = $"\"{id}\"";
        return json;
    }
}

internal static class GcpRunCondition
{
    /// <param name="isReady">Null: not decided yet.</param>
    public static JsonObject Of(bool? isReady, string? message)
    {
        JsonObject json = new()
        {
            ["type"] = "Ready",
            ["state"] = isReady switch
            {
                true => "CONDITION_SUCCEEDED",
                false => "CONDITION_FAILED",
                _ => "CONDITION_RECONCILING",
            },
        };
        if (message is not null)
        {
            json["message"] = message;
        }

        if (isReady == false)
        {
            json["severity"] = "ERROR";
            json["reason"] = "REVISION_FAILED";
        }

        return json;
    }
}
