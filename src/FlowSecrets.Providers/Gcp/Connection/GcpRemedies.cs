using FlowSecrets.Errors;
using FlowSecrets.Model;
using static FlowSecrets.Errors.ShellCommand;

namespace FlowSecrets.Providers.Gcp.Connection;

/// <summary>The commands that mend a denial, the same wherever one is met.</summary>
internal static class GcpRemedies
{
    /// <summary>What stands for the number of the secret's project until it is known.</summary>
    public const string NumberPlaceholder = "PROJECT_NUMBER";

    /// <summary>The title of conditions that this module makes.</summary>
    public const string ConditionTitle = "flowsecrets-expires";

    /// <param name="secret">Null: for the whole project.</param>
    public static Remedy Grant(GcpPlace at, string? secret, string member, string role) =>
        $"Let an owner grant it: {Binding(at, secret, member, role)}{Beyond(role)}";

    /// <summary>What ended is granted again with an end.</summary>
    /// <param name="condition">The new one.</param>
    public static Remedy Renew(GcpPlace at, string secret, string member, string role, string condition) =>
        $"Let an owner grant it again, with the end that you need: {Binding(at, secret, member, role, condition)}{Beyond(role)}";

    public static Remedy GrantIfThere(GcpPlace at, string secret, string member, string role) =>
        $"Is it the project you meant? See Get-FlowSecretStore. If it is, let an owner grant it: "
        + $"{Binding(at, secret, member, role)}{Beyond(role)}";

    public static Remedy EnableApi(GcpPlace at) =>
        $"Enable it, then wait some minutes: "
        + $"{Shell($"gcloud services enable secretmanager.googleapis.com --project={at.Project:bare}")}";

    public static Remedy EnableKey(GcpKey key) =>
        $"Let the key's owner enable it: "
        + $"{Shell($"gcloud kms keys versions enable {(key.Version ?? "VERSION"):bare} --key={key.Key:bare} --keyring="
        + $"{key.Ring:bare} --location={key.Location:bare} --project={key.Project:bare}")}";

    /// <param name="number">Number of the secret's project; null: not known.</param>
    public static Remedy GrantKey(GcpKey key, string? number) =>
        $"Let the key's owner grant it: "
        + $"{Shell($"gcloud kms keys add-iam-policy-binding {key.Key:bare} --keyring={key.Ring:bare} --location="
        + $"{key.Location:bare} --project={key.Project:bare} --member=serviceAccount:service-"
        + $"{number ?? NumberPlaceholder}@gcp-sa-secretmanager.iam.gserviceaccount.com "
        + $"--role='roles/cloudkms.cryptoKeyEncrypterDecrypter'")}";

    /// <param name="policy">Its resource name; null: which one is not told.</param>
    /// <param name="principal">As deny policies write it; null: it is not known.</param>
    public static Remedy Except(string? policy, string? principal)
    {
        // policies/ATTACHMENT/denypolicies/ID
        string[] name = policy?.Split('/') ?? [];
        return name is ["policies", { } point, _, { } id]
            ? Remedy.Of(
                $"Let its owner make an exception: "
                    + $"{Shell($"gcloud iam policies get {id:bare} --attachment-point={point:bare} --kind=denypolicies --format=json "
                + $"> {id:bare}.json")}"
                    + $"; add {(principal is null ? "the principal" : $"'{principal}'")} to exceptionPrincipals, which exempts it from "
                    + $"the whole rule; "
                    + $"{Shell($"gcloud iam policies update {id:bare} --attachment-point={point:bare} --kind=denypolicies "
                + $"--policy-file={id:bare}.json")}"
            )
            : "Let whoever keeps the deny policies of the project, its folders and its organisation make an exception.";
    }

    /// <summary>How to find out what could not be decided.</summary>
    /// <returns>Null: there is no command for it.</returns>
    public static Remedy? Resolve(string cause, string words, string principal) =>
        cause switch
        {
            AccessCauses.GroupUnresolved
                when words.StartsWith("group:", StringComparison.Ordinal) && principal.Contains('@', StringComparison.Ordinal) => Remedy.Of(
                $"Look whether it is in the group: "
                    + $"{Shell($"gcloud identity groups memberships check-transitive-membership --group-email="
                    + $"{words["group:".Length..words.IndexOf(' ')]} --member-email="
                    + $"{principal[(principal.IndexOf(':') + 1)..]}")}"
            ),
            _ => null,
        };

    /// <param name="account">E-mail of a service account.</param>
    public static Remedy LetIn(string account, string member)
    {
        string project =
            account.Split('@') is [_, { } domain] && domain.EndsWith(".iam.gserviceaccount.com", StringComparison.Ordinal)
                ? domain[..^".iam.gserviceaccount.com".Length]
                : "PROJECT_ID";
        return $"Let an owner of the service account let it in: "
            + $"{Shell($"gcloud iam service-accounts add-iam-policy-binding {account:bare} --project={project:bare} --member="
            + $"{member} --role='roles/iam.workloadIdentityUser'")}";
    }

    /// <summary>No smaller role of Google's has what managing needs, so what else comes with it is said.</summary>
    private static string Beyond(string role) =>
        role == GcpRoles.Admin ? "; this role also reads every value and deletes secrets, and no smaller one of Google's has it" : "";

    /// <param name="condition">An expression; null: the grant has none.</param>
    private static ShellCommand Binding(GcpPlace at, string? secret, string member, string role, string? condition = null)
    {
        string bound = $"expression={condition},title={ConditionTitle}";
        ShellCommand under = condition is null ? Shell($"--condition=None") : Shell($"--condition={bound}");
        return secret is null
            ? Shell($"gcloud projects add-iam-policy-binding {at.Project:bare} --member={member} --role={role} {under}")
            : Shell($"gcloud secrets add-iam-policy-binding {secret:bare} {at.Arguments} --member={member} --role={role} {under}");
    }
}
