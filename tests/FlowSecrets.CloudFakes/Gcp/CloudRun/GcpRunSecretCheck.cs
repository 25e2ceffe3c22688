using System.Text.Json.Nodes;
using FlowSecrets.CloudFakes.Gcp.Iam;
using FlowSecrets.CloudFakes.Gcp.SecretManager;

namespace FlowSecrets.CloudFakes.Gcp.CloudRun;

/// <summary>
/// What Cloud Run looks at before it starts a revision: whether its service account may read the secrets that it references.
/// </summary>
/// <param name="number">The service's project's.</param>
internal sealed class GcpRunSecretCheck(GcpWorld world, string number)
{
    /// <returns>Null: all can be read.</returns>
    public string? Refusal(JsonObject template, string account) =>
        References(template).Select(r => Refusal(r.Place, r.Secret, r.Version, account)).FirstOrDefault(static r => r is not null);

    private string? Refusal(string place, string secret, string version, string account)
    {
        string full = secret.Contains('/', StringComparison.Ordinal) ? secret : $"projects/{number}/secrets/{secret}";
        string[] parts = full.Split('/');
        string name = $"{full}/versions/{version}";
        GcpSecret? found = world.Store.Find(new GcpKey(world.Store.NumberOf(parts[1]), null, parts[^1]));
        if (!world.Authority.Allows(GcpMembers.ServiceAccount + account, "secretmanager.versions.access", name))
        {
            return $"{place}: Permission denied on secret: {name} for Revision service account {account}. The service account used must "
                + $"be granted the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor) at the secret, project or "
                + $"higher level.";
        }

        bool isThere =
            found is not null
            && (version == "latest" || found.Aliases.ContainsKey(version) || found.Versions.Any(v => v.Number.ToString() == version));
        return isThere ? null : $"{place}: Secret {name} was not found";
    }

    private static IEnumerable<(string Place, string Secret, string Version)> References(JsonObject template)
    {
        int c = 0;
        foreach (JsonObject container in template.Array("containers")?.OfType<JsonObject>() ?? [])
        {
            int e = 0;
            foreach (JsonObject entry in container.Array("env")?.OfType<JsonObject>() ?? [])
            {
                if (entry.Object("valueSource")?.Object("secretKeyRef") is { } reference)
                {
                    yield return (
                        $"spec.template.spec.containers[{c}].env[{e}].value_from.secret_key_ref.name",
                        reference.Text("secret") ?? "",
                        reference.Text("version") ?? "latest"
                    );
                }

                e++;
            }

            c++;
        }

        int v = 0;
        foreach (JsonObject volume in template.Array("volumes")?.OfType<JsonObject>() ?? [])
        {
            foreach (
                string version in volume
                    .Object("secret")
                    ?.Array("items")
                    ?.OfType<JsonObject>()
                    .Select(static i => i.Text("version") ?? "latest")
                    ?? []
            )
            {
                yield return (
                    $"spec.template.spec.volumes[{v}].secret.items[0].key",
                    volume.Object("secret")!.Text("secret") ?? "",
                    version
                );
            }

            v++;
        }
    }
}
