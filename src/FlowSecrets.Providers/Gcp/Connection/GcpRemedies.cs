using FlowSecrets.Model;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>The commands that mend a denial, the same wherever one is met.</summary>
internal static class GcpRemedies
{
    /// <param name="secret">Null: for the whole project.</param>
    public static string Grant(GcpPlace at, string? secret, string member, string role) =>
        "Let an owner grant it: " + Binding(at, secret, member, role);

    public static string GrantIfThere(GcpPlace at, string secret, string member, string role) =>
        $"Is it the project you meant? See Get-FlowSecretStore. If it is, let an owner grant it: {Binding(at, secret, member, role)}";

    public static string EnableApi(GcpPlace at) =>
        $"Enable it, then wait some minutes: gcloud services enable secretmanager.googleapis.com --project={at.Project}";

    public static string EnableKey(GcpKey key) =>
        $"Let the key's owner enable it: gcloud kms keys versions enable {key.Version ?? "VERSION"} --key={key.Key} "
        + $"--keyring={key.Ring} --location={key.Location} --project={key.Project}";

    /// <param name="number">Number of the secret's project; null: not known.</param>
    public static string GrantKey(GcpKey key, string? number) =>
        $"Let the key's owner grant it: gcloud kms keys add-iam-policy-binding {key.Key} --keyring={key.Ring} --location={key.Location} "
        + $"--project={key.Project} "
        + $"--member='serviceAccount:service-{number ?? "PROJECT_NUMBER"}@gcp-sa-secretmanager.iam.gserviceaccount.com' "
        + $"--role='roles/cloudkms.cryptoKeyEncrypterDecrypter'";

    /// <param name="policy">Its resource name; null: which one is not told.</param>
    public static string Except(string? policy)
    {
        // policies/ATTACHMENT/denypolicies/ID
        string[] name = policy?.Split('/') ?? [];
        return name is ["policies", { } point, _, { } id]
            ? $"Let its owner make an exception: gcloud iam policies get {id} --attachment-point={point} --kind=denypolicies "
                + $"--format=json > {id}.json; add the principal to exceptionPrincipals; gcloud iam policies update {id} "
                + $"--attachment-point={point} --kind=denypolicies --policy-file={id}.json"
            : "Let whoever keeps the deny policies of the project, its folders and its organisation make an exception.";
    }

    /// <summary>How to find out what could not be decided.</summary>
    /// <returns>Null: there is no command for it.</returns>
    public static string? Resolve(string cause, string words, string principal) =>
        cause switch
        {
            AccessCauses.GroupUnresolved
                when words.StartsWith("group:", StringComparison.Ordinal) && principal.Contains('@', StringComparison.Ordinal) =>
                $"Look whether it is in the group: gcloud identity groups memberships check-transitive-membership "
                    + $"--group-email='{words["group:".Length..words.IndexOf(' ')]}' "
                    + $"--member-email='{principal[(principal.IndexOf(':') + 1)..]}'",
            _ => null,
        };

    /// <param name="account">E-mail of a service account.</param>
    public static string LetIn(string account, string member)
    {
        string project =
            account.Split('@') is [_, { } domain] && domain.EndsWith(".iam.gserviceaccount.com", StringComparison.Ordinal)
                ? domain[..^".iam.gserviceaccount.com".Length]
                : "PROJECT_ID";
        return $"Let an owner of the service account let it in: gcloud iam service-accounts add-iam-policy-binding {account} "
            + $"--project={project} --member='{member}' --role='roles/iam.workloadIdentityUser'";
    }

    /// <summary>
    /// The member stands between quotation marks: forms such as POOL/subject/repo:org/app and SERVICE[NAMESPACE/NAME] would mean something
    /// to a shell.
    /// </summary>
    private static string Binding(GcpPlace at, string? secret, string member, string role) =>
        secret is null
            ? $"gcloud projects add-iam-policy-binding {at.Project} --member='{member}' --role='{role}' --condition=None"
            : $"gcloud secrets add-iam-policy-binding {secret} {at.Arguments} --member='{member}' --role='{role}' --condition=None";
}
