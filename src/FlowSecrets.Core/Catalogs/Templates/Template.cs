using System.Globalization;
using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Text;

namespace FlowSecrets.Catalogs.Templates;

/// <summary>What a template refers to: a secret, or one field of it.</summary>
internal readonly record struct TemplateReference(string Key, string? Field)
{
    /// <summary>What leads to a value within the field, as a path; null: the field itself.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// Everything after the key, as a path; null: it is the field's name. It is read like any path: the member with the whole
    /// name comes first.
    /// </summary>
    public string? Written { get; init; }

    /// <summary>The secret or field, without a path within it.</summary>
    public TemplateReference Whole => new(Key, Field);

    /// <summary>The same reference, with the longest name that is a field of the catalog as its field.</summary>
    public TemplateReference Meaning(Func<string, bool> isField)
    {
        if (Path is null || Written is not { } written)
        {
            return this;
        }

        if (isField(written))
        {
            return this with { Field = written, Path = null };
        }

        foreach ((string first, string then) in FieldPath.Splits(written))
        {
            if (isField(first))
            {
                return this with { Field = first, Path = then };
            }
        }

        return this;
    }

    /// <summary>How to name the secret whose key has the dot that ends the key here; empty: there is none.</summary>
    public string Hint(IReadOnlySet<string> keys) =>
        keys.Contains(ToString()) ? $" The secret '{this}' is written {{{{ [\"{this}\"] }}}}." : "";

    public override string ToString() =>
        Field is null ? Key
        : Path is null ? $"{Key}.{Field}"
        : $"{Key}.{Field}{(Path[0] == '[' ? "" : ".")}{Path}";
}

/// <summary>A fault in a template; the position is within its text, from 0.</summary>
internal sealed class TemplateException(int position, string message) : Exception(message)
{
    public int Position { get; } = position;
}

/// <summary>
/// Text with references: <c>{{ key }}</c>, <c>{{ key.field | urlencode }}</c>, <c>{{ key.field.primary["a.b"] }}</c>,
/// <c>{{ ["any key"]["any field"] | default "x" }}</c>.
/// Filters: urlencode, base64, json (a quoted JSON string), upper, lower, default. <c>{{ "{{" }}</c> writes two braces.
/// </summary>
internal sealed class Template
{
    private readonly IReadOnlyList<Part> _parts;

    private readonly string _text;

    private Template(string text, IReadOnlyList<Part> parts) => (_text, _parts) = (text, parts);

    /// <summary>The filters' names.</summary>
    public static IReadOnlyList<string> Filters { get; } = ["urlencode", "base64", "json", "upper", "lower", "default"];

    /// <summary>Texts and references in their order.</summary>
    public IReadOnlyList<Part> Parts => _parts;

    public IEnumerable<TemplateReference> References =>
        _parts.Where(static p => p.Reference is not null).Select(static p => p.Reference!.Value);

    /// <exception cref="TemplateException">What cannot be read, and where.</exception>
    public static Template Parse(string text) => new(text, new TemplateParser(text).Parse());

    /// <summary>The same text, whose references mean the fields that a catalog has.</summary>
    public Template Meaning(Func<string, string, bool> isField) =>
        new(
            _text,
            [
                .. _parts.Select(p =>
                    p.Reference is { } reference ? p with { Reference = reference.Meaning(f => isField(reference.Key, f)) } : p
                ),
            ]
        );

    /// <summary>As it is written in the catalog, which holds no value that matters.</summary>
    public override string ToString() => _text;

    /// <summary>Fills in the references.</summary>
    /// <param name="resolve">The value of a reference; null when there is none, which only the filter default accepts.</param>
    /// <param name="budget">How much text may come of it and of others that share it; null: of this template alone.</param>
    /// <returns>The text; null when a reference without a default has no value, which is then in <paramref name="missing"/>.</returns>
    /// <exception cref="FlowSecretException">LimitReached: the text becomes too long.</exception>
    public string? Render(Func<TemplateReference, string?> resolve, out TemplateReference? missing, RenderBudget? budget = null)
    {
        budget ??= new RenderBudget();
        missing = null;
        StringBuilder result = new();
        foreach (Part part in _parts)
        {
            string? value = part.Reference is { } reference ? resolve(reference) : part.Literal;
            foreach ((string filter, string argument) in part.Filters)
            {
                value =
                    string.Equals(filter, "default", StringComparison.Ordinal) ? (string.IsNullOrEmpty(value) ? argument : value)
                    : value is null ? null
                    : Apply(filter, value);
                budget.Spend(value, _text);
            }

            if (value is null)
            {
                missing = part.Reference;
                return null;
            }

            budget.Spend(value, _text);
            result.Append(value);
            RenderBudget.Require(result.Length, _text);
        }

        return result.ToString();
    }

    /// <summary>What a filter without an argument makes of a text.</summary>
    public static string Apply(string filter, string value) =>
        filter switch
        {
            "urlencode" => Uri.EscapeDataString(value),
            "base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(value)),
            "json" => Quote(value),
            "upper" => value.ToUpperInvariant(),
            "lower" => value.ToLowerInvariant(),
            _ => throw new InvalidOperationException(filter),
        };

    /// <summary>A JSON string with as few escapes as JSON allows, spelled as Go spells it: others than the .env file read it too.</summary>
    private static string Quote(string value)
    {
        StringBuilder result = new StringBuilder().Append('"');
        foreach (char c in value)
        {
            _ = c switch
            {
                '"' => result.Append("\\\""),
                '\\' => result.Append(@"\\"),
                '\n' => result.Append(@"\n"),
                '\r' => result.Append(@"\r"),
                '\t' => result.Append(@"\t"),
                '\b' => result.Append(@"\b"),
                '\f' => result.Append(@"\f"),
                < ' ' or '\u2028' or '\u2029' => result.Append(CultureInfo.InvariantCulture, $@"\u{(int)c:x4}"),
                _ => result.Append(c),
            };
        }

        return result.Append('"').ToString();
    }

    internal sealed record Part(string? Literal, TemplateReference? Reference, IReadOnlyList<(string Name, string Argument)> Filters);
}

/// <summary>
/// The most text that templates may become: a few lines of references to each other can name more than any memory holds. What one
/// command fills in counts together.
/// </summary>
internal sealed class RenderBudget
{
    /// <summary>Of one template.</summary>
    public const int MaxLength = 1024 * 1024;

    /// <summary>Of all templates with everything that their filters made on the way.</summary>
    public const long MaxTotal = 64 * MaxLength;

    /// <summary>The characters that were made.</summary>
    public long Spent { get; private set; }

    /// <exception cref="FlowSecretException">LimitReached.</exception>
    public static void Require(int length, string template)
    {
        if (length > MaxLength)
        {
            throw TooLong(template, $"A template of the catalog becomes longer than {MaxLength} characters");
        }
    }

    /// <exception cref="FlowSecretException">LimitReached.</exception>
    public void Spend(string? text, string template)
    {
        Require(text?.Length ?? 0, template);
        Spent += text?.Length ?? 0;
        if (Spent > MaxTotal)
        {
            throw TooLong(template, $"The templates of the catalog become longer than {MaxTotal} characters together");
        }
    }

    /// <summary>The template is the catalog's own text; a value is never named.</summary>
    private static FlowSecretException TooLong(string template, string cause) =>
        new(
            ErrorIds.LimitReached,
            template.Length <= 100 ? template : template[..100] + "…",
            cause,
            "See which templates refer to each other, and make them shorter."
        );
}
