using System.Text.Json;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Writing;
using FlowSecrets.Model;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Transfer;

/// <summary>The values of an export, as the store has them: local values are for development. Owns what it makes of them.</summary>
internal sealed class ExportValues(Workspace workspace, IReadOnlyDictionary<string, ReadOutcome> read) : IDisposable
{
    private readonly List<SecretValue> _made = [];
    private readonly Dictionary<string, JsonSecret> _members = new(StringComparer.Ordinal);
    private readonly RenderBudget _budget = new();
    private readonly Sensitivity? _sensitivity = workspace.Catalog is null ? null : new Sensitivity(workspace.Catalog);

    public void Dispose() => _made.ForEach(static v => v.Dispose());

    /// <summary>The variable with its value; null: there is none.</summary>
    /// <param name="why">Why there is none.</param>
    /// <exception cref="FlowSecretException">What the store said; ValueNotJson, ValueNotText, FieldAmbiguous, LimitReached.</exception>
    public FormatVariable? Get(ExportWish wish, out string? why)
    {
        SecretValue? value;
        if (wish.Template is { } template)
        {
            string? text = template.Render(Text, out TemplateReference? missing, _budget);
            why = text is null ? $"'{missing}' has no value." : null;
            value = text is null ? null : Keep(SecretValue.FromText(text));
        }
        else if (wish.Field is { } field)
        {
            string? text = Field(wish.Secret!, field, out why);
            value = text is null ? null : Keep(SecretValue.FromText(text));
        }
        else
        {
            value = Outcome(wish.Secret!, out why)?.Secret?.Value;
        }

        return value is null ? null : new FormatVariable(wish.Name, value) { IsSensitive = wish.IsSensitive, Masked = Masked(wish, value) };
    }

    /// <summary>
    /// What a log must hide. Of a JSON secret these are its sensitive fields: the other ones, and the braces, are no secrets.
    /// </summary>
    private IReadOnlyList<SecretValue> Masked(ExportWish wish, SecretValue value)
    {
        if (!wish.IsSensitive)
        {
            return [];
        }

        if (wish.Template is { } template)
        {
            IEnumerable<string> parts = template.References.Where(r => _sensitivity!.IsSensitive(r)).Select(Text).OfType<string>();
            return [value, .. parts.Select(p => Keep(SecretValue.FromText(p)))];
        }

        if (wish.Field is not null || !IsObject(value))
        {
            return [value];
        }

        if (wish.Secret!.Definition is { Fields.Count: > 0 } definition)
        {
            IEnumerable<string> known = definition
                .Fields.Where(f => _sensitivity!.IsSensitive(new TemplateReference(definition.Key, f.Name)))
                .Select(f => Field(wish.Secret, f.Name, out _))
                .OfType<string>();
            // A member that the catalog does not know may be anything.
            IEnumerable<string> unknown = Members(wish.Secret)
                .Fields.Where(f => definition.Field(f) is null)
                .Select(f => Field(wish.Secret, f, out _))
                .OfType<string>();
            return [.. known.Concat(unknown).Select(t => Keep(SecretValue.FromText(t)))];
        }

        return [value, .. Strings(value).Select(t => Keep(SecretValue.FromText(t)))];
    }

    private static bool IsObject(SecretValue value)
    {
        ReadOnlySpan<byte> text = value.AsSpan().TrimStart(" \t\r\n"u8);
        if (text.IsEmpty || text[0] != (byte)'{' || !value.IsText())
        {
            return false;
        }

        try
        {
            _ = JsonSecret.Parse(value, "");
            return true;
        }
        catch (FlowSecretException)
        {
            return false;
        }
    }

    /// <summary>Every text in a JSON value, also inside of others.</summary>
    private static IReadOnlyList<string> Strings(SecretValue value)
    {
        List<string> strings = [];
        Utf8JsonReader reader = new(value.AsSpan());
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String)
                {
                    strings.Add(reader.GetString()!);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Half of a surrogate pair has no text, and what is nested too deeply stays hidden as a whole.
        }

        return strings;
    }

    private string? Text(TemplateReference reference)
    {
        SecretRef secret = workspace.Ref(workspace.Catalog!.Find(reference.Key)!);
        return Outcome(secret, out _)?.Secret is not { } found ? null
            : reference.Field is null ? found.Value.RevealText(secret.StoreName)
            : Members(secret).Text(reference);
    }

    private string? Field(SecretRef secret, string field, out string? why)
    {
        if (Outcome(secret, out why)?.Secret is null)
        {
            return null;
        }

        JsonSecret members = Members(secret);
        string? text = members.TextAt(field);
        why =
            text is not null ? null
            : members.IsNull(field) ? $"The field '{field}' of '{secret.StoreName}' is null."
            : $"'{secret.StoreName}' has no field '{field}'.";
        return text;
    }

    private JsonSecret Members(SecretRef secret) =>
        _members.TryGetValue(secret.StoreName, out JsonSecret? known)
            ? known
            : _members[secret.StoreName] = JsonSecret.Parse(
                read[secret.StoreName].Secret!.Value,
                secret.StoreName,
                workspace.Argument(secret)
            );

    private ReadOutcome? Outcome(SecretRef secret, out string? why)
    {
        why = null;
        ReadOutcome outcome = read[secret.StoreName];
        switch (outcome.Error?.Id)
        {
            case null:
                return outcome;
            case ErrorIds.SecretNotFound or ErrorIds.SecretHasNoVersion:
                why = $"'{outcome.StoreName}' is not set in the store.";
                return null;
            default:
                throw outcome.Error;
        }
    }

    private SecretValue Keep(SecretValue value)
    {
        _made.Add(value);
        return value;
    }
}
