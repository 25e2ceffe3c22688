using FlowSecrets.Catalogs.Templates;

namespace FlowSecrets.Catalogs;

/// <summary>What 'from' means: which entries of a Kubernetes Secret a secret of the catalog fills.</summary>
internal static class KubernetesEntries
{
    /// <summary>The most characters of a key.</summary>
    private const int LongestKey = 253;

    /// <summary>Whether the members of the value become entries, whatever their names are.</summary>
    public static bool IsExtracted(CatalogSecret secret) => secret is { Format: SecretFormat.Json, Fields.Count: 0, Env.Count: 0 };

    /// <summary>
    /// One entry for each variable; a field or a secret without a variable has its own name. Nothing for a secret that is extracted.
    /// </summary>
    public static IEnumerable<(string Key, TemplateReference Source)> Of(CatalogSecret secret) =>
        secret.Fields.Count > 0
            ? secret
                .Fields.SelectMany(f => Names(f.Env, f.Name).Select(n => (n, new TemplateReference(secret.Key, f.Name))))
                .Concat(secret.Env.Select(n => (n, new TemplateReference(secret.Key, null))))
        : IsExtracted(secret) ? []
        : Names(secret.Env, secret.Key).Select(n => (n, new TemplateReference(secret.Key, null)));

    /// <summary>Whether a Kubernetes Secret can have the key.</summary>
    public static bool IsKey(string text) =>
        text.Length is > 0 and <= LongestKey
        && text is not ("." or "..")
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');

    private static IEnumerable<string> Names(IReadOnlyList<string> variables, string name) => variables.Count > 0 ? variables : [name];
}
