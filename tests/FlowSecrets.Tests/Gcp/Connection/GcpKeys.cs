using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using FlowSecrets.CloudFakes.Hosting;
using FlowSecrets.Tests.Transport;

namespace FlowSecrets.Tests.Gcp.Connection;

/// <summary>Credential files of Google's kinds, whose token services are the test's own.</summary>
internal static class GcpKeys
{
    private static readonly string Pem = MakePem();
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public const string Audience = "//iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci/providers/github";

    public static object ServiceAccount(Uri tokens) =>
        new
        {
            type = "service_account",
            project_id = "flow-test",
            private_key_id = "k1",
            private_key = Pem,
            client_email = "app@flow-test.iam.gserviceaccount.com",
            client_id = "1",
            token_uri = new Uri(tokens, "token").AbsoluteUri,
        };

    public static object External(Uri tokens, object source, bool impersonates) =>
        new
        {
            type = "external_account",
            audience = Audience,
            subject_token_type = "urn:ietf:params:oauth:token-type:jwt",
            token_url = new Uri(tokens, "sts").AbsoluteUri,
            credential_source = source,
            service_account_impersonation_url = impersonates ? Impersonation(tokens) : null,
        };

    public static object Impersonating(Uri tokens) =>
        new
        {
            type = "impersonated_service_account",
            service_account_impersonation_url = Impersonation(tokens),
            source_credentials = ServiceAccount(tokens),
            delegates = Array.Empty<string>(),
        };

    public static string Json(object file) => JsonSerializer.Serialize(file, Options);

    private static string Impersonation(Uri tokens) =>
        new Uri(tokens, "v1/projects/-/serviceAccounts/reader@flow-test.iam.gserviceaccount.com:generateAccessToken").AbsoluteUri;

    private static string MakePem()
    {
        using RSA rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }
}

/// <summary>Answers as Google's token services do, and numbers its tokens.</summary>
internal sealed class TokenService
{
    private int _count;

    public int ExpiresIn { get; init; } = 3600;

    public Answer Reply(Asked asked)
    {
        int number = Interlocked.Increment(ref _count);
        return asked.Path switch
        {
            "/token" or "/computeMetadata/v1/instance/service-accounts/default/token" => new Answer(
                200,
                $$"""{"access_token":"token-{{number}}","expires_in":{{ExpiresIn}},"token_type":"Bearer"}"""
            ),
            "/sts" => new Answer(
                200,
                $$"""
                {"access_token":"federated-{{number}}","issued_token_type":"urn:ietf:params:oauth:token-type:access_token",
                "token_type":"Bearer","expires_in":3600}
                """
            ),
            { } path when path.EndsWith(":generateAccessToken", StringComparison.Ordinal) => new Answer(
                200,
                $$"""{"accessToken":"impersonated-{{number}}","expireTime":"{{DateTime.UtcNow.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}}"}"""
            ),
            _ => new Answer(404, "{}"),
        };
    }
}
