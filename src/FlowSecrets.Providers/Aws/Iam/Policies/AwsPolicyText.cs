using System.Text;
using System.Text.Json;

namespace FlowSecrets.Providers.Aws.Iam.Policies;

/// <summary>A policy's text cut into its statements, so that those that stay do so byte for byte.</summary>
internal sealed class AwsPolicyText
{
    private readonly string _before;
    private readonly string _after;

    private AwsPolicyText(string before, string after, List<string> statements) =>
        (_before, _after, Statements) = (before, after, statements);

    /// <summary>The text of each.</summary>
    public List<string> Statements { get; }

    /// <param name="json">Null: there is no policy yet.</param>
    /// <exception cref="JsonException">It is no policy.</exception>
    public static AwsPolicyText Parse(string? json)
    {
        if (json is null)
        {
            return new AwsPolicyText("""{"Version":"2012-10-17","Statement":""", "}", []);
        }

        byte[] text = Encoding.UTF8.GetBytes(json);
        Utf8JsonReader reader = new(text);
        reader.Read();
        while (reader.TokenType != JsonTokenType.StartArray && reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (!reader.ValueTextEquals("Statement"u8))
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            int start = (int)reader.TokenStartIndex;
            List<string> statements = [];
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    statements.Add(Slice(text, ref reader));
                }
            }
            else
            {
                statements.Add(Slice(text, ref reader));
            }

            return new AwsPolicyText(
                Encoding.UTF8.GetString(text.AsSpan(0, start)),
                Encoding.UTF8.GetString(text.AsSpan((int)reader.BytesConsumed)),
                statements
            );
        }

        throw new JsonException("No statements.");
    }

    public static AwsStatement Read(string statement) => AwsPolicy.Read($$"""{"Statement":[{{statement}}]}""")[0];

    public override string ToString() => $"{_before}[{string.Join(',', Statements)}]{_after}";

    private static string Slice(byte[] text, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A statement is an object.");
        }

        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return Encoding.UTF8.GetString(text.AsSpan(start, (int)reader.BytesConsumed - start));
    }
}
