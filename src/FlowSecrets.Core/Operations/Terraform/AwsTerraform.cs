using FlowSecrets.Catalogs;
using FlowSecrets.Formats.Hcl;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.Terraform;

/// <summary>
/// AWS Secrets Manager, for the provider hashicorp/aws. Tags and description are written as they are, because the provider reads them back.
/// Two arguments are not read back and would show as changes after each import, so they are ignored.
/// </summary>
internal sealed class AwsTerraform : ITerraformCloud
{
    internal const string Type = "aws_secretsmanager_secret";

    private static readonly string[] NotReadBack = ["recovery_window_in_days", "force_overwrite_replica_secret"];

    public IReadOnlyList<string> WorkloadKinds { get; } = ["apprunner", "ecs"];

    public async Task<IReadOnlyList<TerraformText>> WriteAsync(
        TerraformScope scope,
        Action<string> warn,
        CancellationToken cancellationToken
    )
    {
        TerraformText?[] texts =
        [
            Versions(scope),
            Containers(scope),
            await AwsReaderPolicies.WriteAsync(scope, warn, cancellationToken),
            Workloads(scope, warn),
            TerraformBlocks.Seeds(scope, "aws_secretsmanager_secret_version", Seed),
        ];
        return [.. texts.OfType<TerraformText>()];
    }

    /// <summary>The 12 digits of the store's account; null: not known.</summary>
    internal static string? AccountOf(TerraformScope scope) =>
        scope.Location is [{ Length: 12 } account, _] && account.All(char.IsAsciiDigit) ? account : null;

    /// <summary>A reference to a secret's ARN; null: it is none of ours and not there.</summary>
    internal static string? ArnOf(TerraformSecret secret) =>
        secret.IsOwned ? $"{Type}.{secret.Identifier}.arn"
        : (secret.There?.ResourceName ?? (secret.StoreName.StartsWith("arn:", StringComparison.Ordinal) ? secret.StoreName : null))
            is { } arn
            ? HclText.Quote(arn)
        : null;

    private static TerraformText Versions(TerraformScope scope)
    {
        HclBody body = new();
        body.Block(
            "terraform",
            terraform =>
                terraform
                    .Set("required_version", TerraformBlocks.RequiredVersion(scope.Options))
                    .Block(
                        "required_providers",
                        providers =>
                            providers.Set(
                                "aws",
                                new HclObject([
                                    ("source", HclExpression.Text("hashicorp/aws")),
                                    ("version", HclExpression.Text(scope.Options.SeedValue ? ">= 5.88" : ">= 5.0")),
                                ])
                            )
                    )
        );
        body.Block(
            "provider",
            ["aws"],
            provider =>
            {
                provider.Set("region", scope.Location[^1]);
                if (AccountOf(scope) is { } account)
                {
                    provider.Set("allowed_account_ids", HclExpression.Row([HclExpression.Text(account)]));
                }
            }
        );
        return new TerraformText("versions.tf", body);
    }

    private static TerraformText? Containers(TerraformScope scope)
    {
        HclBody body = new();
        foreach (TerraformSecret secret in scope.Owned)
        {
            TerraformBlocks.Heading(body, secret);
            if (secret.There?.ResourceName is { } arn)
            {
                TerraformBlocks.Import(body, $"{Type}.{secret.Identifier}", arn);
            }

            body.Block("resource", [Type, secret.Identifier], resource => Container(resource, scope, secret));
        }

        return scope.Owned.Any()
            ? new TerraformText("secrets.tf", body, scope.Owned.Count(), scope.Owned.Count(static s => s.There?.ResourceName is not null))
            : null;
    }

