using System.Security.Cryptography;
using FlowSecrets.Errors;
using FlowSecrets.Model;
using FlowSecrets.Values;

namespace FlowSecrets.Tests.Values;

public sealed class ValueTests
{
    [Fact]
    public void AValueShowsItselfToNobody()
    {
        using SecretValue value = SecretValue.FromText("CANARY");
        Assert.DoesNotContain("CANARY", value.ToString());
        Assert.DoesNotContain("CANARY", System.Text.Json.JsonSerializer.Serialize(value));
        Assert.DoesNotContain("CANARY", System.Text.Json.JsonSerializer.Serialize(new { Inner = value }));
        Assert.DoesNotContain("CANARY", $"{new ReadSecret("n", "1", value)}");
        Assert.Equal(0, value.GetHashCode());
        Assert.Empty(typeof(SecretValue).GetProperties());
    }

    [Fact]
    public void ADisposedValueIsGone()
    {
        SecretValue value = SecretValue.FromText("x");
        value.Dispose();
        value.Dispose();
        Assert.Throws<ObjectDisposedException>(() => value.AsSpan().Length);
    }

    [Fact]
    public void EqualityIsByContent()
    {
        using SecretValue a = SecretValue.FromText("same");
        using SecretValue b = a.Clone();
        using SecretValue c = SecretValue.FromText("other");
        Assert.True(a.Equals(b));
        Assert.False(a.Equals(c));
    }

    [Theory]
    [InlineData(GenerateKind.Password, "[-A-Za-z0-9!#*+.:=?^_~]{32}", 190)]
    [InlineData(GenerateKind.Hex, "[0-9a-f]{64}", 256)]
    [InlineData(GenerateKind.Base64, "[A-Za-z0-9+/]{43}=", 256)]
    [InlineData(GenerateKind.Base64Url, "[A-Za-z0-9_-]{43}", 256)]
    [InlineData(GenerateKind.Uuid, "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", 122)]
    [InlineData(GenerateKind.Passphrase, "([b-z][aiou][b-z][aiou][b-z]-){7}[b-z][aiou][b-z][aiou][b-z]", 128)]
    public void GeneratedTextHasItsFormAndEntropy(GenerateKind kind, string form, int bits)
    {
        HashSet<string> seen = [];
        for (int i = 0; i < 50; i++)
        {
            using GeneratedSecret made = SecretGenerator.Generate(new GenerateSpec(kind));
            string text = made.Value.RevealText("");
            Assert.Matches($@"\A{form}\z", text);
            Assert.True(made.EntropyBits >= bits);
            Assert.True(seen.Add(text));
        }
    }

    [Fact]
    public void APasswordHoldsEveryClass()
    {
        for (int i = 0; i < 200; i++)
        {
            using GeneratedSecret made = SecretGenerator.Generate(new GenerateSpec(GenerateKind.Password) { Length = 8, Symbols = "_" });
            string text = made.Value.RevealText("");
            Assert.Contains(text, char.IsAsciiLetterLower);
            Assert.Contains(text, char.IsAsciiLetterUpper);
            Assert.Contains(text, char.IsAsciiDigit);
            Assert.Contains('_', text);
        }
    }

    [Fact]
    public void KeyPairsFitTogether()
    {
        using GeneratedSecret ec = SecretGenerator.Generate(new GenerateSpec(GenerateKind.Ec) { Curve = "P-384" });
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(ec.Value.RevealText(""));
        Assert.Equal(ec.PublicKey, key.ExportSubjectPublicKeyInfoPem() + "\n");
        Assert.Equal(192, ec.EntropyBits);
        using GeneratedSecret rsa = SecretGenerator.Generate(new GenerateSpec(GenerateKind.Rsa) { Bits = 2048 });
        using RSA rsaKey = RSA.Create();
        rsaKey.ImportFromPem(rsa.Value.RevealText(""));
        Assert.Equal(2048, rsaKey.KeySize);
    }

    [Fact]
    public void SettingsThatDoNotGoTogetherAreRefused()
    {
        foreach (
            GenerateSpec wrong in new GenerateSpec[]
            {
                new(GenerateKind.Hex) { Length = 9 },
                new(GenerateKind.Rsa) { Bits = 1024 },
                new(GenerateKind.Password) { Symbols = "aa" },
                new(GenerateKind.Uuid) { Bytes = 16 },
            }
        )
        {
            Assert.Equal(ErrorIds.BadArgument, Assert.Throws<FlowSecretException>(() => SecretGenerator.Generate(wrong)).Id);
        }
    }
}
