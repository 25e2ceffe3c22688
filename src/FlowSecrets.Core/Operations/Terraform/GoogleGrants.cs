using FlowSecrets.Concurrency;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Hcl;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.Terraform;

/// <summary>
/// Access on Google: one <c>_iam_member</c> for each secret and principal, which leaves all other members alone. A binding or a whole
/// policy would take access away that Terraform does not know.
/// </summary>
internal static class GoogleGrants
{
    /// <summary>The least role for a permission.</summary>
    public static string RoleOf(SecretPermission permission) =>
        permission switch
        {
            SecretPermission.Read => "roles/secretmanager.secretAccessor",
            SecretPermission.Write => "roles/secretmanager.secretVersionAdder",
            SecretPermission.Manage => "roles/secretmanager.admin",
            _ => throw new InvalidOperationException($"No role is known for {permission}."),
        };

    /// <returns>Null: nobody is given access.</returns>
    public static async Task<TerraformText?> WriteAsync(TerraformScope scope, Action<string> warn, CancellationToken cancellationToken)
    {
        (TerraformSecret Secret, TerraformReader Reader)[] wanted =
        [
            .. scope.Secrets.SelectMany(s => scope.Readers.Where(r => r.Secrets.Contains(s)).Select(r => (s, r))),
        ];
        if (wanted.Length == 0)
        {
            return null;
        }

        Dictionary<string, IReadOnlyList<SecretGrant>> there = await ThereAsync(scope, wanted, warn, cancellationToken);
        HclBody body = new();
        int imports = 0;
        string type = GoogleTerraform.TypeOf(scope, "_iam_member");
        foreach ((TerraformSecret secret, TerraformReader reader) in wanted)
        {
            string role = RoleOf(reader.Permission);
            string name = TerraformBlocks.GrantName(secret.Identifier, reader.Principal, role);
            if (Exists(there[secret.StoreName], reader, role))
            {
                imports++;
                string parent = $"{GoogleTerraform.Parent(scope)}/secrets/{secret.StoreName}";
                TerraformBlocks.Import(body, $"{type}.{name}", $"{parent} {role} {reader.Principal}");
            }

            body.Block(
                "resource",
                [type, name],
                member =>
                {
                    member.Set("project", GoogleTerraform.ProjectOf(scope));
                    member.SetIf("location", GoogleTerraform.LocationOf(scope));
                    member.Set(
                        "secret_id",
                        secret.IsOwned
                            ? HclExpression.Raw($"{GoogleTerraform.TypeOf(scope)}.{secret.Identifier}.secret_id")
                            : HclExpression.Text(secret.StoreName)
                    );
                    member.Set("role", role);
                    member.Set("member", reader.Principal);
                }
            );
        }

        return new TerraformText("access.tf", body, wanted.Length, imports);
    }

    /// <summary>A grant with a condition is another one: Terraform tells members apart by their conditions as well.</summary>
    private static bool Exists(IReadOnlyList<SecretGrant> there, TerraformReader reader, string role) =>
        there.Any(g => g is { Direct: true, Denies: false, Condition: null } && g.Principal == reader.Principal && g.Role == role);

    private static async Task<Dictionary<string, IReadOnlyList<SecretGrant>>> ThereAsync(
        TerraformScope scope,
        IEnumerable<(TerraformSecret Secret, TerraformReader Reader)> wanted,
        Action<string> warn,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, IReadOnlyList<SecretGrant>> there = new(StringComparer.Ordinal);
        TerraformSecret[] secrets = [.. wanted.Select(static w => w.Secret).Distinct()];
        await foreach (
            (TerraformSecret secret, IReadOnlyList<SecretGrant> grants, string? problem) in Bounded.RunAsync(
                secrets,
                scope.Workspace.Store.Concurrency,
                (s, ct) => ListAsync(scope, s, ct),
                cancellationToken
            )
        )
        {
            there[secret.StoreName] = grants;
            if (problem is not null)
            {
                warn(problem);
            }
        }

        return there;
    }

    private static async Task<(TerraformSecret Secret, IReadOnlyList<SecretGrant> Grants, string? Problem)> ListAsync(
        TerraformScope scope,
        TerraformSecret secret,
        CancellationToken cancellationToken
    )
    {
        if (secret.There is null)
        {
            return (secret, [], null);
        }

        try
        {
            return (secret, (await scope.Workspace.Store.Access.ListAsync(secret.StoreName, cancellationToken)).Grants, null);
        }
        catch (FlowSecretException e) when (e.Id == ErrorIds.AccessDenied)
        {
            // Adding a member that is there already changes nothing, so an import is not needed for safety.
            return (
                secret,
                [],
                $"The policy of '{secret.StoreName}' cannot be read, so its members have no import, and the plan says that they are added."
            );
        }
    }
}
