using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;

namespace FlowSecrets.Operations;

/// <summary>
/// Whether a text that a template makes can be shown. It cannot if the template refers to something sensitive, directly or through the
/// defaults and local values of what it refers to. Whoever shows a rendered template asks here.
/// </summary>
internal sealed class Sensitivity(Catalog catalog)
{
    private readonly Lazy<HashSet<TemplateReference>> _sensitive = new(() => Find(catalog));

    /// <returns>Where a sensitive text comes from ("built from db.user, db.password"); null: the text itself can be shown.</returns>
    public string? Origin(Template template) => IsSensitive(template) ? OriginOf(template) : null;

    /// <summary>"built from db.user, db.password"; null: it refers to nothing.</summary>
    public static string? OriginOf(Template template)
    {
        string[] sources = [.. template.References.Select(static r => r.ToString()).Distinct(StringComparer.Ordinal)];
        return sources.Length == 0 ? null : $"built from {string.Join(", ", sources)}";
    }

    /// <summary>Whether what a reference means must not be shown. What the catalog does not know is taken for sensitive.</summary>
    public bool IsSensitive(TemplateReference reference) => !IsKnown(catalog, reference) || _sensitive.Value.Contains(reference.Whole);

    private bool IsSensitive(Template template) => template.References.Any(IsSensitive);

    private static bool IsKnown(Catalog catalog, TemplateReference reference) =>
        catalog.Find(reference.Key) is { } secret && (reference.Field is not { } field || secret.Field(field) is not null);

    /// <summary>
    /// From what is sensitive itself to everything that refers to it, along each reference once: rows and circles of any length.
    /// </summary>
    private static HashSet<TemplateReference> Find(Catalog catalog)
    {
        Dictionary<TemplateReference, List<TemplateReference>> usedBy = [];
        HashSet<TemplateReference> sensitive = [];
        Queue<TemplateReference> open = [];
        void Add(TemplateReference part, bool isSensitive, params IEnumerable<TemplateReference> uses)
        {
            if (isSensitive && sensitive.Add(part))
            {
                open.Enqueue(part);
            }

            foreach (TemplateReference used in uses)
            {
                (usedBy.TryGetValue(used, out List<TemplateReference>? users) ? users : usedBy[used] = []).Add(part);
            }
        }

        foreach (CatalogSecret secret in catalog.Secrets)
        {
            TemplateReference whole = new(secret.Key, null);
            IEnumerable<TemplateReference> fields = secret.Fields.Select(f => new TemplateReference(secret.Key, f.Name));
            Add(
                whole,
                secret.Fields.Count == 0 && secret.Sensitive,
                [.. fields, .. References(secret.Default), .. References(secret.Local)]
            );
            foreach (CatalogField field in secret.Fields)
            {
                TemplateReference part = new(secret.Key, field.Name);
                Add(part, field.Sensitive, [.. References(field.Default), .. References(field.Local)]);
            }
        }

        foreach (TemplateReference unknown in usedBy.Keys.Where(r => !IsKnown(catalog, r)).ToList())
        {
            Add(unknown, isSensitive: true);
        }

        while (open.TryDequeue(out TemplateReference next))
        {
            foreach (TemplateReference user in usedBy.GetValueOrDefault(next) ?? [])
            {
                Add(user, isSensitive: true);
            }
        }

        return sensitive;
    }

    private static IEnumerable<TemplateReference> References(Template? template) => template?.References.Select(static r => r.Whole) ?? [];
}
