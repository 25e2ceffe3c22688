using FlowSecrets.Model;

namespace FlowSecrets.Catalogs;

/// <summary>A secret of a catalog that is being made from what a team already has. It holds no value.</summary>
/// <param name="Key">Its key.</param>
internal sealed record SecretDraft(string Key)
{
    private readonly string? _source;

    /// <summary>Its name in what it was made from; the whole name in a store. The key, unless it is given.</summary>
    public string Source
    {
        get => _source ?? Key;
        init => _source = value;
    }

    /// <summary>Whether <see cref="Source"/> is the name of a secret that exists.</summary>
    public bool IsStored { get; init; }

    /// <summary>Whether somebody else makes and changes it.</summary>
    public bool IsExternal { get; init; }

    /// <summary>Whether <see cref="Env"/> is what programs read already, so that it is not changed.</summary>
    public bool HasExactEnv { get; init; }

    /// <summary>Whether <see cref="FieldEnv"/> is what programs read already: a field that it leaves out has no variable.</summary>
    public bool HasExactFieldEnv { get; init; }

    /// <summary>Variables of the fields.</summary>
    public IReadOnlyDictionary<string, string> FieldEnv { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public string? Name { get; init; }

    public string? Env { get; init; }

    public string? Category { get; init; }

    public string? Description { get; init; }

    public bool Required { get; init; }

    public IReadOnlyList<string> Deployments { get; init; } = [];

    /// <summary>Members of a JSON secret.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>Those of its fields that can be without a value.</summary>
    public IReadOnlyList<string> Optional { get; init; } = [];

    /// <summary>Whether its value is JSON without fields of its own in the catalog.</summary>
    public bool IsJson { get; init; }
}

/// <summary>A catalog that is being made.</summary>
internal sealed record CatalogDraft(string Application, string Prefix, IReadOnlyList<SecretDraft> Secrets)
{
    /// <summary>The environment whose store it was made from; null: a local one alone.</summary>
    public (string Name, StoreSelection Selection)? From { get; init; }

    /// <summary>The program that reads the .env file; null: any.</summary>
    public string? Target { get; init; }

    /// <summary>What is added when the keys of the secrets are settled; null: nothing.</summary>
    public Func<CatalogDraft, CatalogDraft>? Finish { get; init; }

    /// <summary>The part 'kubernetes'; null: there is none.</summary>
    public DocNode? Kubernetes { get; init; }

    /// <summary>The document; the reader takes it as it is.</summary>
    public DocNode ToDocument() =>
        DocNode.Map(
            ("application", DocNode.String(Application)),
            ("prefix", Prefix.Length == 0 ? null : DocNode.String(Prefix)),
            ("default", DocNode.String(From?.Name ?? "local")),
            ("environments", Environments()),
            ("secrets", DocNode.MapOf(Secrets.Select(static s => (s.Key, Secret(s))))),
            ("localEnv", DocNode.Map(("path", DocNode.String(".env")), ("target", DocNode.Optional(Target)))),
            ("workloads", Workloads()),
            ("kubernetes", Kubernetes)
        );

    private DocNode Environments()
    {
        DocNode local = DocNode.Map(("store", DocNode.String("local")));
        if (From is not { } from)
        {
            return DocNode.Map(("local", local));
        }

        StoreSelection place = from.Selection;
        DocNode its = DocNode.Map(
            ("store", DocNode.String(place.Store.ToString().ToLowerInvariant())),
            ("path", DocNode.Optional(place.Path)),
            ("project", DocNode.Optional(place.Project)),
            ("region", DocNode.Optional(place.Region)),
            ("profile", DocNode.Optional(place.Profile))
        );
        return DocNode.Map((from.Name, its));
    }

    /// <summary>A secret as a catalog says it.</summary>
    public static DocNode Secret(SecretDraft secret) =>
        DocNode.Map(
            ("name", DocNode.Optional(secret.Name)),
            ("description", DocNode.Optional(secret.Description)),
            ("category", DocNode.Optional(secret.Category)),
            ("env", DocNode.Optional(secret.Env)),
            ("owner", secret.IsExternal ? DocNode.String("external") : null),
            ("required", secret.Required ? DocNode.Scalar(DocKind.Bool, "true") : null),
            ("format", secret.IsJson ? DocNode.String("json") : null),
            ("fields", secret.Fields.Count == 0 ? null : DocNode.MapOf(secret.Fields.Select(f => (f, Field(secret, f))))),
            ("workloads", secret.Deployments.Count == 0 ? null : DocNode.List([.. secret.Deployments.Select(DocNode.String)]))
        );

    private static DocNode Field(SecretDraft secret, string field) =>
        DocNode.Map(
            (
                "env",
                DocNode.Optional(
                    secret.FieldEnv.GetValueOrDefault(field)
                        ?? (secret.HasExactFieldEnv ? null : CatalogNames.ToVariable($"{secret.Key}_{field}"))
                )
            ),
            ("required", secret.Optional.Contains(field, StringComparer.Ordinal) ? DocNode.Scalar(DocKind.Bool, "false") : null)
        );

    /// <summary>Deployments of the source are Kubernetes'; the team corrects what is not.</summary>
    private DocNode? Workloads()
    {
        string[] names = [.. Secrets.SelectMany(static s => s.Deployments).Distinct(StringComparer.Ordinal)];
        return names.Length == 0
            ? null
            : DocNode.MapOf(
                names.Select(static n => (n, DocNode.Map(("kind", DocNode.String("kubernetes")), ("deployment", DocNode.String(n)))))
            );
    }
}

/// <summary>From the names of one world to those of another.</summary>
internal static class CatalogNames
{
    /// <summary><c>JWT_SECRET</c> and <c>jwt_secret</c> become <c>jwt-secret</c>.</summary>
    public static string ToKey(string name) =>
        string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')).Trim('-');

    /// <summary><c>jwt-secret</c> becomes <c>JWT_SECRET</c>.</summary>
    public static string ToVariable(string name)
    {
        string text = string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
        return text.Length > 0 && char.IsAsciiDigit(text[0]) ? "_" + text : text;
    }
}
