using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FlowSecrets.Files;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;

namespace FlowSecrets.Providers.Gcp;

/// <summary>
/// Who asks. The order: a token or file that was given, GOOGLE_APPLICATION_CREDENTIALS, application default credentials (gcloud's file, then
/// the machine's own service account), and the gcloud CLI's login.
/// </summary>
internal sealed class GcpCredential
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    private static readonly string[] TokenVariables = ["GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"];
    private static readonly string[] FileVariables = ["GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE"];

    /// <summary>What says that this process runs on Google Cloud, where a service account comes with the machine.</summary>
    private static readonly string[] MachineVariables = ["GCE_METADATA_HOST", "GCE_METADATA_IP", "K_SERVICE", "CLOUD_RUN_JOB", "GAE_SERVICE", "FUNCTION_TARGET", "KUBERNETES_SERVICE_HOST"];

    private readonly Func<IConfigurableHttpClientInitializer?> _open;

    private GcpCredential(string identity, string? member, string secret, Func<IConfigurableHttpClientInitializer?> open) =>
        (Identity, Member, CacheKey, _open) = (identity, member, $"{identity}\n{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)))}", open);

    /// <summary>Who it is, for messages.</summary>
    public string Identity { get; }

    /// <summary>As an IAM binding names it: user:…, serviceAccount:…; null where that is not known here.</summary>
    public string? Member { get; }

    /// <summary>Differs when the credential does.</summary>
    public string CacheKey { get; }

    /// <exception cref="FlowSecretException">NotAuthenticated.</exception>
    public IConfigurableHttpClientInitializer? Open() => _open();

    /// <summary>Finds it without leaving the machine.</summary>
    /// <exception cref="FlowSecretException">NotAuthenticated: a file that was named cannot be read, or nothing was found.</exception>
    public static GcpCredential Find(StoreSelection selection, GcpPlace place, GcloudConfiguration gcloud, Func<string, string?> environment)
    {
        if (selection.AccessToken is { } token)
        {
            string text = token.RevealText("-AccessToken");
            return OfToken(text, "-AccessToken");
        }

        if (selection.CredentialPath is { } path)
        {
            return OfFile(path, "-CredentialPath", place);
        }

        if (TokenVariables.FirstOrDefault(v => environment(v) is not null) is { } variable)
        {
            return OfToken(environment(variable)!, variable);
        }

        if (environment("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE") is { } tokenFile)
        {
            return OfToken(ReadFile(tokenFile, "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"), "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE");
        }

        if (place.IsUnencrypted)
        {
            // A person's own login is not sent in the clear to whatever listens there.
            return new GcpCredential("no credential (plain http)", null, "", static () => null);
        }

        if (FileVariables.FirstOrDefault(v => environment(v) is not null) is { } file)
        {
            return OfFile(environment(file)!, file, place);
        }

        string wellKnown = Path.Combine(gcloud.Folder, "application_default_credentials.json");
        if (File.Exists(wellKnown))
        {
            return OfFile(wellKnown, "application default credentials", place);
        }

        if (IsOnGoogle(environment))
        {
            return new GcpCredential("this machine's service account", null, "", static () => GoogleCredential.FromComputeCredential(new ComputeCredential()));
        }

        return gcloud.Account is { } account && GcloudLogin.Find(environment) is { } program
            ? new GcpCredential($"{account} (gcloud)", MemberOf(account), "", () => new GcloudLogin(program))
            : throw GcpErrors.NotAuthenticated(place.Project, "Not authenticated: there are no Google Cloud credentials here");
    }

    private static GcpCredential OfToken(string token, string source) => new($"access token of {source}", null, token, () => GoogleCredential.FromAccessToken(token.Trim()));

    private static GcpCredential OfFile(string path, string source, GcpPlace place)
    {
        string text = ReadFile(path, source);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            string? type = Text(root, "type");
            if (type is null)
            {
                throw GcpErrors.NotAuthenticated(place.Project, $"'{path}' ({source}) is no credential file of Google Cloud");
            }

            if (root.TryGetProperty("credential_source", out JsonElement from) && (from.TryGetProperty("executable", out _) || from.TryGetProperty("certificate", out _)))
            {
                throw GcpErrors.NotAuthenticated(place.Project, $"'{path}' ({source}) gets its token from a program or a certificate, which Google's library for .NET does not support");
            }

            string? email = Text(root, "client_email") ?? Impersonated(Text(root, "service_account_impersonation_url")) ?? Text(root, "account");
            bool needsQuotaProject = type == JsonCredentialParameters.AuthorizedUserCredentialType && Text(root, "quota_project_id") is null;
            return new GcpCredential($"{email ?? type} ({source})", email is null ? null : MemberOf(email), text, () => Load(text, type, needsQuotaProject ? place.Project : null, path, source));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw GcpErrors.NotAuthenticated(place.Project, $"'{path}' ({source}) is no credential file of Google Cloud");
        }
    }

    private static GoogleCredential Load(string json, string type, string? quotaProject, string path, string source)
    {
        try
        {
            GoogleCredential credential = CredentialFactory.FromJson(json, type).CreateScoped(Scope);
            return quotaProject is null ? credential : credential.CreateWithQuotaProject(quotaProject);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or CryptographicException or Newtonsoft.Json.JsonException)
        {
            // Their texts may quote the file.
            throw GcpErrors.NotAuthenticated("credential", $"'{path}' ({source}) is no usable credential of the type '{type}'");
        }
    }

    private static string ReadFile(string path, string source)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GcpErrors.NotAuthenticated("credential", $"'{path}' ({source}) cannot be read");
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>…/serviceAccounts/EMAIL:generateAccessToken</summary>
    private static string? Impersonated(string? url) => url is null ? null : GcpName.Last(url).Split(':')[0];

    private static string MemberOf(string account) => (account.EndsWith("gserviceaccount.com", StringComparison.Ordinal) ? "serviceAccount:" : "user:") + account;

    private static bool IsOnGoogle(Func<string, string?> environment)
    {
        if (MachineVariables.Any(v => environment(v) is not null))
        {
            return true;
        }

        try
        {
            return File.ReadAllText("/sys/class/dmi/id/product_name").StartsWith("Google", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
