using System.Security.Cryptography;
using System.Text;
using FlowSecrets.Catalogs;
using FlowSecrets.Formats.Hcl;

namespace FlowSecrets.Operations.Terraform;

/// <summary>Blocks that look the same for every cloud.</summary>
internal static class TerraformBlocks
{
    /// <summary>The least Terraform: import blocks need 1.5, write-only arguments 1.11.</summary>
    public static string RequiredVersion(TerraformOptions options) => options.SeedValue ? ">= 1.11" : ">= 1.5";

    public static void Import(HclBody body, string to, string id) =>
        body.Block("import", import => import.Set("to", HclExpression.Raw(to)).Set("id", id));

    public static void Lifecycle(HclBody resource, IReadOnlyList<string> ignored)
    {
        resource.Block(
            "lifecycle",
            lifecycle =>
            {
                lifecycle.Set("prevent_destroy", HclExpression.Flag(true));
                if (ignored.Count > 0)
                {
                    lifecycle.Set(
                        "ignore_changes",
                        ignored.Count > 4
                            ? new HclList([.. ignored.Select(HclExpression.Raw)])
                            : HclExpression.Row(ignored.Select(HclExpression.Raw))
                    );
                }
            }
        );
    }

    /// <summary>What stands before the resource of a secret.</summary>
    public static void Heading(HclBody body, TerraformSecret secret)
    {
        List<string> lines = [secret.Definition.Description is { } text ? $"{secret.Definition.Key}: {text}" : secret.Definition.Key];
        if (secret.There is null)
        {
            lines.Add("It does not exist yet: the first apply creates it, without a value.");
        }

        if (secret.IsRotated)
        {
            lines.Add("FlowSecrets rotates it, so Terraform ignores what a rotation changes.");
        }

        body.Comment(lines);
    }

    /// <summary>
    /// The first values. A secret without a value gets one by a write-only argument, which no state and no plan keeps. A secret that has a
    /// value belongs to FlowSecrets: what an earlier apply put into the state is forgotten, and nothing is destroyed.
    /// </summary>
    /// <param name="type">Of the resource for a version.</param>
    /// <param name="fill">What the cloud's resource has, given the variable.</param>
    public static TerraformText? Seeds(TerraformScope scope, string type, Action<HclBody, TerraformSecret, string> fill)
    {
        if (!scope.Options.SeedValue || !scope.Owned.Any())
        {
            return null;
        }

        HclBody body = new();
        int seeds = 0;
        foreach (TerraformSecret secret in scope.Owned)
        {
            if (secret.HasValue)
            {
                body.Comment($"{secret.Definition.Key} has a value in the store. Change it with Set-FlowSecret.")
                    .Block(
                        "removed",
                        removed =>
                            removed
                                .Set("from", HclExpression.Raw($"{type}.{secret.Identifier}"))
                                .Block("lifecycle", static lifecycle => lifecycle.Set("destroy", HclExpression.Flag(false)))
                    );
                continue;
            }

            seeds++;
            body.Comment($"{secret.Definition.Key}: give the first value as TF_VAR_{secret.Identifier}. It is in no state and no plan.")
                .Block(
                    "variable",
                    [secret.Identifier],
                    variable =>
                        variable
                            .Set("type", HclExpression.Raw("string"))
                            .Set("description", $"First value of {secret.StoreName}.")
                            .Set("ephemeral", HclExpression.Flag(true))
                            .Set("sensitive", HclExpression.Flag(true))
                )
                .Block("resource", [type, secret.Identifier], resource => fill(resource, secret, $"var.{secret.Identifier}"));
        }

        return new TerraformText("seeds.tf", body, seeds);
    }

    /// <summary>What a workload gets, in the order of the catalog: variable, secret, field (null: the whole value).</summary>
    public static IEnumerable<(string Variable, TerraformSecret Secret, CatalogField? Field)> Variables(TerraformWorkload workload) =>
        workload.Secrets.SelectMany(static s =>
            s.Definition.Env.Select(v => (v, s, (CatalogField?)null))
                .Concat(s.Definition.Fields.SelectMany(f => f.Env.Select(v => (v, s, (CatalogField?)f))))
        );

    /// <summary>What FlowSecrets adds to a workload for a time.</summary>
    public static IEnumerable<string> Overlaps(TerraformWorkload workload) =>
        workload
            .Secrets.Where(static s => s.Definition.Rotation?.PreviousEnv is not null)
            .Select(static s =>
                $"During an overlap FlowSecrets adds {s.Definition.Rotation!.PreviousEnv} to the service; do not apply meanwhile."
            );

    /// <summary>A name for the resource of a grant: readable, and told apart by a hash of what it grants to whom.</summary>
    public static string GrantName(string prefix, string principal, params string[] rest)
    {
        string who = principal.Contains("://", StringComparison.Ordinal) ? principal.Split('/')[^1] : principal.Split(':', 2)[^1];
        string word = HclIdentifier.Word(
            principal.StartsWith("arn:", StringComparison.Ordinal) ? principal.Split('/')[^1] : who.Split('@')[0]
        );
        string[] all = [prefix, principal, .. rest];
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', all))));
        return string.Join('_', new[] { prefix, word[..Math.Min(word.Length, 40)], hash[..12] }.Where(static p => p.Length > 0));
    }
}
