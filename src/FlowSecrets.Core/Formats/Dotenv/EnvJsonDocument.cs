using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.Errors;
using FlowSecrets.Text;

namespace FlowSecrets.Formats.Dotenv;

/// <summary>A JSON object of variables; members that are not ours stay as they are.</summary>
internal sealed class EnvJsonDocument : IEnvDocument
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly JsonObject _root;

    private EnvJsonDocument(JsonObject root) => _root = root;

    public static EnvJsonDocument Parse(string text, string file)
    {
        try
        {
            return new EnvJsonDocument(
                string.IsNullOrWhiteSpace(text)
                    ? []
                    : JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })?.AsObject() ?? []
            );
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // The parser's own message can quote the text, so it is not passed on.
            throw new FlowSecretException(
                ErrorIds.EnvFileInvalid,
                file,
                $"'{file}' is not a JSON object",
                "Mend or remove it, or name another file with -Path."
            );
        }
    }

    public int? UnknownLine => null;

    public IEnumerable<string> Names => _root.Select(static m => m.Key);

    public string? Get(string name) => _root.Text(name);

    /// <summary>JSON has no comments to say so in.</summary>
    public bool IsKept(string name) => false;

    public void Set(string name, string value, string section, string? comment) => _root[name] = value;

    public string ToText() => _root.ToJsonString(Indented) + "\n";
}
