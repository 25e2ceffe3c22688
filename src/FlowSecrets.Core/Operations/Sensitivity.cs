using FlowSecrets.Catalogs;

namespace FlowSecrets.Operations;

/// <summary>
/// Whether a text that a template makes can be shown. It cannot if the template refers to something sensitive, directly or through the
/// defaults and local values of what it refers to. Whoever shows a rendered template asks here.
/// </summary>
internal sealed class Sensitivity(Catalog catalog)
{
    private readonly Dictionary<TemplateReference, bool> _known = [];

    /// <returns>Where a sensitive text comes from ("built from db.user, db.password"); null: the text itself can be shown.</returns>
    public string? Origin(Template template) => IsSensitive(template) ? OriginOf(template) : null;

    /// <summary>"built from db.user, db.password"; null: it refers to nothing.</summary>
    public static string? OriginOf(Template template)
    {
        string[] sources = [.. template.References.Select(static r => r.ToString()).Distinct(StringComparer.Ordinal)];
        return sources.Length == 0 ? null : $"built from {string.Join(", ", sources)}";
    }

    private bool IsSensitive(Template? template) => template is not null && template.References.Any(IsSensitive);

    private bool IsSensitive(TemplateReference reference)
    {
        if (!_known.TryGetValue(reference, out bool known))
        {
            // A circle adds nothing to what its other members say.
            _known[reference] = false;
            _known[reference] = known = Find(reference);
        }

        return known;
    }

    private bool Find(TemplateReference reference)
    {
        if (catalog.Find(reference.Key) is not { } secret)
        {
            return true;
        }

        if (reference.Field is { } name && secret.Field(name) is { } field)
        {
            return field.Sensitive || IsSensitive(field.Default) || IsSensitive(field.Local);
        }

        return secret.Fields.Count > 0
            ? secret.Fields.Any(f => IsSensitive(new TemplateReference(secret.Key, f.Name)))
            : secret.Sensitive || IsSensitive(secret.Default) || IsSensitive(secret.Local);
    }
}