    private static void Container(HclBody resource, TerraformScope scope, TerraformSecret secret)
    {
        resource.Set("name", secret.StoreName);
        resource.SetIf("description", secret.There is { } there ? there.Purpose : secret.Definition.Description);
        resource.SetIf("kms_key_id", secret.There is { } found ? found.KmsKey : scope.Selection.KmsKey);
        (string Key, HclExpression Value)[] tags =
        [
            .. (secret.There?.Labels ?? secret.Definition.Labels)
                .Where(static t => !RotationNotes.IsOurs(t.Key) && !t.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
                .OrderBy(static t => t.Key, StringComparer.Ordinal)
                .Select(static t => (t.Key, HclExpression.Text(t.Value))),
        ];
        if (tags.Length > 0)
        {
            resource.Set("tags", new HclObject(tags));
        }

        foreach (SecretReplica replica in secret.There?.Replicas ?? [])
        {
            resource.Block("replica", block => block.Set("region", replica.Location).SetIf("kms_key_id", replica.KmsKey));
        }

        IEnumerable<string> ours = (secret.There?.Labels.Keys ?? [])
            .Where(RotationNotes.IsOurs)
            .Concat(secret.IsRotated ? RotationNotes.Keys : [])
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        TerraformBlocks.Lifecycle(
            resource,
            [.. NotReadBack, .. ours.SelectMany(static k => new[] { $"tags[{HclText.Quote(k)}]", $"tags_all[{HclText.Quote(k)}]" })]
        );
    }

    private static void Seed(HclBody resource, TerraformSecret secret, string variable)
    {
        resource
            .Set("secret_id", HclExpression.Raw($"{Type}.{secret.Identifier}.id"))
            .Set("secret_string_wo", HclExpression.Raw(variable))
            .Set("secret_string_wo_version", HclExpression.Raw("1"));
        if (secret.IsRotated)
        {
            resource.Block(
                "lifecycle",
                static lifecycle => lifecycle.Set("ignore_changes", HclExpression.Raw("[secret_string_wo_version, version_stages]"))
            );
        }
    }

    private static TerraformText? Workloads(TerraformScope scope, Action<string> warn)
    {
        HclBody body = new();
        foreach (TerraformWorkload workload in scope.Workloads)
        {
            List<(string Variable, HclExpression Reference)> variables = [];
            foreach ((string variable, TerraformSecret secret, CatalogField? field) in TerraformBlocks.Variables(workload))
            {
                if (ReferenceTo(secret, field) is { } reference)
                {
                    variables.Add((variable, reference));
                }
                else
                {
                    warn($"{variable} ({secret.Definition.Key}) is not in workloads.tf: {Obstacle(field)}.");
                }
            }

            if (variables.Count > 0)
            {
                Write(body, workload, variables);
            }
        }

        return scope.Workloads.Count > 0 && body.Write().Length > 0 ? new TerraformText("workloads.tf", body) : null;
    }

    private static string Obstacle(CatalogField? field) =>
        field is not null && field.Name.Contains(':', StringComparison.Ordinal)
            ? "a field whose name has a ':' cannot be taken out of the JSON"
            : "somebody else owns the secret, and it does not exist yet";

    /// <summary>ARN, or ARN:FIELD:STAGE:VERSION with the colons of what is not said.</summary>
    private static HclExpression? ReferenceTo(TerraformSecret secret, CatalogField? field)
    {
        string? arn = ArnOf(secret);
        if (arn is null || field is null)
        {
            return arn is null ? null : HclExpression.Raw(arn);
        }

        return field.Name.Contains(':', StringComparison.Ordinal)
            ? null
            : HclExpression.Raw($"\"${{{arn}}}:{HclText.Escape(field.Name)}::\"");
    }

    private static void Write(HclBody body, TerraformWorkload workload, IReadOnlyList<(string Variable, HclExpression Reference)> variables)
    {
        string local = $"flowsecrets_{HclIdentifier.Of(workload.Workload.Name)}";
        bool isEcs = workload.Workload.Kind == "ecs";
        string service = workload.Workload.Settings.GetValueOrDefault("service") ?? workload.Workload.Name;
        body.Comment([
            isEcs
                ? $"For the ECS service '{service}'. In a container of " + "your aws_ecs_task_definition:"
                : $"For the App Runner service '{workload.Workload.Name}'. In image_configuration of your aws_apprunner_service:",
            isEcs ? $"  secrets = local.{local}" : $"  runtime_environment_secrets = local.{local}",
            .. TerraformBlocks.Overlaps(workload),
        ]);
        body.Block(
            "locals",
            locals =>
                locals.Set(
                    local,
                    isEcs
                        ? new HclList([
                            .. variables.Select(static v => new HclInlineObject([
                                ("name", HclExpression.Text(v.Variable)),
                                ("valueFrom", v.Reference),
                            ])),
                        ])
                        : new HclObject(variables)
                )
        );
    }
}
