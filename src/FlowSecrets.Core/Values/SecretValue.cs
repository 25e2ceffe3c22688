using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using FlowSecrets.Errors;

namespace FlowSecrets.Values;

/// <summary>
/// The bytes of one secret in a pinned buffer that <see cref="Dispose"/> zeroes. Nothing that prints, debugs or
/// serializes it shows more than <c>••••</c>. Equality is by content, in constant time.
/// </summary>
[DebuggerDisplay("••••")]
[JsonConverter(typeof(MaskConverter))]
internal sealed class SecretValue : IDisposable
{
    /// <summary>What stands wherever a value would.</summary>
    public const string Mask = "••••";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private byte[]? _bytes;

    private SecretValue(byte[] pinned) => _bytes = pinned;

    /// <summary>Copies <paramref name="bytes"/>; the caller zeroes its own copy.</summary>
    public static SecretValue FromBytes(ReadOnlySpan<byte> bytes)
    {
        byte[] pinned = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(pinned);
        return new SecretValue(pinned);
    }

    /// <summary>Text as UTF-8, without a byte order mark; no newline is added or lost.</summary>
    /// <exception cref="FlowSecretException">ValueNotText: an unpaired surrogate.</exception>
    public static SecretValue FromText(ReadOnlySpan<char> text)
    {
        try
        {
            byte[] pinned = GC.AllocateUninitializedArray<byte>(StrictUtf8.GetByteCount(text), pinned: true);
            StrictUtf8.GetBytes(text, pinned);
            return new SecretValue(pinned);
        }
        catch (EncoderFallbackException)
        {
            throw new FlowSecretException(
                ErrorIds.ValueNotText,
                null,
                "The text holds half of a surrogate pair, which UTF-8 cannot carry",
                "Give the value as a file with -Path."
            );
        }
    }

    /// <summary>A copy that lives on its own.</summary>
    public SecretValue Clone() => FromBytes(AsSpan());

    /// <summary>The bytes, valid until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> AsSpan() => _bytes ?? throw new ObjectDisposedException(nameof(SecretValue));

    public bool IsEmpty() => AsSpan().IsEmpty;

    public bool IsText() => System.Text.Unicode.Utf8.IsValid(AsSpan());

    /// <summary>The value as text. The string cannot be zeroed: ask for it as late as possible.</summary>
    /// <param name="name">Named in the error.</param>
    /// <exception cref="FlowSecretException">ValueNotText: the bytes are not UTF-8.</exception>
    public string RevealText(string? name)
    {
        try
        {
            return StrictUtf8.GetString(AsSpan());
        }
        catch (DecoderFallbackException)
        {
            throw new FlowSecretException(
                ErrorIds.ValueNotText,
                name,
                $"The value of '{name}' is binary, not UTF-8 text",
                "Write it to a file: Get-FlowSecretValue " + name + " -OutFile PATH"
            );
        }
    }

    public override bool Equals(object? obj) =>
        obj is SecretValue other && CryptographicOperations.FixedTimeEquals(AsSpan(), other.AsSpan());

    /// <summary>Constant: a hash of a short value would give it away.</summary>
    public override int GetHashCode() => 0;

    public override string ToString() => Mask;

    public void Dispose()
    {
        byte[]? bytes = Interlocked.Exchange(ref _bytes, null);
        if (bytes is not null)
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    internal sealed class MaskConverter : JsonConverter<SecretValue>
    {
        public override SecretValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret value is not read from JSON.");

        public override void Write(Utf8JsonWriter writer, SecretValue value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Mask);
    }
}
