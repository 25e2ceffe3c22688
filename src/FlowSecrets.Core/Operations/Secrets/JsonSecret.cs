using System.Text.Json;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Json;
using FlowSecrets.Text;
using FlowSecrets.Values;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Operations.Secrets;

/// <summary>
/// A secret whose value is a JSON object of fields. A field that is set keeps its type, and the rest of the text stays as it is. Errors
/// never quote the text.
/// </summary>
internal sealed class JsonSecret
{
    private readonly string _name;
    private readonly SecretArgument _argument;
    private readonly JsonObjectText _object;

    private JsonSecret(string name, SecretArgument? argument, JsonObjectText json) =>
        (_name, _argument, _object) = (name, argument ?? Stored(name), json);

    public IReadOnlyList<string> Fields =>
        [.. _object.Members.Select(static m => m.Name).Where(JsonSyntax.IsText).Distinct(StringComparer.Ordinal)];

    /// <summary>The field that a user names, without regard to case if that means one only; else the name as it was given.</summary>
    public string NameOf(string field) => NameMatch.Find(Fields, static f => f, field) is [var one] ? one : field;

    /// <param name="name">The name in the store, or what else messages call the secret.</param>
    /// <param name="argument">How commands name the secret; null: by its name in the store.</param>
    /// <exception cref="FlowSecretException">ValueNotJson, ValueNotText.</exception>
    public static JsonSecret Parse(SecretValue value, string name, SecretArgument? argument = null)
    {
        RequireText(value, name);
        try
        {
            return new JsonSecret(name, argument, JsonObjectText.Parse(value.AsSpan()) ?? throw NoFields(name, argument));
        }
        catch (JsonSyntaxException)
        {
            throw NoFields(name, argument);
        }
    }

    public static JsonSecret Empty(string name) => new(name, null, JsonObjectText.Empty());

    /// <summary>A value that is to be written: any JSON value, in which no object has a member twice.</summary>
    /// <exception cref="FlowSecretException">ValueNotJson, ValueNotText.</exception>
    public static void Require(SecretValue value, string name)
    {
        RequireText(value, name);
        try
        {
            RequireDistinct(value.AsSpan(), name);
        }
        catch (JsonSyntaxException e)
        {
            throw NotJson(name, "JSON", e.At);
        }
    }

    /// <summary>The same for an object that is to be written.</summary>
    /// <exception cref="FlowSecretException">ValueNotJson, ValueNotText.</exception>
    public static void RequireObject(SecretValue value, string name)
    {
        Require(value, name);
        if (JsonObjectText.Parse(value.AsSpan()) is null)
        {
            throw NotJson(name, "a JSON object", null);
        }
    }

    /// <summary>A text of which nothing says that it is JSON. If it is an object, its fields can be read later.</summary>
    /// <exception cref="FlowSecretException">ValueNotJson: an object has a member twice.</exception>
    public static void RequireDistinctIfObject(SecretValue value, string name)
    {
        ReadOnlySpan<byte> text = value.AsSpan().TrimStart(" \t\r\n"u8);
        if (text.IsEmpty || text[0] != (byte)'{' || !value.IsText())
        {
            return;
        }

        try
        {
            RequireDistinct(value.AsSpan(), name);
        }
        catch (JsonSyntaxException)
        {
            // It only begins as JSON does.
        }
    }

    /// <summary>A field as text: a JSON string's content, any other value as it is written. Null: it is absent or null.</summary>
    /// <exception cref="FlowSecretException">FieldAmbiguous, ValueNotText.</exception>
    public string? Text(string field)
    {
        if (Find(field) is not { Type: not JsonTokenType.Null } member)
        {
            return null;
        }

        string text = _object.Content(member);
        return JsonSyntax.IsText(text)
            ? text
            : throw new FlowSecretException(
                ErrorIds.ValueNotText,
                _name,
                $"The field '{field}' of '{_name}' holds half of a surrogate pair, which UTF-8 cannot carry",
                $"Set the field to a text: {Shell($"Set-FlowSecret {_argument} -Field {field}")}"
            );
    }

    public bool IsNull(string field) => Find(field) is { Type: JsonTokenType.Null };

    /// <summary>A field, or what a path leads to within one: <c>db.primary.host</c>. A field that has the whole name comes first.</summary>
    /// <exception cref="FlowSecretException">FieldAmbiguous, ValueNotText.</exception>
    public string? TextAt(string path) => Owner(path) is ({ } owner, var name) ? owner.Text(name) : null;

    /// <summary>What a path leads to in a text; null: nowhere, or the text is no JSON object.</summary>
    /// <exception cref="FlowSecretException">FieldAmbiguous, ValueNotText.</exception>
    public static string? TextWithin(string text, string path, string name)
    {
        try
        {
            return JsonObjectText.Parse(System.Text.Encoding.UTF8.GetBytes(text)) is { } json
                ? new JsonSecret(name, null, json).TextAt(path)
                : null;
        }
        catch (JsonSyntaxException)
        {
            return null;
        }
    }

    /// <summary>What a reference of a template means: a field, or a value within one.</summary>
    /// <exception cref="FlowSecretException">FieldAmbiguous, ValueNotText.</exception>
    public string? Text(TemplateReference reference) => TextAt(reference.Written ?? reference.Field!);

    /// <summary>A field or path that must be there.</summary>
    /// <exception cref="FlowSecretException">FieldNotFound, FieldIsNull, FieldAmbiguous, ValueNotText.</exception>
    public string RequiredText(string field) =>
        TextAt(field)
        ?? throw (
            Owner(field) is ({ } owner, var name) && owner.IsNull(name)
                ? new FlowSecretException(
                    ErrorIds.FieldIsNull,
                    _name,
                    $"The field '{field}' of '{_name}' is null: it is there and has no value",
                    $"Give it one: {Shell($"Set-FlowSecret {_argument} -Field {field}")}"
                )
                : new FlowSecretException(
                    ErrorIds.FieldNotFound,
                    _name,
                    $"'{_name}' has no field '{field}'",
                    Fields.Count == 0 ? "It has no fields." : $"Its fields are {string.Join(", ", Fields)}."
                )
        );

