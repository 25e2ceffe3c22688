using System.Text.Json.Nodes;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Gcp.CloudRun;

/// <summary>
/// Values that stand in a service as plain text. People keep secrets there too, so what Cloud Run says is shown without them.
/// </summary>
internal static class RunPlainValues
{
    /// <summary>Shorter ones ("1", "yes") are words of any message.</summary>
    private const int Shortest = 4;

    public static string Hide(JsonObject? service, string said)
    {
        IEnumerable<string> values = service
            .Objects("template", "containers")
            .SelectMany(static c => c.Objects("env"))
            .Select(static e => e.Text("value"))
            .OfType<string>();
        return values
            .Where(static v => v.Length >= Shortest)
            .OrderByDescending(static v => v.Length)
            .Aggregate(said, static (text, v) => text.Replace(v, "••••", StringComparison.Ordinal));
    }
}
