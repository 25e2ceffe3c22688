using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using FlowSecrets.Text;
using FlowSecrets.Values;

namespace FlowSecrets.Providers.Kubernetes;

/// <summary>A Kubernetes Secret. Owns its values.</summary>
internal sealed class KubernetesSecret : IDisposable
{
    private readonly Dictionary<string, SecretValue> _data = new(StringComparer.Ordinal);

    private KubernetesSecret(string name) => Name = name;

    public string Name { get; }

    public bool IsThere { get; private init; }

    /// <summary>The ExternalSecret that fills it; null: none owns it.</summary>
    public string? ExternalSecret { get; private set; }

    /// <summary>When anything of it was last changed; null: not known.</summary>
    public DateTimeOffset? Changed { get; private set; }

    public IReadOnlyDictionary<string, SecretValue> Data => _data;

    public static KubernetesSecret Absent(string name) => new(name);

    /// <returns>Null: that is no Secret.</returns>
    public static KubernetesSecret? Parse(string name, ReadOnlyMemory<byte> json)
    {
        KubernetesSecret secret = new(name) { IsThere = true };
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (Member(document.RootElement, "metadata") is { } metadata)
            {
                secret.ExternalSecret = Items(metadata, "ownerReferences")
                    .Where(static o =>
                        Text(o, "kind") == "ExternalSecret"
                        && Text(o, "apiVersion")?.StartsWith("external-secrets.io/", StringComparison.Ordinal) == true
                    )
                    .Select(static o => Text(o, "name"))
                    .FirstOrDefault();
                secret.Changed = Items(metadata, "managedFields").Select(static f => JsonNavigation.TimeOf(Text(f, "time"))).Max();
            }

            if (Member(document.RootElement, "data") is { ValueKind: JsonValueKind.Object } data)
            {
                foreach (JsonProperty entry in data.EnumerateObject())
                {
                    secret._data[entry.Name] = Decode(entry.Value);
                }
            }

            return secret;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            secret.Dispose();
            return null;
        }
    }

    public void Dispose()
    {
        foreach (SecretValue value in _data.Values)
        {
            value.Dispose();
        }
    }

    /// <summary>From the text itself, so that no string of it is made.</summary>
    private static SecretValue Decode(JsonElement element)
    {
        ReadOnlySpan<byte> raw =
            element.ValueKind == JsonValueKind.String ? JsonMarshal.GetRawUtf8Value(element)[1..^1] : throw new FormatException();
        byte[] decoded = GC.AllocateUninitializedArray<byte>(Base64.GetMaxDecodedFromUtf8Length(raw.Length), pinned: true);
        try
        {
            return Base64.DecodeFromUtf8(raw, decoded, out _, out int length) == OperationStatus.Done
                ? SecretValue.FromBytes(decoded.AsSpan(0, length))
                : throw new FormatException();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(decoded);
        }
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement found) ? found : null;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : Enumerable.Empty<JsonElement>();
}
