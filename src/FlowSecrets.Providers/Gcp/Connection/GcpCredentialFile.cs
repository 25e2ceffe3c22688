using System.Security.Cryptography;
using System.Text.Json;
using FlowSecrets.Files;
using Google.Apis.Auth.OAuth2;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>A credential file as Google's tools write it: a key, a login, or the way to a token of elsewhere.</summary>
internal sealed class GcpCredentialFile
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";

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

    private readonly string _path;
    private readonly string _source;
    private readonly GcpPlace _place;
    private readonly bool _needsQuotaProject;

    private GcpCredentialFile(string path, string source, GcpPlace place, string text, string type, JsonElement root)
    {
        _path = path;
        _source = source;
        _place = place;
        _needsQuotaProject = type == JsonCredentialParameters.AuthorizedUserCredentialType && Member(root, "quota_project_id") is null;
        Text = text;
        Type = type;
        Email = Member(root, "client_email") ?? Impersonated(Member(root, "service_account_impersonation_url")) ?? Member(root, "account");
        Provider = ProviderOf(Member(root, "audience"));
        TokenFile =
            root.TryGetProperty("credential_source", out JsonElement from) && from.ValueKind == JsonValueKind.Object
                ? Member(from, "file")
                : null;
    }

    /// <summary>All that stands in the file. It may hold a key.</summary>
    public string Text { get; }

    public string Type { get; }

    /// <summary>Whose it is; null: the file does not say.</summary>
    public string? Email { get; }

    /// <summary>projects/N/locations/global/workloadIdentityPools/POOL/providers/PROVIDER; null: none.</summary>
    public string? Provider { get; }

    /// <summary>The file with the token that is exchanged; null: it comes from elsewhere.</summary>
    public string? TokenFile { get; }

    /// <param name="source">What names the file, for messages.</param>
    /// <exception cref="FlowSecretException">NotAuthenticated: it cannot be read, or Google's library cannot use it.</exception>
    public static GcpCredentialFile Read(string path, string source, GcpPlace place)
    {
        string text = ReadText(path, source, place);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            string? type = Member(root, "type");
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

            return new GcpCredentialFile(path, source, place, text, type, root);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw NoCredential(path, source, place);
        }
    }

    /// <exception cref="FlowSecretException">NotAuthenticated: it cannot be read.</exception>
    public static string ReadText(string path, string source, GcpPlace place)
    {
        try
        {
            return FileReader.Text(FileReader.Named(path, FileReader.SmallLimit), path);
        }
        catch (FlowSecretException e)
        {
            throw GcpErrors.NotAuthenticated(
                place.Project,
                $"The file that {source} names cannot be used. {e.Cause}",
                $"Correct the path or the rights; or leave {source} out and log in: gcloud auth application-default login"
            );
        }
    }

    /// <summary>Lets Google's library make a credential of it.</summary>
    /// <exception cref="FlowSecretException">NotAuthenticated.</exception>
    public GoogleCredential Load()
    {
        try
        {
            GoogleCredential credential = CredentialFactory.FromJson(Text, Type).CreateScoped(Scope);
            return _needsQuotaProject ? credential.CreateWithQuotaProject(_place.Project) : credential;
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
            throw GcpErrors.NotAuthenticated(_place.Project, $"'{_path}' ({_source}) is no usable credential of the type '{Type}'");
        }
    }

    private static FlowSecretException NoCredential(string path, string source, GcpPlace place) =>
        GcpErrors.NotAuthenticated(place.Project, $"'{path}' ({source}) is no credential file of Google Cloud");

    private static string? Member(JsonElement root, string name) =>
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
}
