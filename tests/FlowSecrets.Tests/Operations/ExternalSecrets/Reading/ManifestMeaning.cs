using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Catalogs;
using FlowSecrets.Operations.ExternalSecrets;
using FlowSecrets.Providers.Yaml;
using FlowSecrets.Tests.Catalogs;
using FlowSecrets.Tests.Support;

namespace FlowSecrets.Tests.Operations.ExternalSecrets.Reading;

/// <summary>What the operator makes of manifests, for comparison.</summary>
internal static class ManifestMeaning
{
    /// <summary>For each Kubernetes Secret: how it is kept, and what each entry is made of.</summary>
    public static List<string> Of(string folder)
    {
        List<string> meanings = [];
        foreach (string path in Directory.GetFiles(folder).Where(static p => !p.EndsWith("kustomization.yaml", StringComparison.Ordinal)))
        {
            foreach (
                DocNode document in new YamlDocuments()
                    .ParseAll(File.ReadAllText(path))
                    .Where(static d => d.GetText("kind") == "ExternalSecret")
            )
            {
                meanings.Add(Meaning(document));
            }
        }

        meanings.Sort(StringComparer.Ordinal);
        return meanings;
    }

    private static string Meaning(DocNode document)
    {
        DocNode spec = document.Get("spec")!;
        DocNode? target = spec.Get("target");
        DocNode? template = target?.Get("template");
        Dictionary<string, string> data = (spec.Get("data")?.Items ?? []).ToDictionary(
            static d => d.GetText("secretKey")!,
            static d => $"<{d.Get("remoteRef")!.GetText("key")}#{d.Get("remoteRef")!.GetText("property")}>",
            StringComparer.Ordinal
        );
        string[] extracts = [.. (spec.Get("dataFrom")?.Items ?? []).Select(static d => d.Get("extract")!.GetText("key")!)];
        bool replaces = template?.Get("data") is not null && template.GetText("mergePolicy") is not "Merge";
        Dictionary<string, string> entries = replaces ? new(StringComparer.Ordinal) : new(data, StringComparer.Ordinal);
        foreach ((DocNode key, DocNode value) in template?.Get("data")?.Entries ?? [])
        {
            Dictionary<string, string> members = new(data, StringComparer.Ordinal);
            if (extracts.Length == 1 && value.Text.Contains(".name", StringComparison.Ordinal))
            {
                members.TryAdd("name", $"<{extracts[0]}#name>");
            }

            entries[key.Text] = GoSubset.Run(value.Text, members);
        }

        if (!replaces)
        {
            // An input that a template needs beside extracted members.
            entries.Remove("shop_settings_name");
        }

        DocNode? metadata = template is null ? document.Get("metadata") : template.Get("metadata");
        string[] labels =
        [
            .. (metadata?.Get("labels")?.Entries ?? [])
                .Concat(metadata?.Get("annotations")?.Entries ?? [])
                .Select(static e => $"{e.Key.Text}={e.Value.Text}"),
        ];
        return string.Join(
            " | ",
            target?.GetText("name") ?? document.Get("metadata")!.GetText("name"),
            document.Get("metadata")!.GetText("namespace"),
            FlowSecrets.Text.Durations.FromGo(spec.GetText("refreshInterval") ?? "1h"),
            spec.GetText("refreshPolicy") ?? "Periodic",
            target?.GetText("creationPolicy") ?? "Owner",
            target?.GetText("deletionPolicy") ?? "Retain",
            target?.GetText("immutable") ?? "false",
            spec.Get("secretStoreRef")!.GetText("name") + "/" + (spec.Get("secretStoreRef")!.GetText("kind") ?? "SecretStore"),
            replaces ? "" : string.Join(',', extracts),
            string.Join(',', labels.Order(StringComparer.Ordinal)),
            string.Join(';', entries.OrderBy(static e => e.Key, StringComparer.Ordinal).Select(static e => $"{e.Key}={e.Value}"))
        );
    }
}
