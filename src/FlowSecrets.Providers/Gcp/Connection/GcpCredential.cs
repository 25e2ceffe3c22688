using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Files;
using FlowSecrets.Model;
using FlowSecrets.Providers.Transport;
using FlowSecrets.Text;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>
/// Says who asks, and opens the login. It is looked for in this order: a token or file that was given, GOOGLE_APPLICATION_CREDENTIALS,
/// application default credentials (gcloud's file, then the machine's own service account), and the gcloud CLI's login.
/// </summary>
internal sealed class GcpCredential
{
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

    private const string MetadataVariable = "GCE_METADATA_HOST";
    private const string TokenFileVariable = "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE";
    private const string Unnamed = "user:YOUR_ACCOUNT";

    private readonly Func<IConfigurableHttpClientInitializer?> _open;

    private GcpCredential(string identity, string member, string secret, Func<IConfigurableHttpClientInitializer?> open)
    {
        Identity = identity;
        Member = member;
        CacheKey = $"{identity}\n{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)))}";
        _open = open;
    }

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

    public string? Pool => Provider is null ? null : PoolOf(Provider);

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
        if (FindGiven(selection, place, environment) is { } given)
        {
            return given;
        }

        if (place.IsUnencrypted)
        {
            // A person's own login is not sent in the clear to whatever listens there.
            return new GcpCredential("no credential (plain http)", Unnamed, "", static () => null);
        }

        if (FindApplicationDefault(place, gcloud, environment) is { } applicationDefault)
        {
            return applicationDefault;
        }

        if (gcloud.Account is { } account)
        {
            return OfGcloud(account, gcloud, place, environment);
        }

        // Any cluster has it. Where nothing else is found, this one may be Google's.
        return environment("KUBERNETES_SERVICE_HOST") is not null
            ? OfMachine(environment)
            : throw GcpErrors.NotAuthenticated(place.Project, "Not authenticated: there are no Google Cloud credentials here");
    }

    /// <summary>Finds what the user gives on purpose: by a parameter, or by a variable that holds or names a token.</summary>
    private static GcpCredential? FindGiven(StoreSelection selection, GcpPlace place, Func<string, string?> environment)
    {
        if (selection.AccessToken is { } token)
        {
            return OfToken(token.RevealText("-AccessToken"), "-AccessToken", place);
        }

        if (selection.CredentialPath is { } path)
        {
            return OfFile(path, "-CredentialPath", place);
        }

        if (TokenVariables.FirstOrDefault(v => environment(v) is not null) is { } variable)
        {
            return OfToken(environment(variable)!, variable, place);
        }

        return environment(TokenFileVariable) is { } tokenFile
            ? OfToken(GcpCredentialFile.ReadText(tokenFile, TokenFileVariable, place), TokenFileVariable, place)
            : null;
    }

    /// <summary>Finds what Google's own libraries use: a file that a variable names, gcloud's file, this machine's account.</summary>
    private static GcpCredential? FindApplicationDefault(GcpPlace place, GcloudConfiguration gcloud, Func<string, string?> environment)
    {
        if (FileVariables.FirstOrDefault(v => environment(v) is not null) is { } file)
        {
            return OfFile(environment(file)!, file, place);
        }

        string wellKnown = Path.Combine(gcloud.Folder, "application_default_credentials.json");
        if (File.Exists(wellKnown))
        {
            return OfFile(wellKnown, "application default credentials", place);
        }

        return IsOnGoogle(environment) ? OfMachine(environment) : null;
    }

    private static GcpCredential OfGcloud(string account, GcloudConfiguration gcloud, GcpPlace place, Func<string, string?> environment)
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
        GcpCredentialFile file = GcpCredentialFile.Read(path, source, place);
        return new GcpCredential($"{file.Email ?? file.Type} ({source})", MemberOf(file), file.Text, file.Load)
        {
            Provider = file.Provider,
            TokenFile = file.TokenFile,
        };
    }

    private static string MemberOf(GcpCredentialFile file)
    {
        if (file.Email is { } email)
        {
            return MemberOf(email);
        }

        return file.Provider is { } provider
            ? $"principal://iam.googleapis.com/{PoolOf(provider)}"
                + $"/subject/{Known(FederatedToken.Read(file.TokenFile)?.Subject, "SUBJECT")}"
            : Unnamed;
    }

    private static string PoolOf(string provider) => provider[..provider.IndexOf("/providers/", StringComparison.Ordinal)];

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
            ReadOnlySpan<byte> name = FileReader.Named("/sys/class/dmi/id/product_name", FileReader.SmallLimit);
            return name.StartsWith("Google"u8);
        }
        catch (FlowSecretException)
        {
            return false;
        }
    }
}
