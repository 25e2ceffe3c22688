using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FlowSecrets.Model;
using FlowSecrets.Text;

namespace FlowSecrets.Providers.Kubernetes.ExternalSecrets;

/// <summary>Reads what a SecretStore or ClusterSecretStore says.</summary>
internal static class ExternalStoreReader
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <param name="space">The namespace that is to use it.</param>
    /// <param name="labels">That namespace's labels; null: they may not be seen.</param>
    public static ExternalStoreInfo Read(JsonObject json, string? space, JsonObject? labels, string? warning)
    {
        string kind = json.Text("kind") ?? "SecretStore";
        string provider = (json.Object("spec", "provider") ?? []).Select(static p => p.Key).FirstOrDefault() ?? "";
        JsonObject? settings = json.Object("spec", "provider", provider);
        JsonObject? auth = settings.Object("auth");
        JsonObject? identity = auth.Object(provider == "gcpsm" ? "workloadIdentity" : "jwt");
        JsonObject? account = identity.Object("serviceAccountRef");
        JsonObject[] conditions = [.. json.Objects("spec", "conditions")];
        return new ExternalStoreInfo(
            kind,
            kind == "ClusterSecretStore" ? null : json.Text("metadata", "namespace") ?? space,
            json.Text("metadata", "name") ?? ""
        )
        {
            Store = provider switch
            {
                "gcpsm" => StoreKind.Gcp,
                "aws" when settings.Text("service") is null or "SecretsManager" => StoreKind.Aws,
                _ => null,
            },
            Provider = provider,
            Project = settings.Text("projectID"),
            ClusterProject = identity.Text("clusterProjectID") ?? settings.Text("projectID"),
            Region = settings.Text(provider == "gcpsm" ? "location" : "region"),
            Prefix = settings.Text("prefix") ?? "",
            Role = settings.Text("role"),
            Login = LoginOf(auth, account),
            AccountName = account.Text("name"),
            AccountNamespace = account.Text("namespace"),
            Controller = json.Text("spec", "controller") is { Length: > 0 } controller ? controller : null,
            HasConditions = conditions.Length > 0,
            IsForNamespace =
                kind != "ClusterSecretStore" || conditions.Length == 0 || Array.Exists(conditions, c => Lets(c, space, labels)),
            Ready = ExternalSecretReader.ConditionOf(json),
            LastWarning = warning,
        };
    }

    /// <summary>Whether any of them asks for the labels of the namespace.</summary>
    public static bool NeedsLabels(JsonObject json) =>
        json.Objects("spec", "conditions").Any(static c => c.Object("namespaceSelector") is not null);

    private static ExternalLogin LoginOf(JsonObject? auth, JsonObject? account) =>
        auth is null or { Count: 0 } ? ExternalLogin.Ambient
        : auth.Object("secretRef") is not null ? ExternalLogin.Key
        : account is not null ? ExternalLogin.ServiceAccount
        : ExternalLogin.Other;

    private static bool Lets(JsonObject condition, string? space, JsonObject? labels)
    {
        // What may not be seen is not taken for a refusal.
        if (space is null)
        {
            return true;
        }

        return Texts(condition, "namespaces").Contains(space, StringComparer.Ordinal)
            || Texts(condition, "namespaceRegexes").Any(r => IsMatch(r, space))
            || (condition.Object("namespaceSelector") is { } selector && (labels is null || Selects(selector, labels)));
    }

    private static bool IsMatch(string pattern, string space)
    {
        try
        {
            return Regex.IsMatch(space, pattern, RegexOptions.None, Patience);
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            return true;
        }
    }

    private static bool Selects(JsonObject selector, JsonObject labels) =>
        (selector.Object("matchLabels") ?? []).All(l => labels.Text(l.Key) == l.Value.Text())
        && selector
            .Objects("matchExpressions")
            .All(e =>
                e.Text("operator") switch
                {
                    "In" => labels.Text(e.Text("key") ?? "") is { } value && Texts(e, "values").Contains(value, StringComparer.Ordinal),
                    "NotIn" => labels.Text(e.Text("key") ?? "") is not { } value
                        || !Texts(e, "values").Contains(value, StringComparer.Ordinal),
                    "Exists" => labels.Text(e.Text("key") ?? "") is not null,
                    _ => labels.Text(e.Text("key") ?? "") is null,
                }
            );

    private static IEnumerable<string> Texts(JsonObject json, string name) =>
        (json[name] as JsonArray ?? []).Select(static t => t.Text()).OfType<string>();
}
