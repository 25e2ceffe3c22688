using FlowSecrets.Catalogs.Grammar;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Catalogs.Drafts;

/// <summary>
/// Gives each secret of a new catalog a key and variables of its own, so that no two names of the source become one. The same source gives
/// the same names. Where short keys meet, all of them are the source's names instead, so that the source can be imported by exact name.
/// </summary>
internal sealed class DraftNames
{
    private readonly List<SecretDraft> _drafts;
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _variables = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];

    private DraftNames(IEnumerable<SecretDraft> drafts) => _drafts = [.. drafts];

    /// <param name="from">What the drafts were made from, for the error.</param>
    /// <param name="notes">What has another name than expected.</param>
    /// <exception cref="FlowSecretException">BadInput: a secret is listed twice.</exception>
    public static IReadOnlyList<SecretDraft> Unique(IReadOnlyList<SecretDraft> drafts, string from, out IReadOnlyList<string> notes)
    {
        string? twice = drafts.GroupBy(static d => d.Source, StringComparer.Ordinal).FirstOrDefault(static g => g.Count() > 1)?.Key;
        if (twice is not null)
        {
            throw new FlowSecretException(
                ErrorIds.BadInput,
                from,
                $"'{from}' lists '{twice}' twice",
                "Remove one of the two entries; nothing was written."
            );
        }

        DraftNames names = new(drafts);
        names.SetKeys();
        names.SetVariables();
        notes = names._notes;
        return names._drafts;
    }

    private void SetKeys()
    {
        string[] wanted = [.. _drafts.Select(Wanted)];
        HashSet<string> meeting =
        [
            .. wanted.GroupBy(static k => k, StringComparer.Ordinal).Where(static g => g.Count() > 1).Select(static g => g.Key),
        ];
        _keys.UnionWith(wanted.Where(k => !meeting.Contains(k)));
        // Who has the name already comes first; a name that was made fit for a key takes what is left.
        foreach (int i in Enumerable.Range(0, _drafts.Count).OrderBy(i => CatalogShape.IsName(Own(_drafts[i])) ? 0 : 1))
        {
            SecretDraft draft = _drafts[i];
            string key = wanted[i];
            if (meeting.Contains(key))
            {
                key = Free(CatalogShape.IsName(Own(draft)) ? Own(draft) : key);
            }

            if (!string.Equals(key, wanted[i], StringComparison.Ordinal))
            {
                _notes.Add($"'{draft.Source}' has the key '{key}', because another name would have the key '{wanted[i]}' too.");
            }

            bool isRenamed = draft.IsStored && !string.Equals(key, draft.Key, StringComparison.Ordinal);
            _drafts[i] = draft with { Key = key, Name = isRenamed ? draft.Source : draft.Name };
        }
    }

    private static string Own(SecretDraft draft) => draft.IsStored ? draft.Key : draft.Source;

    /// <summary>The short key, unless the source's name is a fit key itself and would not mean the short one.</summary>
    private static string Wanted(SecretDraft draft)
    {
        bool isFound = draft.IsStored || draft.HasExactEnv || LenientName.Form(draft.Key) == LenientName.Form(draft.Source);
        string key = isFound || !draft.Source.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? draft.Key : draft.Source;
        if (CatalogShape.IsName(key))
        {
            return key;
        }

        string near = string.Concat(key.Select(static c => CatalogShape.IsName("a" + c) ? c : '-')).Trim('-');
        return CatalogShape.IsName(near) ? near : "secret";
    }

    private void SetVariables()
    {
        _variables.UnionWith(_drafts.Where(static d => d.HasExactEnv).Select(static d => d.Env).OfType<string>());
        _variables.UnionWith(_drafts.Where(static d => d.HasExactFieldEnv).SelectMany(static d => d.FieldEnv.Values));
        // A name of the source that looks like a variable means its own secret, not another one's variable.
        HashSet<string> sources = [.. _drafts.Where(static d => !d.IsStored).Select(static d => d.Source)];
        for (int i = 0; i < _drafts.Count; i++)
        {
            SecretDraft draft = _drafts[i];
            if (draft is { HasExactEnv: false, Env: { } env })
            {
                draft = draft with { Env = Variable(env, draft.Source, sources) };
            }

            if (draft.HasExactFieldEnv)
            {
                _drafts[i] = draft;
                continue;
            }

            Dictionary<string, string> fields = new(StringComparer.Ordinal);
            foreach (string field in draft.Fields)
            {
                fields[field] = Variable(CatalogNames.ToVariable($"{draft.Key}_{field}"), $"{draft.Source}.{field}", sources);
            }

            _drafts[i] = draft with { FieldEnv = fields };
        }
    }

    private string Variable(string wanted, string source, HashSet<string> sources)
    {
        bool isTaken = _variables.Contains(wanted) || (sources.Contains(wanted) && wanted != source);
        string name = wanted;
        for (int i = 2; isTaken; i++)
        {
            name = $"{wanted}_{i}";
            isTaken = _variables.Contains(name) || sources.Contains(name);
        }

        _variables.Add(name);
        if (name != wanted)
        {
            _notes.Add($"'{source}' has the variable {name}, because another name would have the variable {wanted} too.");
        }

        return name;
    }

    private string Free(string wanted)
    {
        string name = wanted;
        for (int i = 2; !_keys.Add(name); i++)
        {
            name = $"{wanted}-{i}";
        }

        return name;
    }
}
