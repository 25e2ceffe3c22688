using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FlowSecrets.Files;
using FlowSecrets.Transport;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;

namespace FlowSecrets.Providers.Gcp;

/// <summary>
/// Who asks. The order: a token or file that was given, GOOGLE_APPLICATION_CREDENTIALS, application default credentials (gcloud's file,
/// then
/// the machine's own service account), and the gcloud CLI's login.
/// </summary>
internal sealed class GcpCredential
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    private static readonly string[] TokenVariables = ["GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"];
    private static readonly string[] FileVariables = ["GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE"];

    /// <summary>What says that this process runs on Google Cloud, where a service account comes with the machine.</summary>
    private static readonly string[] MachineVariables =
    [
        MetadataVariable,
        "GCE_METADATA_IP",
        "K_SERVICE",
        "CLOUD_RUN_JOB",
        "GAE_SERVICE",
        "FUNCTION_TARGET",
    ];

    /// <summary>
    /// The types that Google's library reads; another's name is not repeated, since a file that is none of these may hold anything.
    /// </summary>
    private static readonly string[] Types =
    [
        "authorized_user",
        "external_account",
        "external_account_authorized_user",
        "impersonated_service_account",
        "service_account",
    ];

    private const string MetadataVariable = "GCE_METADATA_HOST";
    private const string Unnamed = "user:YOUR_ACCOUNT";

    private readonly Func<IConfigurableHttpClientInitializer?> _open;

    private GcpCredential(string identity, string member, string secret, Func<IConfigurableHttpClientInitializer?> open) =>
        (Identity, Member, CacheKey, _open) = (
            identity,
            member,
            $"{identity}\n{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)))}",
            open
        );

    /// <summary>Who it is, for messages.</summary>
    public string Identity { get; }

    /// <summary>As an IAM binding names it: user:…, serviceAccount:…; in capitals what is not known here.</summary>
    public string Member { get; }

    /// <summary>Whether it is known who that is.</summary>
    public bool IsNamed =>
        Member != Unnamed
        && !Member.EndsWith("SERVICE_ACCOUNT_EMAIL", StringComparison.Ordinal)
        && !Member.EndsWith("/subject/SUBJECT", StringComparison.Ordinal);

    /// <summary>Who gcloud is logged in as, where that is not this credential; null: nobody.</summary>
    public string? OtherMember { get; private set; }

    /// <summary>Differs when the credential does.</summary>
    public string CacheKey { get; }

    /// <summary>Whether a token of elsewhere is exchanged for one of Google's.</summary>
    public bool IsFederated => Provider is not null;

    /// <summary>projects/N/locations/global/workloadIdentityPools/POOL/providers/PROVIDER; null: none.</summary>
    public string? Provider { get; private init; }

    public string? Pool => Provider?[..Provider.IndexOf("/providers/", StringComparison.Ordinal)];

    /// <summary>The file with the token that is exchanged; null: it comes from elsewhere.</summary>
    public string? TokenFile { get; private init; }

    /// <exception cref="FlowSecretException">NotAuthenticated.</exception>
    public IConfigurableHttpClientInitializer? Open() => _open() is { } credential ? new GuardedCredential(credential) : null;

    /// <summary>Finds it without leaving the machine.</summary>
    /// <exception cref="FlowSecretException">NotAuthenticated: a file that was named cannot be read, or nothing was found.</exception>
    public static GcpCredential Find(
        StoreSelection selection,
        GcpPlace place,
        GcloudConfiguration gcloud,
        Func<string, string?> environment
    )
    {
        GcpCredential found = FindFirst(selection, place, gcloud, environment);
        found.OtherMember = (gcloud.Impersonated ?? gcloud.Account) is { } account ? MemberOf(account) : null;
        return found;
    }

    private static GcpCredential FindFirst(
        StoreSelection selection,
        GcpPlace place,
        GcloudConfiguration gcloud,
        Func<string, string?> environment
    )
    {
        if (selection.AccessToken is { } token)
        {
            string text = token.RevealText("-AccessToken");
            return OfToken(text, "-AccessToken", place);
        }

        if (selection.CredentialPath is { } path)
        {
            return OfFile(path, "-CredentialPath", place);
        }

        if (TokenVariables.FirstOrDefault(v => environment(v) is not null) is { } variable)
        {
            return OfToken(environment(variable)!, variable, place);
        }

        if (environment("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE") is { } tokenFile)
        {
            return OfToken(ReadFile(tokenFile, "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", place), "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", place);
        }

        if (place.IsUnencrypted)
        {
            // A person's own login is not sent in the clear to whatever listens there.
            return new GcpCredential("no credential (plain http)", Unnamed, "", static () => null);
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
            return OfMachine(environment);
        }

        if (gcloud.Account is { } account)
        {
            string program =
                GcloudLogin.Find(environment)
                ?? throw GcpErrors.NotAuthenticated(
                    place.Project,
                    $"Not authenticated: the gcloud CLI has a login of {account}, but gcloud is not on PATH, and there are no other "
                        + $"Google Cloud credentials here"
                );
            string name = gcloud.Impersonated ?? account;
            return new GcpCredential($"{name} (gcloud)", MemberOf(name), "", () => new GcloudLogin(program));
        }

        // Any cluster has it. Where nothing else is found, this one may be Google's.
        return environment("KUBERNETES_SERVICE_HOST") is not null
            ? OfMachine(environment)
            : throw GcpErrors.NotAuthenticated(place.Project, "Not authenticated: there are no Google Cloud credentials here");
    }

    private static GcpCredential OfMachine(Func<string, string?> environment)
    {
        string? host = environment(MetadataVariable);
        return new GcpCredential(
            "this machine's service account",
            "serviceAccount:SERVICE_ACCOUNT_EMAIL",
            host ?? "",
            () =>
                GoogleCredential.FromComputeCredential(
                    host is null
                        ? new ComputeCredential()
                        : new ComputeCredential(
                            new ComputeCredential.Initializer($"http://{host}/computeMetadata/v1/instance/service-accounts/default/token")
                        )
                )
        );
    }

    /// <exception cref="FlowSecretException">NotAuthenticated: it could not be sent as a header.</exception>
    private static GcpCredential OfToken(string token, string source, GcpPlace place)
    {
        string text = token.Trim();
        return text.Length > 0 && text.All(static c => c is > ' ' and < (char)127)
            ? new GcpCredential($"access token of {source}", Unnamed, text, () => GoogleCredential.FromAccessToken(text))
            : throw GcpErrors.NotAuthenticated(place.Project, $"{source} holds no access token");
    }

    private static GcpCredential OfFile(string path, string source, GcpPlace place)
    {
        string text = ReadFile(path, source, place);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            string? type = Text(root, "type");
            if (type is null || !Types.Contains(type, StringComparer.Ordinal))
            {
                throw NoCredential(path, source, place);
            }

            if (
                root.TryGetProperty("credential_source", out JsonElement from)
                && (from.TryGetProperty("executable", out _) || from.TryGetProperty("certificate", out _))
            )
            {
                throw GcpErrors.NotAuthenticated(
                    place.Project,
                    $"'{path}' ({source}) gets its token from a program or a certificate, which Google's library for .NET does not "
                        + $"support; use one with a file or an address as its source"
                );
            }

            string? email =
                Text(root, "client_email") ?? Impersonated(Text(root, "service_account_impersonation_url")) ?? Text(root, "account");
            string? provider = ProviderOf(Text(root, "audience"));
            string? tokenFile = from.ValueKind == JsonValueKind.Object ? Text(from, "file") : null;
            string member =
                email is not null ? MemberOf(email)
                : provider is not null
                    ? $"principal://iam.googleapis.com/{provider[..provider.IndexOf("/providers/", StringComparison.Ordinal)]}"
                        + $"/subject/{RemoteText.Argument(FederatedToken.Read(tokenFile)?.Subject, "SUBJECT")}"
                : Unnamed;
            bool needsQuotaProject =
                type == JsonCredentialParameters.AuthorizedUserCredentialType && Text(root, "quota_project_id") is null;
            return new GcpCredential(
                $"{email ?? type} ({source})",
                member,
                text,
                () => Load(text, type, needsQuotaProject, path, source, place)
            )
            {
                Provider = provider,
                TokenFile = tokenFile,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw NoCredential(path, source, place);
        }
    }

    private static FlowSecretException NoCredential(string path, string source, GcpPlace place) =>
        GcpErrors.NotAuthenticated(place.Project, $"'{path}' ({source}) is no credential file of Google Cloud");

    private static GoogleCredential Load(string json, string type, bool needsQuotaProject, string path, string source, GcpPlace place)
    {
        try
        {
            GoogleCredential credential = CredentialFactory.FromJson(json, type).CreateScoped(Scope);
            return needsQuotaProject ? credential.CreateWithQuotaProject(place.Project) : credential;
        }
        catch (Exception e)
            when (e
                    is InvalidOperationException
                        or ArgumentException
                        or FormatException
                        or CryptographicException
                        or NotSupportedException
                        or NullReferenceException
                        or Newtonsoft.Json.JsonException
            )
        {
            // Their texts may quote the file.
            throw GcpErrors.NotAuthenticated(place.Project, $"'{path}' ({source}) is no usable credential of the type '{type}'");
        }
    }

    private static string ReadFile(string path, string source, GcpPlace place)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw GcpErrors.NotAuthenticated(
                place.Project,
                $"'{path}' ({source}) {(e is FileNotFoundException or DirectoryNotFoundException ? "is not there" : "cannot be read")}",
                $"Correct the path or the rights; or leave {source} out and log in: gcloud auth application-default login"
            );
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    /// <summary>…/serviceAccounts/EMAIL:generateAccessToken</summary>
    private static string? Impersonated(string? url) => url is null ? null : GcpName.Last(url).Split(':')[0];

    /// <summary>//iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/POOL/providers/PROVIDER</summary>
    private static string? ProviderOf(string? audience) =>
        audience is not null
        && audience.StartsWith("//iam.googleapis.com/", StringComparison.Ordinal)
        && audience.Contains("/providers/", StringComparison.Ordinal)
            ? audience["//iam.googleapis.com/".Length..]
            : null;

    public static string MemberOf(string account) =>
        (account.EndsWith("gserviceaccount.com", StringComparison.Ordinal) ? "serviceAccount:" : "user:") + account;

    private static bool IsOnGoogle(Func<string, string?> environment)
    {
        if (environment("NO_GCE_CHECK") == "true")
        {
            return environment(MetadataVariable) is not null;
        }

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
