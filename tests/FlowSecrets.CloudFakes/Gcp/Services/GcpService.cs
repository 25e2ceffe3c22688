namespace FlowSecrets.CloudFakes.Gcp.Services;

/// <summary>An API that a project can have or not, with its title in refusals.</summary>
internal sealed record GcpService(string Name, string Title)
{
    public static readonly GcpService SecretManager = new("secretmanager.googleapis.com", "Secret Manager API");
    public static readonly GcpService ResourceManager = new("cloudresourcemanager.googleapis.com", "Cloud Resource Manager API");
    public static readonly GcpService Iam = new("iam.googleapis.com", "Identity and Access Management (IAM) API");
    public static readonly GcpService Credentials = new("iamcredentials.googleapis.com", "IAM Service Account Credentials API");
    public static readonly GcpService Tokens = new("sts.googleapis.com", "Security Token Service API");
    public static readonly GcpService Troubleshooter = new("policytroubleshooter.googleapis.com", "Policy Troubleshooter API");
    public static readonly GcpService Usage = new("serviceusage.googleapis.com", "Service Usage API");
    public static readonly GcpService Kms = new("cloudkms.googleapis.com", "Cloud Key Management Service (KMS) API");
    public static readonly GcpService Run = new("run.googleapis.com", "Cloud Run Admin API");
    public static readonly GcpService Logging = new("logging.googleapis.com", "Cloud Logging API");

    /// <summary>Not an API of a project: always there.</summary>
    public static readonly GcpService Accounts = new("oauth2.googleapis.com", "Google OAuth2 API");
}
