using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Aws.Policies;

namespace FlowSecrets.CloudFakes.Aws.Sts;

/// <summary>The claims of a token of OpenID Connect. Its signature is not verified.</summary>
internal sealed class AwsWebToken
{
    private readonly JsonObject _claims;

    private AwsWebToken(JsonObject claims) => _claims = claims;

    public string Subject => Claim("sub") ?? "";

    public string Audience => AwsPolicy.Texts(_claims["aud"]).FirstOrDefault("");

    /// <summary>The issuer as providers are named.</summary>
    public string Host => (Claim("iss") ?? "").Replace("https://", "", StringComparison.Ordinal);

    public DateTimeOffset Expires => DateTimeOffset.FromUnixTimeSeconds((long?)_claims["exp"] ?? 0);

    public static AwsWebToken Read(string token)
    {
        try
        {
            return new AwsWebToken(
                (JsonObject)JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.') is [_, var payload, _] ? payload : ""))!
            );
        }
        catch (Exception failure) when (failure is JsonException or FormatException or DecoderFallbackException or InvalidCastException)
        {
            throw new AwsError(
                "InvalidIdentityToken",
                "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
            );
        }
    }

    /// <summary>sub, aud and the like under the issuer's name.</summary>
    public AwsContext AddTo(AwsContext context) =>
        _claims
            .Where(static c => c.Value is JsonArray or JsonValue)
            .Aggregate(context, (all, claim) => all.With($"{Host}:{claim.Key}", [.. AwsPolicy.Texts(claim.Value)]));

    private string? Claim(string name) => _claims[name]?.ToString();
}
