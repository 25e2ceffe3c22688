using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FlowSecrets.CloudFakes.Gcp.Iam;

/// <summary>Policy: as IAM v2 shows it.</summary>
internal sealed record GcpDenyPolicy(string Attachment, string Id, JsonObject Policy)
{
    public string Name => NameOf(Attachment, Id);

    public IEnumerable<JsonObject> Rules =>
        (Policy.Array("rules") ?? []).OfType<JsonObject>().Select(static r => r.Object("denyRule")).OfType<JsonObject>();

    public static string NameOf(string attachment, string id) =>
        $"policies/cloudresourcemanager.googleapis.com%2F{attachment.Replace("/", "%2F", StringComparison.Ordinal)}/denypolicies/{id}";
}

/// <summary>Deny policies by the project, folder or organisation that they are attached to.</summary>
internal sealed class GcpDenies(GcpMembers members)
{
    private readonly List<GcpDenyPolicy> _policies = [];

    public IReadOnlyList<GcpDenyPolicy> On(string attachment) => [.. _policies.Where(p => p.Attachment == attachment)];

    public GcpDenyPolicy? Find(string attachment, string id) => _policies.Find(p => p.Attachment == attachment && p.Id == id);

    public void Remove(GcpDenyPolicy policy) => _policies.RemoveAll(p => p.Name == policy.Name);

    public GcpDenyPolicy Save(string attachment, string id, JsonObject policy, DateTimeOffset now)
    {
        GcpDenyPolicy? old = Find(attachment, id);
        JsonObject kept = (JsonObject)policy.DeepClone();
        kept["name"] = GcpDenyPolicy.NameOf(attachment, id);
        kept["kind"] = "DenyPolicy";
        kept["uid"] = old?.Policy.Text("uid") ?? Guid.NewGuid().ToString();
        kept["etag"] = Convert.ToBase64String(Guid.NewGuid().ToByteArray().AsSpan(0, 8));
        kept["createTime"] = old?.Policy.Text("createTime") ?? GcpJson.Time(now);
        kept["updateTime"] = GcpJson.Time(now);
        GcpDenyPolicy saved = new(attachment, id, kept);
        _policies.RemoveAll(p => p.Name == saved.Name);
        _policies.Add(saved);
        return saved;
    }

    /// <summary>Whether the rule refuses, apart from its condition.</summary>
    public bool Matches(JsonObject rule, string caller, string permission) =>
        MeansPermission(rule, "deniedPermissions", permission)
        && !MeansPermission(rule, "exceptionPermissions", permission)
        && MeansPrincipal(rule, "deniedPrincipals", caller)
        && !MeansPrincipal(rule, "exceptionPrincipals", caller);

    public bool MeansPrincipal(JsonObject rule, string field, string caller) => Texts(rule, field).Any(p => members.MeansInDeny(p, caller));

    public static bool MeansPermission(JsonObject rule, string field, string permission) =>
        Texts(rule, field).Any(p => MeansPermission(p, permission));

    /// <summary>secretmanager.googleapis.com/versions.access, also with a * for either part of what follows the service.</summary>
    public static bool MeansPermission(string pattern, string permission) =>
        Regex.IsMatch(
            FullPermission(permission),
            "^" + Regex.Escape(pattern).Replace("\\*", "[^./]*", StringComparison.Ordinal) + "$",
            RegexOptions.None,
            TimeSpan.FromSeconds(1)
        );

    public static string FullPermission(string permission)
    {
        string[] parts = permission.Split('.', 2);
        string service = parts[0] == "resourcemanager" ? "cloudresourcemanager" : parts[0];
        return parts.Length < 2 || permission.Contains('/', StringComparison.Ordinal) ? permission : $"{service}.googleapis.com/{parts[1]}";
    }

    public static IEnumerable<string> Texts(JsonObject rule, string field) =>
        (rule.Array(field) ?? []).Select(static t => (string?)t ?? "");
}