    /// <summary>The object that holds what a path leads to, with its name there; null: it leads nowhere.</summary>
    private (JsonSecret Owner, string Name)? Owner(string path)
    {
        string whole = NameOf(path);
        if (Find(whole) is not null)
        {
            return (this, whole);
        }

        if (FieldPath.Single(path) is { } only)
        {
            return Find(NameOf(only)) is null ? null : (this, NameOf(only));
        }

        foreach ((string first, string rest) in FieldPath.Splits(path))
        {
            if (Within(NameOf(first))?.Owner(rest) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The object in a field; null: there is none.</summary>
    private JsonSecret? Within(string field) =>
        Find(field) is { Type: JsonTokenType.StartObject } member
            ? new JsonSecret(_name, _argument, JsonObjectText.Parse(System.Text.Encoding.UTF8.GetBytes(_object.Raw(member)))!)
            : null;

    /// <summary>Sets a field, or what a path leads to that is there. A path that leads nowhere is the name of a new field.</summary>
    /// <returns>As for <see cref="Set"/>.</returns>
    /// <exception cref="FlowSecretException">ValueNotJson: a member stands twice.</exception>
    public bool SetAt(string path, string text)
    {
        string whole = NameOf(path);
        if (Find(whole) is not null || Owner(path) is null)
        {
            return Set(whole, text);
        }

        if (FieldPath.Single(path) is { } only)
        {
            return Set(NameOf(only), text);
        }

        foreach ((string first, string rest) in FieldPath.Splits(path))
        {
            string name = NameOf(first);
            if (Within(name) is { } inner && inner.Owner(rest) is not null)
            {
                RequireEditable();
                bool isRetyped = inner.SetAt(rest, text);
                _object.Set(name, System.Text.Encoding.UTF8.GetString(inner._object.Text));
                return isRetyped;
            }
        }

        return Set(whole, text);
    }

    /// <summary>
    /// Sets a field. It keeps its type if the text is a literal of that type (a number, true or false, null, an object, a list); else it
    /// becomes a string. A new field is a string.
    /// </summary>
    /// <returns>Whether the field has another type now.</returns>
    /// <exception cref="FlowSecretException">ValueNotJson: a member stands twice, so that nobody can say what the value means.</exception>
    public bool Set(string field, string text)
    {
        RequireEditable();
        return _object.SetText(field, text);
    }

    /// <summary>Sets a field to JSON as it is written.</summary>
    /// <exception cref="FlowSecretException">ValueNotJson: an object has a member twice.</exception>
    public void SetJson(string field, string json)
    {
        RequireEditable();
        _object.Set(field, json);
    }

    /// <summary>What is said of a field that <see cref="Set"/> gave another type.</summary>
    public static string Retyped(string name, string field) =>
        $"The field '{field}' of '{name}' is a string now: the new text is no literal of the type that the field had.";

    public SecretValue Write() => SecretValue.FromBytes(_object.Text);

    /// <exception cref="FlowSecretException">FieldAmbiguous.</exception>
    private JsonMember? Find(string field) =>
        _object.Find(field) switch
        {
            [] => null,
            [var one] => one,
            _ => throw new FlowSecretException(
                ErrorIds.FieldAmbiguous,
                _name,
                $"'{_name}' has the field '{field}' more than once, so it is not known which one counts",
                Remedy.Of(
                    $"See the whole value: {Shell($"Get-FlowSecretValue {_argument}")}; then write it with each field once: "
                        + $"{Shell($"Set-FlowSecret {_argument} -Path FILE")}"
                )
            ),
        };

    private void RequireEditable() => RequireDistinct(_object.Text, _name);

    /// <exception cref="JsonSyntaxException">It is not JSON.</exception>
    private static void RequireDistinct(ReadOnlySpan<byte> text, string name)
    {
        if (JsonSyntax.Duplicate(text) is { } twice)
        {
            string which = JsonSyntax.IsText(twice.Name) ? $"the member '{twice.Name}'" : "a member";
            throw new FlowSecretException(
                ErrorIds.ValueNotJson,
                name,
                $"The value of '{name}' is a JSON object that has {which} twice ({twice.At}), so programs would read different values",
                "Keep one of them. Nothing was changed."
            );
        }
    }

    private static void RequireText(SecretValue value, string name)
    {
        if (!value.IsText())
        {
            value.RevealText(name);
        }
    }

    /// <summary>A stored value has no fields. Where it stops being JSON is not said, since that tells how it begins.</summary>
    private static FlowSecretException NoFields(string name, SecretArgument? argument) =>
        new(
            ErrorIds.ValueNotJson,
            name,
            $"The value of '{name}' is not a JSON object, so it has no fields",
            Remedy.Of(
                $"See the whole value: {Shell($"Get-FlowSecretValue {argument ?? Stored(name)}")}. To replace it by a JSON object: "
                    + $"{Shell($"Set-FlowSecret {argument ?? Stored(name)} -Path FILE")}"
            )
        );

    private static FlowSecretException NotJson(string name, string what, TextPosition? at) =>
        new(
            ErrorIds.ValueNotJson,
            name,
            $"The value of '{name}' is not {what}{(at is { } place ? $" ({place})" : "")}",
            "Give it as JSON, for instance from a file: -Path FILE. Nothing was changed."
        );
}
