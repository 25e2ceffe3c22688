using System.Globalization;
using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Providers.Gcp.Connection;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Gcp.CloudRun;

/// <summary>How far a service has come: what Cloud Run says of it beside what is wanted.</summary>
internal sealed class RunStatus(JsonObject service)
{
    private const string ByRevision = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";

    /// <summary>A new one for each change.</summary>
    public long Generation => Number(service, "generation");

    /// <summary>Which of them serves.</summary>
    public long Observed => Number(service, "observedGeneration");

    public bool IsReconciling => service.Flag("reconciling") || State is "CONDITION_PENDING" or "CONDITION_RECONCILING";

    public bool HasFailed => !IsReconciling && State == "CONDITION_FAILED";

    /// <summary>The newest revision that became ready; null: none did.</summary>
    public string? Ready => Short(service.Text("latestReadyRevision"));

    public string? Created => Short(service.Text("latestCreatedRevision"));

    /// <summary>The newest revision is not the one that serves, and nothing is done about it.</summary>
    public bool IsStuck => !IsReconciling && Ready != Created;

    public WorkloadHealth Health =>
        HasFailed ? WorkloadHealth.Failed
        : IsReconciling || Ready is null ? WorkloadHealth.Deploying
        : IsStuck ? WorkloadHealth.Failed
        : WorkloadHealth.Healthy;

    /// <summary>Why it is not ready, in Cloud Run's words; empty: it says nothing.</summary>
    public string Message
    {
        get
        {
            IEnumerable<JsonObject> failed = service.Objects("conditions").Where(static c => c.Text("state") == "CONDITION_FAILED");
            string? text = service.Object("terminalCondition") is { } condition
                ? failed.Prepend(condition).Select(static c => c.Text("message")).FirstOrDefault(static m => !string.IsNullOrWhiteSpace(m))
                : null;
            return text is null ? "" : RemoteText.Clean(RunPlainValues.Hide(service, text));
        }
    }

    /// <summary>The same, whole: for looking into it, not for showing.</summary>
    public string RawMessage => service.Text("terminalCondition", "message") ?? "";

    /// <summary>The revisions that requests reach now.</summary>
    public IReadOnlyList<string> Serving =>
        [
            .. Targets(service.Objects("trafficStatuses").Any() ? "trafficStatuses" : "traffic")
                .Select(static t => t.Revision)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>Where traffic is told to go other than to the newest ready revision, and how much of it.</summary>
    public IReadOnlyList<(string? Revision, int Percent)> Elsewhere => [.. Targets("traffic").Where(t => t.Revision != Ready)];

    private string? State => service.Text("terminalCondition", "state");

    /// <summary>Without any, all goes to the newest ready one.</summary>
    private IEnumerable<(string? Revision, int Percent)> Targets(string list)
    {
        JsonObject[] targets = [.. service.Objects(list).Where(static t => Number(t, "percent") > 0)];
        return targets.Length == 0
            ? [(Ready, 100)]
            : targets.Select(t =>
                (
                    t.Text("type") == ByRevision || t.Text("revision") is { Length: > 0 } ? Short(t.Text("revision")) : Ready,
                    (int)Number(t, "percent")
                )
            );
    }

    /// <summary>Cloud Run writes a number of 64 bits as text.</summary>
    private static long Number(JsonObject json, string name) =>
        long.TryParse(json.Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : json.Number(name);

    private static string? Short(string? name) => string.IsNullOrEmpty(name) ? null : GcpName.Last(name);
}
