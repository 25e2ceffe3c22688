using System.Globalization;
using System.Text;
using FlowSecrets.Catalogs.Templates;
using FlowSecrets.Errors;

namespace FlowSecrets.Operations.ExternalSecrets.Manifests;

/// <summary>
/// A template of the catalog in the language of the operator: Go's text/template with the functions of sprig. What is rendered there is
/// what
/// <see cref="Template.Render"/> gives.
/// </summary>
internal static class GoTemplate
{
    /// <param name="input">The operator's name of a reference's value.</param>
    /// <param name="isOptional">Whether the store may have no value for a reference.</param>
    /// <param name="at">Where the template stands, for the error.</param>
    /// <exception cref="FlowSecretException">TemplateNotPortable: the operator has no equal of a filter.</exception>
    public static string Write(
        Template template,
        Func<TemplateReference, string> input,
        Func<TemplateReference, bool> isOptional,
        string at
    )
    {
        StringBuilder result = new();
        StringBuilder text = new();
        foreach (Template.Part part in template.Parts)
        {
            if (part.Reference is not { } reference)
            {
                text.Append(Constant(part));
                continue;
            }

            AppendText(result, text, isBeforeAction: true);
            result.Append("{{ ").Append(Input(input(reference)));
            foreach ((string filter, string argument) in part.Filters)
            {
                result.Append(" | ").Append(Function(filter, argument, isOptional(reference), reference, at));
            }

            result.Append(" }}");
        }

        AppendText(result, text, isBeforeAction: false);
        return result.ToString();
    }

    /// <summary>An entry of the operator's data: <c>.KEY</c>, or <c>index . "a-b"</c> if the key is no identifier.</summary>
    private static string Input(string key) => IsIdentifier(key) ? $".{key}" : $"index . {Quote(key)}";

    private static bool IsIdentifier(string key) =>
        !char.IsAsciiDigit(key[0]) && key.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static string Function(string filter, string argument, bool isOptional, TemplateReference reference, string at) =>
        filter switch
        {
            "urlencode" => "urlquery | replace \"+\" \"%20\"",
            "base64" => "b64enc",
            "json" => "toRawJson",
            "default" when !isOptional => $"default {Quote(argument)}",
            "default" => throw NotPortable(
                at,
                filter,
                $"'{reference}' may be missing, and the operator refuses a Kubernetes Secret of which a value is missing",
                "Make the secret required, or give it a value, and leave the filter out."
            ),
            _ => throw NotPortable(
                at,
                filter,
                "Letters outside of ASCII become others in the operator's language than here",
                "Store the value in the case that it is needed in, and leave the filter out."
            ),
        };

    private static FlowSecretException NotPortable(string at, string filter, string cause, string remedy) =>
        new(ErrorIds.TemplateNotPortable, at, $"The filter '{filter}' of '{at}' has no equal in the operator's templates: {cause}", remedy);

    private static string Constant(Template.Part part) =>
        part.Filters.Aggregate(
            part.Literal ?? "",
            static (value, filter) =>
                filter.Name == "default" ? (value.Length == 0 ? filter.Argument : value) : Template.Apply(filter.Name, value)
        );

    /// <summary>Text as it is, but braces that would begin an action are written by one.</summary>
    private static void AppendText(StringBuilder result, StringBuilder text, bool isBeforeAction)
    {
        string plain = text.Replace("{{", "{{ \"{{\" }}").ToString();
        // Three braces in a row would begin an action whose first character is a brace.
        bool endsInBrace = isBeforeAction && plain.EndsWith('{');
        result.Append(endsInBrace ? plain[..^1] : plain).Append(endsInBrace ? "{{ \"{\" }}" : "");
        text.Clear();
    }

    /// <summary>A string constant of Go.</summary>
    private static string Quote(string text)
    {
        StringBuilder result = new StringBuilder().Append('"');
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' or '\\' => result.Append('\\').Append(c),
                '\n' => result.Append(@"\n"),
                _ when char.IsControl(c) => result.Append(CultureInfo.InvariantCulture, $@"\u{(int)c:x4}"),
                _ => result.Append(c),
            };
        }

        return result.Append('"').ToString();
    }
}
