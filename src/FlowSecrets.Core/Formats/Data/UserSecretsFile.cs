using System.Text;
using System.Text.Json;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Writing;

namespace FlowSecrets.Formats.Data;

/// <summary>
/// The secrets.json of dotnet user-secrets: one flat object, whose keys have ':' where variables have '__', without regard to case.
/// </summary>
internal static class UserSecretsFile
{
    private static readonly JsonDocumentOptions AsTheTool = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>The key of a variable.</summary>
    public static string Key(string variable) => variable.Replace("__", ":", StringComparison.Ordinal);

    /// <summary>Keys of others stay with their values and in their order; nested objects become flat, as the tool writes them.</summary>
    /// <exception cref="FlowSecretException">BadInput: the file is no JSON object.</exception>
    public static string Write(IReadOnlyList<FormatVariable> variables, FormatSettings settings)
    {
        List<(string Key, string Json)> members = Read(settings);
        foreach (FormatVariable variable in variables)
        {
            string key = Key(variable.Name);
            int at = members.FindIndex(m => string.Equals(m.Key, key, StringComparison.OrdinalIgnoreCase));
            string json = FlatText.Quote(variable.Text);
            if (at >= 0)
            {
                members[at] = (members[at].Key, json);
            }
            else
            {
                members.Add((key, json));
            }
        }

        return members.Count == 0
            ? "{}\n"
            : $"{{\n{string.Join(",\n", members.Select(static m => $"  {FlatText.Quote(m.Key)}: {m.Json}"))}\n}}\n";
    }

    private static List<(string Key, string Json)> Read(FormatSettings settings)
    {
        List<(string Key, string Json)> members = [];
        if (string.IsNullOrWhiteSpace(settings.Existing))
        {
            return members;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetBytes(settings.Existing.TrimStart('\uFEFF')), AsTheTool);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                Flatten("", document.RootElement, members);
                return members;
            }
        }
        catch (JsonException)
        {
            // Its message quotes the text.
        }

        throw new FlowSecretException(
            ErrorIds.BadInput,
            settings.Path,
            $"'{settings.Path}' is not the JSON object that dotnet user-secrets writes",
            "Correct it, or remove it. Nothing was changed."
        );
    }

    private static void Flatten(string prefix, JsonElement element, List<(string Key, string Json)> members)
    {
        IEnumerable<(string Name, JsonElement Value)> children = element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().Select(static p => (p.Name, p.Value)),
            JsonValueKind.Array => element.EnumerateArray().Select(static (e, i) => ($"{i}", e)),
            _ => [],
        };
        bool any = false;
        foreach ((string name, JsonElement value) in children)
        {
            any = true;
            Flatten(prefix.Length == 0 ? name : $"{prefix}:{name}", value, members);
        }

        if (!any && prefix.Length > 0)
        {
            members.Add((prefix, element.ValueKind == JsonValueKind.String ? FlatText.Quote(element.GetString()!) : element.GetRawText()));
        }
    }
}
