using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Model;
using static FlowSecrets.Operations.ExternalSecrets.Manifests.ManifestScope;

namespace FlowSecrets.Operations.ExternalSecrets.Manifests;

/// <summary>
/// One ExternalSecret. A plain reference is an entry of 'data'; text around references becomes a template. If a template needs a value
/// that is no entry of its own, the template names all entries, so that the Kubernetes Secret has no more of them than the catalog says.
/// </summary>
internal sealed class ExternalSecretManifest
{
    private readonly ManifestScope _scope;
    private readonly CatalogKubernetesSecret _secret;
    private readonly List<(string Key, TemplateReference Source)> _data = [];
    private readonly List<CatalogKubernetesEntry> _templates = [];
    private readonly List<(string Key, TemplateReference Source)> _inputs = [];
    private readonly List<string> _extracted = [];

    private ExternalSecretManifest(ManifestScope scope, CatalogKubernetesSecret secret)
    {
        (_scope, _secret) = (scope, secret);
        foreach (CatalogSecret source in secret.From.Select(k => scope.Catalog.Find(k)!))
        {
            _data.AddRange(KubernetesEntries.Of(source));
            if (KubernetesEntries.IsExtracted(source))
            {
                _extracted.Add(source.Key);
            }
        }

        _extracted.AddRange(secret.Extract.Except(_extracted, StringComparer.Ordinal));
        foreach (CatalogKubernetesEntry entry in secret.Data)
        {
            if (entry.Template.Parts is [{ Reference: { } reference, Filters: [] }])
            {
                _data.Add((entry.Key, reference));
            }
            else
            {
                _templates.Add(entry);
            }
        }

        AddInputs();
    }

    /// <summary>Keys that the Kubernetes Secret has, although the catalog does not name them.</summary>
    public IEnumerable<string> Surplus => _extracted.Count > 0 ? _inputs.Select(static i => i.Key) : [];

    /// <summary>Every secret that the operator reads for it.</summary>
    public IEnumerable<string> Sources => _data.Concat(_inputs).Select(static d => d.Source.Key).Concat(_extracted);

    public static ExternalSecretManifest Of(ManifestScope scope, CatalogKubernetesSecret secret) => new(scope, secret);

    public DocNode ToDocument() =>
        Document(
            ApiVersion,
            "ExternalSecret",
            ("metadata", Metadata(_secret.Resource ?? _secret.Name, _scope.NamespaceOf(_secret))),
            (
                "spec",
                DocNode.Map(
                    ("refreshPolicy", DocNode.Optional(_secret.RefreshPolicy)),
                    ("refreshInterval", (_secret.RefreshInterval ?? _scope.Part.RefreshInterval) is { } every ? Duration(every) : null),
                    ("syncWindows", Windows()),
                    (
                        "secretStoreRef",
                        DocNode.Map(
                            ("name", DocNode.String(_secret.Store?.Name ?? _scope.StoreName)),
                            ("kind", DocNode.String(_secret.Store?.Kind ?? _scope.StoreKind))
                        )
                    ),
                    ("target", Target()),
                    ("data", Data()),
                    ("dataFrom", _extracted.Count == 0 ? null : DocNode.List([.. _extracted.Select(Extract)]))
                )
            )
        );

    /// <summary>A value that a template needs and that no entry of its own has.</summary>
    private void AddInputs()
    {
        HashSet<string> keys = [.. _data.Select(static d => d.Key), .. _templates.Select(static t => t.Key)];
        HashSet<TemplateReference> known = [.. _data.Select(static d => d.Source)];
        foreach (TemplateReference reference in _templates.SelectMany(static t => t.Template.References).Where(known.Add))
        {
            string name = string.Concat(reference.ToString().Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
            string key = name;
            for (int i = 2; !keys.Add(key); i++)
            {
                key = $"{name}_{i}";
            }

            _inputs.Add((key, reference));
        }
    }

    private DocNode Target() =>
        DocNode.Map(
            ("name", DocNode.String(_secret.Name)),
            ("creationPolicy", DocNode.String(_secret.CreationPolicy ?? "Owner")),
            ("deletionPolicy", DocNode.String(_secret.DeletionPolicy ?? "Retain")),
            ("immutable", _secret.IsImmutable ? DocNode.Scalar(DocKind.Bool, "true") : null),
            ("template", TemplateNode())
        );

    private DocNode? TemplateNode()
    {
        DocNode? metadata =
            _secret.Labels.Count + _secret.Annotations.Count == 0
                ? null
                : DocNode.Map(("annotations", Texts(_secret.Annotations)), ("labels", Texts(_secret.Labels)));
        if (metadata is null && _secret.Type is null && _templates.Count == 0)
        {
            return null;
        }

        bool isMerged = _templates.Count > 0 && (_inputs.Count == 0 || _extracted.Count > 0);
        IEnumerable<(string, DocNode)> plain =
            isMerged || _templates.Count == 0 ? [] : _data.Select(d => (d.Key, DocNode.String(Plain(d.Key, d.Source))));
        return DocNode.Map(
            ("engineVersion", DocNode.String("v2")),
            ("type", DocNode.Optional(_secret.Type)),
            ("mergePolicy", isMerged ? DocNode.String("Merge") : null),
            ("metadata", metadata),
            (
                "data",
                _templates.Count == 0 ? null : DocNode.MapOf([.. plain, .. _templates.Select(t => (t.Key, DocNode.String(Composed(t))))])
            )
        );
    }

    private static string Plain(string key, TemplateReference source) =>
        GoTemplate.Write(Template.Parse($"{{{{ [{Quoted(source.Key)}] }}}}"), _ => key, static _ => false, key);

    private static string Quoted(string key) =>
        $"\"{key.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private string Composed(CatalogKubernetesEntry entry) =>
        GoTemplate.Write(
            entry.Template,
            reference => _data.Concat(_inputs).First(d => d.Source == reference).Key,
            _scope.IsOptional,
            $"kubernetes.secrets.{_secret.Name}.data.{entry.Key}"
        );

    private DocNode? Data() =>
        _data.Count + _inputs.Count == 0
            ? null
            : DocNode.List([
                .. _data
                    .Concat(_inputs)
                    .Select(d => DocNode.Map(("secretKey", DocNode.String(d.Key)), ("remoteRef", Remote(d.Source.Key, d.Source.Field)))),
            ]);

    private DocNode Extract(string key) => DocNode.Map(("extract", Remote(key, null)));

    private DocNode Remote(string key, string? field) =>
        DocNode.Map(("key", DocNode.String(_scope.NameInStore(key))), ("property", DocNode.Optional(field)));

    private DocNode? Windows() =>
        (_secret.SyncWindows ?? (_secret.RefreshPolicy is null or "Periodic" ? _scope.Part.SyncWindows : null)) is { } windows
            ? DocNode.Map(
                ("kind", DocNode.String(windows.Kind)),
                (
                    "windows",
                    DocNode.List([
                        .. windows.Windows.Select(static w =>
                            DocNode.Map(("schedule", DocNode.String(w.Schedule)), ("duration", Duration(w.Duration)))
                        ),
                    ])
                )
            )
            : null;

    private static DocNode? Texts(IReadOnlyList<KeyValuePair<string, string>> texts) =>
        texts.Count == 0 ? null : DocNode.MapOf(texts.Select(static t => (t.Key, DocNode.String(t.Value))));
}
