using System.Text.RegularExpressions;
using FlowSecrets.Model;
using FlowSecrets.Providers.Yaml;

namespace FlowSecrets.Tests.Support;

/// <summary>The operator's own schemas: what a cluster's structural check and pruning would say of a manifest.</summary>
internal static class CrdSchema
{
    private static readonly Dictionary<string, DocNode> Schemas = Load();

    /// <summary>Every fault: an unknown field, a wrong type, a missing field, a value that is not allowed.</summary>
    public static IReadOnlyList<string> Faults(DocNode manifest)
    {
        string key = $"{manifest.GetText("apiVersion")}/{manifest.GetText("kind")}";
        if (!Schemas.TryGetValue(key, out DocNode? schema))
        {
            return [$"{key} is not known"];
        }

        List<string> faults = [];
        Check(manifest, schema, "", faults);
        return faults;
    }

    private static Dictionary<string, DocNode> Load()
    {
        Dictionary<string, DocNode> schemas = new(StringComparer.Ordinal);
        foreach (string file in new[] { "crd-externalsecrets.yaml", "crd-clustersecretstores.yaml" })
        {
            string path = Path.Combine(Repository.Root, "tests", "FlowSecrets.Tests", "Fixtures", "Crds", file);
            DocNode spec = new YamlDocuments().Parse(File.ReadAllText(path)).Get("spec")!;
            string kind = spec.Get("names")!.GetText("kind")!;
            foreach (DocNode version in spec.Get("versions")!.Items.Where(static v => v.GetText("served") == "true"))
            {
                schemas[$"{spec.GetText("group")}/{version.GetText("name")}/{kind}"] = version.Get("schema")!.Get("openAPIV3Schema")!;
            }
        }

        schemas["external-secrets.io/v1/SecretStore"] = schemas["external-secrets.io/v1/ClusterSecretStore"];
        return schemas;
    }

    private static void Check(DocNode node, DocNode schema, string path, List<string> faults)
    {
        string? type = schema.GetText("type");
        bool fits = type switch
        {
            "object" => node.Kind == DocKind.Map,
            "array" => node.Kind == DocKind.List,
            "string" => node.Kind == DocKind.Text,
            "boolean" => node.Kind == DocKind.Bool,
            "integer" => node.Kind == DocKind.Number,
            _ => true,
        };
        if (!fits)
        {
            faults.Add($"{path}: {node.Kind} is no {type}");
            return;
        }

        if (schema.Get("enum") is { } words && words.Items.All(w => w.Text != node.Text))
        {
            faults.Add($"{path}: '{node.Text}' is not allowed");
        }

        if (schema.GetText("pattern") is { } pattern && !Regex.IsMatch(node.Text, pattern))
        {
            faults.Add($"{path}: '{node.Text}' does not match {pattern}");
        }

        if (node.Items.Count < int.Parse(schema.GetText("minItems") ?? "0"))
        {
            faults.Add($"{path}: too few items");
        }

        foreach ((DocNode item, int i) in node.Items.Select(static (n, i) => (n, i)))
        {
            Check(item, schema.Get("items")!, $"{path}[{i}]", faults);
        }

        CheckFields(node, schema, path, faults);
    }

    private static void CheckFields(DocNode node, DocNode schema, string path, List<string> faults)
    {
        if (node.Kind != DocKind.Map)
        {
            return;
        }

        faults.AddRange(schema.GetTexts("required").Where(r => node.Get(r) is null).Select(r => $"{path}: {r} is missing"));
        DocNode? properties = schema.Get("properties");
        DocNode? any = schema.Get("additionalProperties");
        if (path == ".metadata" || schema.GetText("x-kubernetes-preserve-unknown-fields") == "true")
        {
            return;
        }

        foreach ((DocNode key, DocNode value) in node.Entries)
        {
            if ((properties?.Get(key.Text) ?? any) is { } inner)
            {
                Check(value, inner, $"{path}.{key.Text}", faults);
            }
            else
            {
                faults.Add($"{path}.{key.Text}: no such field");
            }
        }
    }
}
