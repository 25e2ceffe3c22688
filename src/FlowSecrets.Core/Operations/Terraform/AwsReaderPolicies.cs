using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FlowSecrets.Formats.Hcl;

namespace FlowSecrets.Operations.Terraform;

/// <summary>
/// Access on AWS: a policy of its own on each role or user that reads. A secret's policy is one whole document, so a resource for it would
/// take away what others granted.
/// </summary>
internal static class AwsReaderPolicies
{
    /// <returns>Null: nobody is given access.</returns>
    public static async Task<TerraformText?> WriteAsync(TerraformScope scope, Action<string> warn, CancellationToken cancellationToken)
    {
        HclBody body = new();
        int count = 0;
        foreach (TerraformReader reader in scope.Readers)
        {
            if (Obstacle(scope, reader.Principal) is { } obstacle)
            {
                warn($"{reader.Principal} is not in access.tf: {obstacle}. Grant-FlowSecretAccess -FromCatalog grants it on the secrets.");
                continue;
            }

            TerraformSecret[] secrets = [.. reader.Secrets.Where(static s => AwsTerraform.ArnOf(s) is not null)];
            if (secrets.Length == 0)
            {
                continue;
            }

            JsonNode policy = JsonNode.Parse(
                await scope.Workspace.Store.Access.IdentityPolicyAsync(
                    [.. secrets.Select(static s => s.StoreName)],
                    reader.Permission,
                    null,
                    cancellationToken
                )
            )!;
            string kind = IsRole(reader.Principal) ? "role" : "user";
            string permission = reader.Permission.ToString().ToLowerInvariant();
            count++;
            body.Block(
                "resource",
                [$"aws_iam_{kind}_policy", TerraformBlocks.GrantName("", reader.Principal, permission)],
                resource =>
                    resource
                        .Set("name", PolicyName(scope, permission))
                        .Set(kind, reader.Principal.Split('/')[^1])
                        .Set("policy", new HclCall("jsonencode", HclExpression.Json(policy, References(policy, secrets))))
            );
        }

        return count == 0 ? null : new TerraformText("access.tf", body, count);
    }

    private static bool IsRole(string principal) => principal.Contains(":role/", StringComparison.Ordinal);

    private static string? Obstacle(TerraformScope scope, string principal) =>
        !IsRole(principal) && !principal.Contains(":user/", StringComparison.Ordinal) ? "it is neither a role nor a user of IAM"
        : AwsTerraform.AccountOf(scope) is { } account && principal.Split(':')[4] != account ? "it is in another account"
        : null;

    /// <summary>The first statement names the secrets in their order; where Terraform knows them, it refers to them.</summary>
    private static Dictionary<string, string> References(JsonNode policy, IReadOnlyList<TerraformSecret> secrets)
    {
        JsonNode? resource = policy["Statement"]?[0]?["Resource"];
        JsonNode?[] named = resource is JsonArray all ? [.. all] : [resource];
        return named.Length != secrets.Count
            ? throw new InvalidOperationException("A policy does not name the secrets that it was made for.")
            : named
                .Zip(secrets, static (n, s) => (Arn: n!.GetValue<string>(), Reference: AwsTerraform.ArnOf(s)!))
                .DistinctBy(static p => p.Arn, StringComparer.Ordinal)
                .ToDictionary(static p => p.Arn, static p => p.Reference, StringComparer.Ordinal);
    }

    /// <summary>IAM takes 128 letters, digits and <c>+=,.@_-</c>. A name that had to be changed is told apart by a hash.</summary>
    private static string PolicyName(TerraformScope scope, string permission)
    {
        string name = $"flowsecrets-{scope.Catalog.Application}-{scope.Environment}-{permission}";
        string clean = string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));
        return clean == name && name.Length <= 128
            ? name
            : $"{clean[..Math.Min(clean.Length, 100)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..12]}";
    }
}
