using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Data;
using FlowSecrets.Formats.Json;
using FlowSecrets.Model;
using FlowSecrets.Operations.Setup;
using FlowSecrets.Ports;
using FlowSecrets.Text;

namespace FlowSecrets.Operations.Transfer;

/// <summary>Which secret each name of a source means: with a catalog one of its secrets or fields, else a name in the store.</summary>
internal sealed class ImportMapping
{
    private readonly Workspace _workspace;
    private readonly ImportSource _source;
    private readonly Dictionary<string, FlowSecretException> _clashes = new(StringComparer.Ordinal);

    private ImportMapping(Workspace workspace, ImportSource source) => (_workspace, _source) = (workspace, source);

    /// <summary>The secret or field of each name that the catalog knows.</summary>
    public Dictionary<string, TemplateReference> Meanings { get; private set; } = [];

    public IReadOnlyList<ImportUnit> Units { get; private set; } = [];

    /// <summary>Maps what the source has, or the part of it that is named.</summary>
    /// <param name="names">Names of the source, keys of the catalog or names in the store, with wildcards; none: all.</param>
    public static ImportMapping Of(Workspace workspace, ImportSource source, IReadOnlyList<string> names, IOperationHost host)
    {
        ImportMapping mapping = new(workspace, source);
        IReadOnlyList<ValueEntry> entries = workspace.Catalog is { } catalog
            ? SetupInput.WithoutCollections(source.File.Entries, catalog, source.Label)
            : source.File.Entries;
        Dictionary<string, FlowSecretException> errors = new(source.Errors, StringComparer.Ordinal);
        foreach (ValueRefusal refusal in source.File.Refused)
        {
            errors.TryAdd(
                refusal.Name,
                new(ErrorIds.BadInput, refusal.Name, $"{source.Label}: the value of '{refusal.Name}' is encrypted", refusal.Reason + ".")
            );
        }

        string[] all = [.. entries.Select(static e => e.Name).Concat(errors.Keys).Distinct(StringComparer.Ordinal)];
        Func<string, bool> isMeant = mapping.Selection(all, names, host);
        mapping.Map([.. entries.Where(e => isMeant(e.Name))], errors.Where(e => isMeant(e.Key)));
        return mapping;
    }

    private Func<string, bool> Selection(string[] all, IReadOnlyList<string> names, IOperationHost host)
    {
        if (names.Count == 0)
        {
            return static _ => true;
        }

        Dictionary<string, TemplateReference> meanings = _workspace.Catalog is { } catalog
            ? SetupInput.Meanings(all, catalog, _source.Label, new Dictionary<string, FlowSecretException>(StringComparer.Ordinal))
            : [];
        HashSet<string> meant = new(StringComparer.Ordinal);
        foreach (string name in names)
        {
            WildcardPattern? pattern = Wildcard.HasWildcard(name) ? NamePattern.Parse(name) : null;
            string[] found =
            [
                .. all.Where(n =>
                    new[] { n, meanings.TryGetValue(n, out TemplateReference means) ? means.Key : StoreNameOf(n) }.Any(t =>
                        string.Equals(t, name, StringComparison.OrdinalIgnoreCase) || pattern?.IsMatch(t) == true
                    )
                ),
            ];
            meant.UnionWith(found);
            if (found.Length == 0 && pattern is null)
            {
                host.Fail(
                    new(
                        ErrorIds.NameNotInSource,
                        name,
                        $"{_source.Label} has nothing that is called '{name}' or means the secret '{name}'",
                        all.Length == 0 ? "It has nothing." : $"It has: {string.Join(", ", all.Take(20))}{(all.Length > 20 ? ", …" : "")}."
                    )
                );
            }
        }

        return meant.Contains;
    }

