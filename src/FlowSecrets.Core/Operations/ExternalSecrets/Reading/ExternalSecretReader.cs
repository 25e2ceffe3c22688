using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.ExternalSecrets.Reading;

/// <summary>Reads one ExternalSecret of v1 or v1beta1.</summary>
internal sealed class ExternalSecretReader
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const string ForceSync = "force-sync";

    private readonly ManifestNode _root;
    private readonly List<(string Key, RemoteRef Source)> _data = [];
    private readonly List<string> _extracts = [];
    private readonly List<(string Key, IReadOnlyList<TemplatePiece> Pieces)> _templates = [];

    private ExternalSecretReader(ManifestNode root) => _root = root;

    /// <returns>Null: it has no name or no store; that was listed.</returns>
    public static ReadExternalSecret? Read(ManifestNode root) => new ExternalSecretReader(root).Run();

    private ReadExternalSecret? Run()
    {
        _root.Ignore("apiVersion", "kind", "status");
        ManifestNode? metadata = _root.Map("metadata");
        ManifestNode? spec = _root.Map("spec");
        ManifestNode? store = spec?.Map("secretStoreRef");
        if (metadata?.Text("name") is not { } name || spec is null || store?.Text("name") is not { } storeName)
        {
            _root.Add(_root.Node, "The ExternalSecret has no name, no 'spec' or no 'secretStoreRef.name'.");
            return null;
        }

        ReadMetadata(
            metadata,
            out IReadOnlyList<KeyValuePair<string, string>> labels,
            out IReadOnlyList<KeyValuePair<string, string>> notes
        );
        ManifestNode? target = spec.Map("target");
        ManifestNode? template = target?.Map("template");
        ReadData(spec);
        bool hasTemplates = ReadTemplates(template);
        CheckTemplates(template);
        // Without a template, the operator copies the ExternalSecret's own labels and annotations.
        ManifestNode? own = template?.Map("metadata");
        CatalogKubernetesSecret secret = new(target?.Text("name") ?? name, [])
        {
            Resource = target?.Text("name") is { } targetName && targetName != name ? name : null,
            Namespace = metadata.Text("namespace"),
            RefreshPolicy = Unless(spec.Text("refreshPolicy"), "Periodic"),
            CreationPolicy = Unless(target?.Text("creationPolicy"), "Owner"),
            DeletionPolicy = Unless(target?.Text("deletionPolicy"), "Retain"),
            IsImmutable = target?.Flag("immutable") ?? false,
            Type = Unless(template?.Text("type"), "Opaque"),
            Labels = template is null ? labels : own?.Texts("labels") ?? [],
            Annotations = template is null ? notes : own?.Texts("annotations") ?? [],
            SyncWindows = Windows(spec.Map("syncWindows")),
        };
        if (template is not null)
        {
            metadata.LeaveOut("labels", "annotations");
        }

        ReadExternalSecret read = new(_root.File, _root.Node, secret)
        {
            StoreName = storeName,
            StoreKind = store.Text("kind") ?? "SecretStore",
            Interval = Interval(spec, "refreshInterval"),
            Data = _data,
            Extracts = _extracts,
            Templates = _templates,
            HasData = !hasTemplates || template?.Text("mergePolicy") is "Merge",
        };
        _root.End();
        return read;
    }

    private static void ReadMetadata(
        ManifestNode metadata,
        out IReadOnlyList<KeyValuePair<string, string>> labels,
        out IReadOnlyList<KeyValuePair<string, string>> annotations
    )
    {
        metadata.Ignore("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid", "selfLink");
        labels = metadata.Texts("labels");
        annotations = [.. metadata.Texts("annotations").Where(static a => a.Key is not (LastApplied or ForceSync))];
    }

    private void ReadData(ManifestNode spec)
    {
        foreach (ManifestNode item in spec.Items("data"))
        {
            if (item.Text("secretKey") is { } key && item.Map("remoteRef") is { } remote && Remote(remote) is { } source)
            {
                _data.Add((key, source));
            }
        }

        foreach (ManifestNode item in spec.Items("dataFrom"))
        {
            if (item.Map("extract") is { } extract && Remote(extract) is { } source)
            {
                if (source.Property is not null)
                {
                    extract.Add(extract.Node, $"'{extract.At("property")}' cannot be said in a catalog.");
                }

                _extracts.Add(source.Name);
            }
        }
    }

    private static RemoteRef? Remote(ManifestNode remote)
    {
        remote.RequireDefault("version", "latest", "AWSCURRENT");
        remote.RequireDefault("conversionStrategy", "Default");
        remote.RequireDefault("decodingStrategy", "None");
        remote.RequireDefault("metadataPolicy", "None");
        remote.RequireDefault("nullBytePolicy", "Ignore");
        string? property = remote.Text("property");
        if (property is not null && !CatalogShape.IsFieldName(property))
        {
            remote.Add(remote.Node, $"'{remote.At("property")}: {property}' is no name of a member of a JSON object.");
            return null;
        }

        return remote.Text("key") is { } key ? new RemoteRef(key, property) : null;
    }

    /// <returns>Whether the template makes entries.</returns>
    private bool ReadTemplates(ManifestNode? template)
    {
        if (template is null)
        {
            return false;
        }

        template.RequireDefault("engineVersion", "v2");
        bool hasTemplates = template.Node.Get("templateFrom") is { Items.Count: > 0 };
        foreach ((string key, string text) in template.Texts("data"))
        {
            hasTemplates = true;
            if (GoTemplateReader.Read(text) is { } pieces)
            {
                _templates.Add((key, pieces));
            }
            else
            {
                template.Add(
                    template.Node.Get("data")!,
                    $"'{template.At("data")}.{key}' uses what templates of a catalog cannot say. They have references and the filters "
                        + "urlencode (urlquery | replace \"+\" \"%20\"), base64 (b64enc), json (toRawJson) and default."
                );
            }
        }

        return hasTemplates;
    }

    /// <summary>Every value that a template names must be in the data.</summary>
    private void CheckTemplates(ManifestNode? template)
    {
        HashSet<string> keys = new(_data.Select(static d => d.Key), StringComparer.Ordinal);
        foreach ((string key, IReadOnlyList<TemplatePiece> pieces) in _templates.ToList())
        {
            string? unknown = pieces.Select(static p => p.Key).FirstOrDefault(n => n is not null && !keys.Contains(n) && !IsMember(n));
            if (unknown is not null)
            {
                template!.Add(template.Node, $"'{template.At("data")}.{key}' names '{unknown}', which none of the data is.");
                _templates.RemoveAll(t => t.Key == key);
            }
        }
    }

    /// <summary>Whether a name can only be that of a member of the one extracted secret.</summary>
    private bool IsMember(string name) => _extracts.Count == 1 && CatalogShape.IsFieldName(name);

    private static TimeSpan? Interval(ManifestNode node, string field)
    {
        if (node.Text(field) is not { } text)
        {
            return null;
        }

        TimeSpan? interval = Durations.FromGo(text);
        if (interval is null)
        {
            node.Add(
                node.Node.Get(field)!,
                $"'{node.At(field)}: {text}' cannot be said in a catalog: use whole seconds, minutes or hours."
            );
        }

        return interval;
    }

    private static CatalogSyncWindows? Windows(ManifestNode? node) =>
        node is null
            ? null
            : new CatalogSyncWindows(
                node.Text("kind") ?? "allow",
                [
                    .. node.Items("windows")
                        .Select(static w => (Schedule: w.Text("schedule") ?? "", Duration: Interval(w, "duration")))
                        .Where(static w => w.Duration is not null)
                        .Select(static w => (w.Schedule, w.Duration!.Value)),
                ]
            );

    private static string? Unless(string? text, string @default) => text == @default ? null : text;
}
