using System.Text.Json;
using System.Text.Json.Nodes;
using System.Web;
using FlowSecrets.CloudFakes.Gcp.Iam;

namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>Tokens: what one is worth, one for another's, one for a service account.</summary>
internal sealed class GcpTokenOperations(GcpWorld world)
{
    private const int Seconds = 3599;

    public IEnumerable<GcpRoute> Routes() =>
        [
            new("TokenInfo", GcpService.Accounts, "POST", "tokeninfo", null, Info),
            new("TokenInfo", GcpService.Accounts, "GET", "tokeninfo", null, Info),
            new("TokenInfo", GcpService.Accounts, "GET", "oauth2/v3/tokeninfo", null, Info),
            new("TokenInfo", GcpService.Accounts, "GET", "oauth2/v1/tokeninfo", null, Info),
            new("Tokens.Exchange", GcpService.Tokens, "POST", "v1/token", null, Exchange),
            new(
                "ServiceAccounts.GenerateAccessToken",
                GcpService.Credentials,
                "POST",
                "v1/projects/{project}/serviceAccounts/{email}:generateAccessToken",
                "iam.serviceAccounts.getAccessToken",
                Generate
            ),
        ];

    private GcpResult Info(GcpCall call)
    {
        GcpCaller caller = GcpCaller.OfToken(Fields(call).GetValueOrDefault("access_token") ?? call.Query("access_token"));
        JsonObject info = new()
        {
            ["aud"] = "32555940559.apps.googleusercontent.com",
            ["scope"] = "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/userinfo.email",
            ["expires_in"] = Seconds.ToString(),
            ["access_type"] = "online",
        };
        if (caller.Email.Length > 0)
        {
            info["email"] = caller.Email;
            info["email_verified"] = "true";
        }

        return new GcpResult(info);
    }

    private GcpResult Exchange(GcpCall call)
    {
        IReadOnlyDictionary<string, string> fields = Fields(call);
        string audience = fields.GetValueOrDefault("audience") ?? "";
        if (world.Federation.Find(audience) is not { } provider)
        {
            return Refused(
                "invalid_target",
                "The target service indicated by the \"audience\" parameters is invalid. This might either be because the pool or "
                    + "provider is disabled or deleted or because it doesn't exist."
            );
        }

        if (Claims(fields.GetValueOrDefault("subject_token") ?? fields.GetValueOrDefault("subjectToken") ?? "") is not { } claims)
        {
            return Refused("invalid_request", "Unable to parse the ID Token.");
        }

        if (claims.Text("iss") is { } issuer && issuer != provider.Issuer)
        {
            return Refused("invalid_grant", $"The issuer in ID Token {issuer} does not match the expected ones: {provider.Issuer}.");
        }

        return world.Federation.Admit(provider, claims) is { } member
            ? new GcpResult(
                new JsonObject
                {
                    ["access_token"] = GcpCaller.Mark + member,
                    ["issued_token_type"] = "urn:ietf:params:oauth:token-type:access_token",
                    ["token_type"] = "Bearer",
                    ["expires_in"] = Seconds,
                }
            )
            : Refused("unauthorized_client", "The given credential is rejected by the attribute condition.");
    }

    private GcpResult Generate(GcpCall call) =>
        new(
            new JsonObject
            {
                ["accessToken"] = $"{GcpCaller.Mark}{GcpMembers.ServiceAccount}{call.Ids["email"]}",
                ["expireTime"] = world.Store.Now.AddSeconds(Seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
            }
        );

    private static GcpResult Refused(string error, string description) =>
        new(new JsonObject { ["error"] = error, ["error_description"] = description }, false) { Status = 400 };

    /// <summary>A form or, as some libraries send it, JSON.</summary>
    private static Dictionary<string, string> Fields(GcpCall call)
    {
        string body = System.Text.Encoding.UTF8.GetString(call.Request.Body);
        if (body.StartsWith('{'))
        {
            return call.Body().ToDictionary(static p => p.Key, static p => p.Value?.ToString() ?? "", StringComparer.Ordinal);
        }

        System.Collections.Specialized.NameValueCollection form = HttpUtility.ParseQueryString(body);
        return form.AllKeys.OfType<string>().ToDictionary(static k => k, k => form[k] ?? "", StringComparer.Ordinal);
    }

    /// <summary>The signature is not looked at.</summary>
    private static JsonObject? Claims(string token)
    {
        try
        {
            return token.Split('.') is [_, var payload, ..] ? JsonNode.Parse(GcpInput.Bytes(payload, "subject_token")) as JsonObject : null;
        }
        catch (Exception failure) when (failure is JsonException or GcpError)
        {
            return null;
        }
    }
}
