namespace FlowSecrets.Values;

/// <summary>How a value is made. What is null has its default.</summary>
/// <param name="Kind">What to make.</param>
internal sealed record GenerateSpec(GenerateKind Kind)
{
    /// <summary>Characters of a password; 32.</summary>
    public int? Length { get; init; }

    /// <summary>Random bytes of hex, base64 and base64url; 32.</summary>
    public int? Bytes { get; init; }

    /// <summary>Words of a passphrase, 16 bits each; 8.</summary>
    public int? Words { get; init; }

    /// <summary>Bits of an RSA key: 2048, 3072 or 4096; 3072.</summary>
    public int? Bits { get; init; }

    /// <summary>P-256, P-384 or P-521; P-256.</summary>
    public string? Curve { get; init; }

    /// <summary>Symbols of a password besides letters and digits; null: <c>!#*+-.:=?^_~</c>; empty: none.</summary>
    public string? Symbols { get; init; }

    /// <summary>What does not go together; null when all is right.</summary>
    public string? Problem()
    {
        (object? Value, string Name, bool Fits)[] settings =
        [
            (Length, "length", Kind == GenerateKind.Password),
            (Symbols, "symbols", Kind == GenerateKind.Password),
            (Bytes, "bytes", Kind is GenerateKind.Hex or GenerateKind.Base64 or GenerateKind.Base64Url),
            (Words, "words", Kind == GenerateKind.Passphrase),
            (Bits, "bits", Kind == GenerateKind.Rsa),
            (Curve, "curve", Kind == GenerateKind.Ec),
        ];
        foreach ((object? value, string name, bool fits) in settings)
        {
            if (value is not null && !fits)
            {
                return $"'{name}' does not go with the kind {Kind.ToString().ToLowerInvariant()}.";
            }
        }

        if (Bits is not (null or 2048 or 3072 or 4096))
        {
            return "'bits' of an RSA key are 2048, 3072 or 4096.";
        }

        return
            Symbols is not null
            && (
                Symbols.Any(static c => !char.IsAscii(c) || !(char.IsPunctuation(c) || char.IsSymbol(c)))
                || Symbols.Distinct().Count() != Symbols.Length
            )
            ? "'symbols' are ASCII punctuation, each once."
            : null;
    }
}
