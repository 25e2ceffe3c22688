using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Drafts;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.ExternalSecrets.Reading;

/// <summary>
/// Makes secrets of a catalog, and its part 'kubernetes', of the manifests of a folder. Where a secret's variables are the entries of the
/// Kubernetes Secret, 'from' says so; otherwise 'data' names each entry.
/// </summary>
internal sealed class ManifestDraft
{
    private readonly ReadFolder _folder;
    private readonly Unexpressed _unexpressed;

    // Without those that a catalog cannot have beside the others.
    private readonly List<ReadExternalSecret> _secrets;
    private readonly ReadStore? _store;
    private readonly Dictionary<RemoteRef, string> _variables = [];
    private readonly HashSet<string> _extracted = new(StringComparer.Ordinal);
    private readonly List<RemoteRef> _references = [];

    private ManifestDraft(ReadFolder folder, Unexpressed unexpressed)
    {
        (_folder, _unexpressed) = (folder, unexpressed);
        _secrets = [.. folder.Secrets];
        _store = MainStore();
    }

    /// <summary>The store of the environment; null: the folder has none.</summary>
    public StoreSelection? Selection => _store?.Selection;

    /// <summary>Secrets by their names in the store, in the order of the files.</summary>
    public IReadOnlyList<SecretDraft> Secrets { get; private set; } = [];

    /// <param name="taken">Variables that other secrets are already.</param>
    public static ManifestDraft Of(ReadFolder folder, string prefix, HashSet<string> taken, Unexpressed unexpressed)
    {
        ManifestDraft draft = new(folder, unexpressed);
        draft.CheckNames();
        draft.Collect(taken);
        draft.Secrets = [.. draft._references.GroupBy(static r => r.Name, StringComparer.Ordinal).Select(g => draft.Draft(g.Key, prefix))];
        return draft;
    }

    /// <param name="keys">The key in the catalog of a name in the store.</param>
    /// <param name="find">The secret of the catalog under a key.</param>
    public CatalogKubernetes Part(Func<string, string> keys, Func<string, CatalogSecret> find)
    {
        string? space = MostCommon(_secrets.Select(static s => s.Secret.Namespace));
        TimeSpan? interval = _secrets.Select(static s => s.Interval).GroupBy(static i => i).MaxBy(static g => g.Count())?.Key;
        return new CatalogKubernetes
        {
            Namespace = space,
            RefreshInterval = interval,
            Store = _store is null ? NamedStore() : _store.Part with { Identity = Identity(_store.Part, space) },
            Listed = [.. _secrets.Select(s => Secret(s, space, interval, keys, find))],
        };
    }

    /// <summary>The store that most ExternalSecrets name, although the folder does not have it.</summary>
    private CatalogOperatorStore? NamedStore() =>
        _secrets.GroupBy(static s => (s.StoreName, s.StoreKind)).MaxBy(static g => g.Count())?.Key is var (name, kind)
            ? new CatalogOperatorStore { Name = name, Kind = kind }
            : null;

    /// <summary>The store that most ExternalSecrets name; others must be the same place.</summary>
    private ReadStore? MainStore()
    {
        ReadStore? main = _secrets
            .Select(StoreOf)
            .OfType<ReadStore>()
            .GroupBy(static s => (s.Kind, s.Namespace, s.Name))
            .MaxBy(static g => g.Count())
            ?.First();
        foreach (ReadExternalSecret secret in _secrets.ToList())
        {
            ReadStore? its = StoreOf(secret);
            if (main is not null && its?.Selection != main.Selection)
            {
                _unexpressed.Add(
                    secret.File,
                    secret.At,
                    $"'{secret.Secret.Name}' reads the {secret.StoreKind} '{secret.StoreName}', which is "
                        + $"{(its is null ? "not in the folder" : $"another location than that of '{main.Name}'")}. "
                        + "A catalog has one location for each environment: read each environment's folder by itself."
                );
                _secrets.Remove(secret);
            }
        }

        return main ?? (_folder.Stores.Count > 0 ? _folder.Stores[0] : null);
    }

    private ReadStore? StoreOf(ReadExternalSecret secret) =>
        _folder.Stores.FirstOrDefault(s =>
            s.Kind == secret.StoreKind
            && s.Name == secret.StoreName
            && (s.Namespace is null || secret.Secret.Namespace is null || s.Namespace == secret.Secret.Namespace)
        );

    private void CheckNames()
    {
        foreach (
            ReadExternalSecret again in _secrets
                .GroupBy(static s => s.Secret.Name, StringComparer.Ordinal)
                .SelectMany(static g => g.Skip(1))
                .ToList()
        )
        {
            _unexpressed.Add(
                again.File,
                again.At,
                $"The Kubernetes Secret '{again.Secret.Name}' is made twice. "
                    + "A catalog has one of a name: read each environment's folder by itself."
            );
            _secrets.Remove(again);
        }
    }

    /// <summary>Every value that is read, and the variable that each is: an entry that looks like one, and that no other value
    /// is.</summary>
    private void Collect(HashSet<string> taken)
    {
        foreach (ReadExternalSecret secret in _secrets)
        {
            foreach ((string key, RemoteRef source) in secret.Data)
            {
                RemoteRef stored = Stored(secret, source);
                _references.Add(stored);
                if (secret.HasData && !_variables.ContainsKey(stored) && IsVariable(key) && taken.Add(key))
                {
                    _variables[stored] = key;
                }
            }

            foreach (string name in secret.Extracts.Select(e => Stored(secret, new RemoteRef(e, null)).Name))
            {
                _extracted.Add(name);
                _references.Add(new RemoteRef(name, null));
            }

            _references.AddRange(Members(secret));
        }
    }

