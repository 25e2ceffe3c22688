using System.Text.Json.Nodes;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.ExternalSecrets;

/// <summary>Reads what the Secrets Store CSI driver says of each pod (SecretProviderClassPodStatus).</summary>
internal static class MountedReader
{
    public static IReadOnlyList<MountedClass> Read(ClusterSpace space, IEnumerable<JsonObject> statuses) =>
        [
            .. statuses
                .Where(static s => s.Text("status", "secretProviderClassName") is not null)
                .GroupBy(s =>
                    (Space: s.Text("metadata", "namespace") ?? space.Namespace, Name: s.Text("status", "secretProviderClassName")!)
                )
                .OrderBy(static g => g.Key.Name, StringComparer.Ordinal)
                .Select(g =>
                {
                    string[][] versions = [.. g.Select(Versions)];
                    return new MountedClass(
                        space with
                        {
                            Namespace = g.Key.Space,
                        },
                        g.Key.Name,
                        g.Count(),
                        g.Count(static s => s.Flag("status", "mounted")),
                        versions.Any(v => !v.SequenceEqual(versions[0], StringComparer.Ordinal)),
                        [.. versions.SelectMany(static v => v).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
                    );
                }),
        ];

    private static string[] Versions(JsonObject status) =>
        [
            .. status
                .Objects("status", "objects")
                .Select(static o => (Name: Part(o.Text("id"), "/secrets/"), Version: Part(o.Text("version"), "/versions/")))
                .Where(static o => o.Name.Length > 0)
                .Select(static o => o.Version.Length == 0 ? o.Name : $"{o.Name}@{o.Version}")
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Google's provider has whole resource names: projects/P/secrets/NAME/versions/3. Others have the part itself.</summary>
    private static string Part(string? text, string mark)
    {
        string clean = RemoteText.Clean(text ?? "");
        return clean.IndexOf(mark, StringComparison.Ordinal) is >= 0 and int at ? clean[(at + mark.Length)..].Split('/')[0] : clean;
    }
}
