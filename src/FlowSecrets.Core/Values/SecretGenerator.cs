using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Errors;

namespace FlowSecrets.Values;

/// <summary>A made value. Owns it.</summary>
/// <param name="Value">The secret; for a key pair the private key as PKCS#8 PEM.</param>
/// <param name="EntropyBits">How many bits an attacker has to guess; for a key pair its security strength (NIST SP 800-57).</param>
/// <param name="PublicKey">The public half as PEM; null unless it is a key pair.</param>
internal sealed record GeneratedSecret(SecretValue Value, int EntropyBits, string? PublicKey) : IDisposable
{
    public void Dispose() => Value.Dispose();
}

/// <summary>Makes secrets from the system's random number generator.</summary>
internal static class SecretGenerator
{
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digits = "0123456789";

    /// <summary>None needs an escape in a shell's double quotes, a .env file, a URL's path or a connection string in quotes.</summary>
    private const string DefaultSymbols = "!#*+-.:=?^_~";

    /// <exception cref="FlowSecretException">BadArgument: settings that do not go together.</exception>
    public static GeneratedSecret Generate(GenerateSpec spec)
    {
        if (spec.Problem() is { } problem)
        {
            throw new FlowSecretException(ErrorIds.BadArgument, spec.Kind.ToString(), problem, "See Get-Help New-FlowSecretValue -Full.");
        }

        int bytes = spec.Bytes ?? 32;
        return spec.Kind switch
        {
            GenerateKind.Password => Password(spec.Length ?? 32, spec.Symbols ?? DefaultSymbols),
            GenerateKind.Hex => Random(bytes, static b => Convert.ToHexStringLower(b).ToCharArray()),
            GenerateKind.Base64 => Random(bytes, static b => Convert.ToBase64String(b).ToCharArray()),
            GenerateKind.Base64Url => Random(bytes, static b => Base64Url.EncodeToChars(b)),
            GenerateKind.Uuid => Uuid(),
            GenerateKind.Passphrase => Passphrase(spec.Words ?? 8),
            GenerateKind.Rsa => Rsa(spec.Bits ?? 3072),
            _ => Ec(spec.Curve ?? "P-256"),
        };
    }

    private static GeneratedSecret Password(int length, string symbols)
    {
        string[] classes = symbols.Length == 0 ? [Lower, Upper, Digits] : [Lower, Upper, Digits, symbols];
        string alphabet = string.Concat(classes);
        char[] characters = new char[length];
        try
        {
            // Drawn anew until every class is there: uniform over all passwords that satisfy usual rules.
            do
            {
                RandomNumberGenerator.GetItems(alphabet, characters);
            } while (!classes.All(c => characters.AsSpan().IndexOfAny(c) >= 0));

            return new GeneratedSecret(SecretValue.FromText(characters), (int)(length * Math.Log2(alphabet.Length)), null);
        }
        finally
        {
            Array.Clear(characters);
        }
    }

    private static GeneratedSecret Random(int count, Func<byte[], char[]> encode)
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(count);
        char[] text = encode(bytes);
        GeneratedSecret result = new(SecretValue.FromText(text), count * 8, null);
        CryptographicOperations.ZeroMemory(bytes);
        Array.Clear(text);
        return result;
    }

    private static GeneratedSecret Uuid()
    {
        // Guid.NewGuid promises no cryptographic quality on every platform, so the bytes come from the generator.
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new GeneratedSecret(SecretValue.FromText(new Guid(bytes, bigEndian: true).ToString("D")), 122, null);
    }

    /// <summary>Pronounceable words of five letters, 16 bits each: proquints (arXiv:0901.4016).</summary>
    private static GeneratedSecret Passphrase(int words)
    {
        const string consonants = "bdfghjklmnprstvz";
        const string vowels = "aiou";
        StringBuilder text = new(words * 6);
        for (int i = 0; i < words; i++)
        {
            int bits = RandomNumberGenerator.GetInt32(1 << 16);
            text.Append(i == 0 ? "" : "-")
                .Append(consonants[bits >> 12])
                .Append(vowels[(bits >> 10) & 3])
                .Append(consonants[(bits >> 6) & 15])
                .Append(vowels[(bits >> 4) & 3])
                .Append(consonants[bits & 15]);
        }

        GeneratedSecret result = new(SecretValue.FromText(text.ToString()), words * 16, null);
        text.Clear();
        return result;
    }

    private static GeneratedSecret Rsa(int bits)
    {
        using RSA key = RSA.Create(bits);
        return KeyPair(
            key,
            bits switch
            {
                2048 => 112,
                3072 => 128,
                _ => 152,
            }
        );
    }

    private static GeneratedSecret Ec(string curve)
    {
        (ECCurve named, int strength) = curve switch
        {
            "P-256" => (ECCurve.NamedCurves.nistP256, 128),
            "P-384" => (ECCurve.NamedCurves.nistP384, 192),
            "P-521" => (ECCurve.NamedCurves.nistP521, 256),
            _ => throw new FlowSecretException(
                ErrorIds.BadArgument,
                curve,
                $"There is no curve '{curve}' here",
                "Use P-256, P-384 or P-521."
            ),
        };
        using ECDsa key = ECDsa.Create(named);
        return KeyPair(key, strength);
    }

    private static GeneratedSecret KeyPair(AsymmetricAlgorithm key, int strength)
    {
        string pem = key.ExportPkcs8PrivateKeyPem() + "\n";
        return new GeneratedSecret(SecretValue.FromText(pem), strength, key.ExportSubjectPublicKeyInfoPem() + "\n");
    }
}
