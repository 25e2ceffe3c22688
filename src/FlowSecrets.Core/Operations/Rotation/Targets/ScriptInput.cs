using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FlowSecrets.Values;

namespace FlowSecrets.Operations.Rotation.Targets;

/// <summary>
/// What a script reads: one JSON object. It stands in one pinned buffer that is large enough from the start, since one that grew would
/// leave values behind, and is zeroed at the end.
/// </summary>
internal sealed class ScriptInput : IDisposable
{
    /// <summary>A control character becomes <c>\u0001</c>; quotation marks, braces and commas around a value are few.</summary>
    private const int LongestEscape = 6;
    private const int Around = 32;

    private readonly byte[] _bytes;
    private int _length;

    /// <param name="more">Further values: a list by its name, a single one for 'current'.</param>
    public ScriptInput(string secret, SecretValue value, (string Name, IReadOnlyList<SecretValue> Values)? more)
    {
        byte[] name = Encoding.UTF8.GetBytes(secret);
        IReadOnlyList<SecretValue> further = more?.Values ?? [];
        _bytes = GC.AllocateUninitializedArray<byte>(
            (LongestEscape * name.Length) + Room(value) + further.Sum(Room) + (3 * Around),
            pinned: true
        );
        Add("{\"secret\":"u8);
        AddText(name);
        Add(",\"value\":"u8);
        AddValue(value);
        switch (more)
        {
            case { Name: "current" }:
                Add(",\"current\":"u8);
                AddValue(further[0]);
                break;
            case { Name: { } list }:
                Add(",\""u8);
                Add(Encoding.UTF8.GetBytes(list));
                Add("\":["u8);
                for (int i = 0; i < further.Count; i++)
                {
                    Add(i == 0 ? ""u8 : ","u8);
                    AddValue(further[i]);
                }

                Add("]"u8);
                break;
        }

        Add("}"u8);
    }

    public ReadOnlyMemory<byte> Content => _bytes.AsMemory(0, _length);

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _length = 0;
    }

    private static int Room(SecretValue value) => (LongestEscape * value.AsSpan().Length) + Around;

    /// <summary>A JSON object as it is, text as a string, all else as base64.</summary>
    private void AddValue(SecretValue value)
    {
        if (IsObject(value))
        {
            Add(value.AsSpan());
        }
        else if (value.IsText())
        {
            AddText(value.AsSpan());
        }
        else
        {
            Add("{\"base64\":\""u8);
            Base64.EncodeToUtf8(value.AsSpan(), _bytes.AsSpan(_length), out _, out int written);
            _length += written;
            Add("\"}"u8);
        }
    }

    /// <summary>Not by Utf8JsonWriter, which escapes in rented memory that nobody zeroes.</summary>
    private void AddText(ReadOnlySpan<byte> text)
    {
        Add("\""u8);
        JavaScriptEncoder.UnsafeRelaxedJsonEscaping.EncodeUtf8(text, _bytes.AsSpan(_length), out _, out int written);
        _length += written;
        Add("\""u8);
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    private static bool IsObject(SecretValue value)
    {
        try
        {
            Utf8JsonReader reader = new(value.AsSpan());
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
