using FlowSecrets.Model;
using FlowSecrets.Ports;

namespace FlowSecrets.Operations.Copying;

/// <summary>
/// What a secret has beside its values, as the other store takes it. Labels are tags on AWS. A label that Google does not take becomes an
/// annotation, and an annotation becomes a label in a store without annotations. What FlowSecrets itself keeps there (records of rotations
/// and grants, which catalog wrote the secret) stays behind, because it is about the old location.
/// </summary>
internal sealed record CopyMetadata
{
    public Dictionary<string, string> Labels { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Annotations { get; } = new(StringComparer.Ordinal);

    /// <summary>What the target is not given.</summary>
    public List<string> NotMapped { get; } = [];

    /// <summary>Labels and annotations that the target does not take.</summary>
    public List<string> Unfit { get; } = [];

    public static CopyMetadata Of(SecretDescription source, Workspace target)
    {
        CopyMetadata mapped = new();
        StoreCapabilities store = target.Store.Capabilities;
        LabelRule rule = LabelRules.Of(target.Place.Store);
        foreach ((string key, string value) in source.Labels.Where(static l => !RotationNotes.IsOurs(l.Key)))
        {
            if (LabelRules.IsOfAws(key))
            {
                mapped.NotMapped.Add($"tag {key}");
            }
            else if (rule.IsValid(key, value))
            {
                mapped.Labels[key] = value;
            }
            else
            {
                mapped.Note("label", key, value, store.Annotations);
            }
        }

        foreach ((string key, string value) in source.Annotations.Where(static a => !RotationNotes.IsOurs(a.Key)))
        {
            if (!store.Annotations && rule.IsValid(key, value) && mapped.Labels.TryAdd(key, value))
            {
                continue;
            }

            mapped.Note("annotation", key, value, store.Annotations);
        }

        mapped.Limit(rule, target.Store.Capabilities);
        mapped.Purpose(source.Purpose, store.Annotations);
        mapped.NotMapped.AddRange(SettingsOf(source, target));
        return mapped;
    }

    /// <summary>What is to be set on a secret that is there: what it lacks, and with -UpdateExisting also what differs.</summary>
    public static Dictionary<string, string> Missing(
        Dictionary<string, string> wanted,
        IReadOnlyDictionary<string, string> there,
        bool updates
    ) =>
        wanted
            .Where(w => w.Value.Length > 0 && (updates ? there.GetValueOrDefault(w.Key) != w.Value : !there.ContainsKey(w.Key)))
            .ToDictionary(StringComparer.Ordinal);

    private void Note(string kind, string key, string value, bool annotates)
    {
        if (!annotates || value.Length == 0 || !LabelRules.IsAnnotation(key) || !Annotations.TryAdd(key, value))
        {
            Unfit.Add($"{kind} {key}");
        }
    }

    private void Limit(LabelRule rule, StoreCapabilities store)
    {
        foreach (string key in Labels.Keys.Order(StringComparer.Ordinal).Skip(rule.Most).ToArray())
        {
            Labels.Remove(key);
            Unfit.Add($"label {key} (more than {rule.Most})");
        }

        int bytes = 0;
        foreach (KeyValuePair<string, string> note in Annotations.OrderBy(static a => a.Key, StringComparer.Ordinal).ToArray())
        {
            bytes += LabelRules.BytesOf([note]);
            if (bytes > LabelRules.MostAnnotationBytes && store.Annotations)
            {
                Annotations.Remove(note.Key);
                Unfit.Add($"annotation {note.Key} (more than {LabelRules.MostAnnotationBytes} bytes)");
            }
        }
    }

    /// <summary>The description that AWS keeps; on Google an annotation.</summary>
    private void Purpose(string? text, bool annotates)
    {
        if (text is null)
        {
            return;
        }

        if (
            !annotates
            || LabelRules.BytesOf(Annotations) + text.Length * 4 > LabelRules.MostAnnotationBytes
            || !Annotations.TryAdd("description", text)
        )
        {
            NotMapped.Add("description");
        }
    }

    private static IEnumerable<string> SettingsOf(SecretDescription source, Workspace target)
    {
        foreach (string setting in source.Settings)
        {
            // Aliases are stages, which are copied with the versions.
            if (setting != "versionAliases")
            {
                yield return setting == "rotation" ? "rotation schedule" : setting;
            }
        }

        if (source.Expires is not null)
        {
            yield return "expiry";
        }

        // A key and a location belong to their cloud: those of the environment that is written to count, if it names some.
        if (source.Replicas.Count > 0 && target.Selection.Replication is null)
        {
            yield return $"replication ({string.Join(", ", source.Replicas.Select(static r => r.Location))})";
        }

        if (source.KmsKey is { } key && target.Selection.KmsKey is null)
        {
            yield return $"KMS key {key}";
        }
    }
}
