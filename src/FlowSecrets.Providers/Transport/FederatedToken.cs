using System.Buffers.Text;
using System.Text.Json;
using FlowSecrets.Files;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Transport;

/// <summary>The claims of a token that say whose it is. The token itself is kept nowhere.</summary>
internal sealed record FederatedToken(string? Issuer, string? Subject, string? Audience)
{
    /// <returns>Null: there is no such file, or it holds no JSON web token.</returns>
    public static FederatedToken? Read(string? path)
    {
        try
        {
            return path is null ? null : Parse(FileReader.Text(FileReader.Named(path, FileReader.SmallLimit), path).Trim());
        }
        catch (FlowSecretException)
        {
            return null;
        }
    }

    public override string ToString() => $"its token's subject is '{Subject}', its issuer {Issuer}, its audience {Audience}";

    private static FederatedToken? Parse(string token)
    {
        if (token.Split('.') is not [_, { } body, _])
        {
            return null;
        }

        try
        {
            using JsonDocument claims = JsonDocument.Parse(Base64Url.DecodeFromChars(body));
            string? Text(string name) =>
                claims.RootElement.TryGetProperty(name, out JsonElement value)
                    ? RemoteText.Clean(
                        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? value[0].ToString() : value.ToString()
                    )
                    : null;
            return new FederatedToken(Text("iss"), Text("sub"), Text("aud"));
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }
}