    /// <summary>Members of an extracted JSON secret that templates name.</summary>
    private IEnumerable<RemoteRef> Members(ReadExternalSecret secret) =>
        secret.Extracts.Count == 1
            ? secret
                .Templates.SelectMany(static t => t.Pieces)
                .Select(static p => p.Key)
                .OfType<string>()
                .Where(k => secret.Data.All(d => d.Key != k))
                .Select(k => Stored(secret, new RemoteRef(secret.Extracts[0], k)))
            : [];

    /// <summary>With what the store puts before every name.</summary>
    private RemoteRef Stored(ReadExternalSecret secret, RemoteRef source) => source with { Name = StoreOf(secret)?.Prefix + source.Name };

    private static bool IsVariable(string key) =>
        SecretNames.IsEnvironmentVariable(key) && !key.Any(char.IsAsciiLetterLower) && key.Any(char.IsAsciiLetterUpper);

    private SecretDraft Draft(string name, string prefix)
    {
        bool hasPrefix = prefix.Length > 0 && name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length;
        string[] fields =
        [
            .. _references
                .Where(r => r.Name == name && r.Property is not null)
                .Select(static r => r.Property!)
                .Distinct(StringComparer.Ordinal),
        ];
        return new SecretDraft(hasPrefix ? name[prefix.Length..] : name)
        {
            Source = name,
            IsStored = true,
            Name = prefix.Length > 0 && !hasPrefix ? name : null,
            Env = _variables.GetValueOrDefault(new RemoteRef(name, null)),
            HasExactEnv = true,
            Fields = fields,
            HasExactFieldEnv = true,
            FieldEnv = fields
                .Where(f => _variables.ContainsKey(new RemoteRef(name, f)))
                .ToDictionary(static f => f, f => _variables[new RemoteRef(name, f)], StringComparer.Ordinal),
            IsJson = fields.Length == 0 && _extracted.Contains(name),
        };
    }

    private CatalogKubernetesSecret Secret(
        ReadExternalSecret read,
        string? space,
        TimeSpan? interval,
        Func<string, string> keys,
        Func<string, CatalogSecret> find
    )
    {
        (string Key, TemplateReference Source)[] data = [.. read.Data.Select(d => (d.Key, Reference(Stored(read, d.Source), keys)))];
        string[] whole = read.HasData
            ? [.. data.Select(static d => d.Source.Key).Distinct(StringComparer.Ordinal).Where(k => IsWhole(find(k), data))]
            : [];
        HashSet<string> from = [.. whole];
        IEnumerable<CatalogKubernetesEntry> entries = read.HasData
            ? data.Where(d => !from.Contains(d.Source.Key)).Select(static d => Entry(d.Key, CatalogText.Template(d.Source)))
            : [];
        IEnumerable<CatalogKubernetesEntry> made = read.Templates.Select(t =>
            Entry(t.Key, CatalogText.Template(t.Pieces, k => Input(read, k, keys)))
        );
        // Of two, the template's is the one that counts.
        HashSet<string> templated = [.. read.Templates.Select(static t => t.Key)];
        return read.Secret with
        {
            From = whole,
            Extract = read.HasData ? [.. read.Extracts.Select(e => keys(Stored(read, new RemoteRef(e, null)).Name))] : [],
            Data = [.. entries.Where(e => !templated.Contains(e.Key)), .. made],
            Namespace = read.Secret.Namespace == space ? null : read.Secret.Namespace,
            RefreshInterval = read.Interval == interval ? null : read.Interval ?? TimeSpan.FromHours(1),
            Store =
                (_store?.Part ?? NamedStore()) is { } main && read.StoreName == main.Name && read.StoreKind == main.Kind
                    ? null
                    : new CatalogOperatorStore { Name = read.StoreName, Kind = read.StoreKind },
        };
    }

    private TemplateReference Input(ReadExternalSecret read, string key, Func<string, string> keys)
    {
        foreach ((string name, RemoteRef source) in read.Data)
        {
            if (name == key)
            {
                return Reference(Stored(read, source), keys);
            }
        }

        return Reference(Stored(read, new RemoteRef(read.Extracts.Count > 0 ? read.Extracts[0] : key, key)), keys);
    }

    private static TemplateReference Reference(RemoteRef stored, Func<string, string> keys) => new(keys(stored.Name), stored.Property);

    private static CatalogKubernetesEntry Entry(string key, string text) => new(key, Template.Parse(text));

    /// <summary>Whether 'from' would give just the entries that there are of a secret.</summary>
    private static bool IsWhole(CatalogSecret secret, (string Key, TemplateReference Source)[] data) =>
        !KubernetesEntries.IsExtracted(secret)
        && KubernetesEntries.Of(secret).ToHashSet().SetEquals(data.Where(d => d.Source.Key == secret.Key));

    private string? Identity(CatalogOperatorStore part, string? space)
    {
        CatalogServiceAccount? account = part.WorkloadIdentity?.ServiceAccount ?? part.ServiceAccount;
        return account?.Name is { } name
            ? _folder.Identities.GetValueOrDefault((account.Namespace ?? space, name)) ?? _folder.Identities.GetValueOrDefault((null, name))
            : null;
    }

    private static string? MostCommon(IEnumerable<string?> texts) =>
        texts.GroupBy(static t => t, StringComparer.Ordinal).MaxBy(static g => g.Count())?.Key;
}