    private void Map(IReadOnlyList<ValueEntry> entries, IEnumerable<KeyValuePair<string, FlowSecretException>> errors)
    {
        ValueEntry[] distinct = [.. WithoutTwins(entries)];
        List<ImportUnit> units = _workspace.Catalog is { } catalog ? OfCatalog(distinct, catalog) : OfStore(distinct);
        IEnumerable<ImportUnit> refused = _clashes
            .Concat(errors)
            .DistinctBy(static e => e.Key, StringComparer.Ordinal)
            .Select(static e => new ImportUnit([], null) { Sources = [e.Key], Error = e.Value });
        Units = [.. units, .. refused];
    }

    /// <summary>A name that stands twice is one if both say the same, else it is told.</summary>
    private IEnumerable<ValueEntry> WithoutTwins(IReadOnlyList<ValueEntry> entries)
    {
        foreach (IGrouping<string, ValueEntry> same in entries.GroupBy(static e => e.Name, StringComparer.Ordinal))
        {
            if (same.Skip(1).All(e => AreEqual(e, same.First())))
            {
                yield return same.First();
            }
            else
            {
                _clashes[same.Key] = Conflict(same.Key, $"'{same.Key}' stands there twice, with different values");
            }
        }
    }

    private List<ImportUnit> OfStore(ValueEntry[] entries)
    {
        List<ImportUnit> units = [];
        foreach (IGrouping<string, ValueEntry> same in entries.GroupBy(e => StoreNameOf(e.Name), StringComparer.Ordinal))
        {
            ValueEntry[] those = [.. same];
            string names = string.Join(" and ", those.Select(static e => $"'{e.Name}'"));
            foreach (ValueEntry entry in those)
            {
                if (those.Length == 1)
                {
                    units.Add(new ImportUnit([entry], new SecretRef(null, same.Key)));
                }
                else
                {
                    _clashes[entry.Name] = Conflict(entry.Name, $"{names} would both be '{same.Key}' in the {_workspace.Place}");
                }
            }
        }

        return units;
    }

    private List<ImportUnit> OfCatalog(ValueEntry[] entries, Catalog catalog)
    {
        Meanings = SetupInput.Meanings([.. entries.Select(static e => e.Name)], catalog, _source.Label, _clashes);
        foreach (
            IGrouping<TemplateReference, ValueEntry> same in entries
                .Where(e => Meanings.ContainsKey(e.Name))
                .GroupBy(e => Meanings[e.Name])
                .Where(static g => g.Skip(1).Any(e => !AreEqual(e, g.First())))
        )
        {
            string names = string.Join(" and ", same.Select(static e => $"'{e.Name}'"));
            foreach (ValueEntry entry in same)
            {
                _clashes[entry.Name] = Conflict(entry.Name, $"{names} give different values for '{same.Key}'");
            }
        }

        ValueEntry[] clear = [.. entries.Where(e => !_clashes.ContainsKey(e.Name))];
        return
        [
            .. clear
                .Where(e => Meanings.ContainsKey(e.Name))
                .GroupBy(e => Meanings[e.Name].Key, StringComparer.Ordinal)
                .Select(g => new ImportUnit([.. g], _workspace.Ref(catalog.Find(g.Key)!))),
            .. clear.Where(e => !Meanings.ContainsKey(e.Name)).Select(static e => new ImportUnit([e], null)),
        ];
    }

    /// <summary>The name in the store, with '-' for what the store does not take.</summary>
    private string StoreNameOf(string name)
    {
        StoreKind store = _workspace.Place.Store;
        return SecretNames.IsValid(store, name)
            ? name
            : string.Concat(name.Select(c => SecretNames.IsValid(store, c.ToString()) ? c : '-')).Trim('-');
    }

    private static bool AreEqual(ValueEntry one, ValueEntry other) =>
        one.Bytes is null == other.Bytes is null
        && one.Bytes.AsSpan().SequenceEqual(other.Bytes)
        && one.Value.Kind == other.Value.Kind
        && JsonNodeText.Of(one.Value) == JsonNodeText.Of(other.Value);

    private FlowSecretException Conflict(string name, string cause) =>
        new(ErrorIds.NameConflict, name, $"{_source.Label}: {cause}", "Keep one of them, or choose with -Name.");
}
