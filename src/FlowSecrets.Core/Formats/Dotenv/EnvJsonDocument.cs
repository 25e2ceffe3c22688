using System.Text;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Json;

namespace FlowSecrets.Formats.Dotenv;

/// <summary>A JSON object of variables. Members that are not ours stay as they are written, and ours keep their type.</summary>
internal sealed class EnvJsonDocument : IEnvDocument
{
    private readonly JsonObjectText _root;

    private EnvJsonDocument(JsonObjectText root) => _root = root;

    public static EnvJsonDocument Parse(string text, string file)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new EnvJsonDocument(JsonObjectText.Empty(indented: true));
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            if (JsonSyntax.Duplicate(bytes) is { } twice)
            {
                throw Invalid(file, $"{file}:{twice.At.Line}:{twice.At.Column}: the member '{twice.Name}' stands twice in its object");
            }

            return new EnvJsonDocument(JsonObjectText.Parse(bytes) ?? throw Invalid(file, $"'{file}' is not a JSON object"));
        }
        catch (JsonSyntaxException e)
        {
            throw Invalid(file, $"{file}:{e.At.Line}:{e.At.Column}: this is not JSON from here on");
        }
    }

    public int? UnknownLine => null;

    public IEnumerable<string> Names => _root.Members.Select(static m => m.Name);

    /// <summary>A null has no text.</summary>
    public string? Get(string name) =>
        _root.Find(name) is [{ Type: not System.Text.Json.JsonTokenType.Null } member] ? _root.Content(member) : null;

    /// <summary>JSON has no comments to say so in.</summary>
    public bool IsKept(string name) => false;

    public void Set(string name, string value, string section, string? comment) => _root.SetText(name, value);

    public string ToText()
    {
        string text = Encoding.UTF8.GetString(_root.Text);
        return text.EndsWith('\n') ? text : text + "\n";
    }

    private static FlowSecretException Invalid(string file, string cause) =>
        new(ErrorIds.EnvFileInvalid, file, cause, "Correct or remove it, or name another file with -Path.");
}
