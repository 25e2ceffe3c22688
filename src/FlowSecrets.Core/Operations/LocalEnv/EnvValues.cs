using System.Diagnostics.CodeAnalysis;
using FlowSecrets.Catalogs;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Operations.Secrets;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.LocalEnv;

/// <summary>The values for a .env file: local ones as the file has them, fetched ones as the store gave them.</summary>
internal sealed class EnvValues(
    Catalog catalog,
    IReadOnlyDictionary<string, ReadOutcome> fetched,
    IReadOnlyDictionary<TemplateReference, string> standing
)
{
    private readonly Dictionary<TemplateReference, (string? Text, FlowSecretException? Error)> _locals = [];
    private readonly RenderBudget _budget = new();

    /// <returns>The value; null when there is none. A failure of the store other than absence is thrown.</returns>
    /// <exception cref="FlowSecretException">What the store said; ValueNotText, ValueNotJson.</exception>
    public string? Get(EnvWish wish, out string? why)
    {
        why = null;
        if (wish.Source == EnvSource.Store)
        {
            return Fetched(wish.Carries!.Value, out why);
        }

        string? text = Render(wish.Template!, out TemplateReference? missing);
        why = text is null ? $"'{missing}' has no value." : null;
        return text;
    }

    /// <summary>
    /// The bytes for a file of its own: the local value's or the store's; null when there are none. The caller disposes of them.
    /// </summary>
    public SecretValue? Bytes(string key, out string? why)
    {
        if (EnvPlan.LocalOf(catalog, new TemplateReference(key, null)) is { } local)
        {
            string? text = Render(local, out TemplateReference? missing);
            why = text is null ? $"'{missing}' has no value." : null;
            return text is null ? null : SecretValue.FromText(text);
        }

        return Outcome(key, out why)?.Secret?.Value.Clone();
    }

    /// <summary>Fills in a template, after everything that it refers to.</summary>
    private string? Render(Template template, out TemplateReference? missing)
    {
        FillIn(template.References);
        return template.Render(Resolve, out missing, _budget);
    }

    /// <summary>
    /// Fills in local values that others refer to, each once and the innermost first: a row of references can be longer than the stack.
    /// The catalog's rules found no circle, so this ends.
    /// </summary>
    private void FillIn(IEnumerable<TemplateReference> references)
    {
        Stack<(TemplateReference Reference, bool IsReady)> open = new(references.Select(static r => (r.Whole, false)));
        while (open.TryPop(out (TemplateReference Reference, bool IsReady) next))
        {
            if (!IsOpen(next.Reference, out Template? local))
            {
                continue;
            }

            if (next.IsReady)
            {
                _locals[next.Reference] = Local(local);
                continue;
            }

            open.Push((next.Reference, true));
            foreach (TemplateReference inner in local.References.Select(static r => r.Whole).Where(r => IsOpen(r, out _)))
            {
                open.Push((inner, false));
            }
        }
    }

    private bool IsOpen(TemplateReference reference, [NotNullWhen(true)] out Template? local) =>
        (local = EnvPlan.LocalOf(catalog, reference)) is not null && !standing.ContainsKey(reference) && !_locals.ContainsKey(reference);

    /// <summary>A failure is that of whoever refers to it, and of nobody else.</summary>
    private (string? Text, FlowSecretException? Error) Local(Template local)
    {
        try
        {
            return (local.Render(Resolve, out _, _budget), null);
        }
        catch (FlowSecretException e)
        {
            return (null, e);
        }
    }

    /// <summary>What a template's reference means here: what stands in the file and is kept, the local value, the store's.</summary>
    private string? Resolve(TemplateReference reference)
    {
        if (EnvPlan.LocalOf(catalog, reference) is null)
        {
            return Fetched(reference, out _);
        }

        string? text;
        if (!standing.TryGetValue(reference.Whole, out text))
        {
            (text, FlowSecretException? error) = _locals[reference.Whole];
            text = error is null ? text : throw error;
        }

        return reference.Path is { } path && text is not null ? JsonSecret.TextWithin(text, path, reference.ToString()) : text;
    }

    private string? Fetched(TemplateReference reference, out string? why)
    {
        if (Outcome(reference.Key, out why)?.Secret is not { } secret)
        {
            return null;
        }

        if (reference.Field is null)
        {
            return secret.Value.RevealText(secret.StoreName);
        }

        JsonSecret members = JsonSecret.Parse(secret.Value, secret.StoreName);
        string? text = members.Text(reference);
        string field = reference.ToString()[(reference.Key.Length + 1)..];
        why =
            text is not null ? null
            : reference.Path is null && members.IsNull(reference.Field) ? $"The field '{field}' of '{secret.StoreName}' is null."
            : $"'{secret.StoreName}' has no field '{field}'.";
        return text;
    }

    private ReadOutcome? Outcome(string key, out string? why)
    {
        why = null;
        ReadOutcome outcome = fetched[key];
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
}
