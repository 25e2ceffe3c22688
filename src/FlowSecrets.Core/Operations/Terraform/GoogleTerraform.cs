using FlowSecrets.Catalogs;
using FlowSecrets.Errors;
using FlowSecrets.Formats.Hcl;
using FlowSecrets.Model;

namespace FlowSecrets.Operations.Terraform;

/// <summary>
/// Google Secret Manager, for the provider hashicorp/google. Labels and annotations are left out, because the provider reads back only
/// those that are in its state already, so that they would show as changes after the import.
/// </summary>
internal sealed class GoogleTerraform : ITerraformCloud
{
    /// <summary>The arguments that stand for what the API calls otherwise.</summary>
    private static readonly Dictionary<string, string> Arguments = new(StringComparer.Ordinal)
    {
        ["rotation"] = "rotation",
        ["topics"] = "topics",
        ["versionAliases"] = "version_aliases",
        ["versionDestroyTtl"] = "version_destroy_ttl",
    };

    public IReadOnlyList<string> WorkloadKinds { get; } = ["cloudrun"];

    public async Task<IReadOnlyList<TerraformText>> WriteAsync(
        TerraformScope scope,
        Action<string> warn,
        CancellationToken cancellationToken
    )
    {
        if (scope.Options.SeedValue && LocationOf(scope) is { } location)
        {
            throw new FlowSecretException(
                ErrorIds.NotSupportedByStore,
                location,
                "The Google provider has no write-only argument for regional secrets, so a first value would be in the state",
                "Leave -SeedValue out, and give the first values by Initialize-FlowSecret."
            );
        }

        TerraformText?[] texts =
        [
            Versions(scope),
            Containers(scope),
            await GoogleGrants.WriteAsync(scope, warn, cancellationToken),
            Workloads(scope, warn),
            TerraformBlocks.Seeds(scope, "google_secret_manager_secret_version", Seed),
        ];
        return [.. texts.OfType<TerraformText>()];
    }

    /// <summary>The project of the store.</summary>
    internal static string ProjectOf(TerraformScope scope) => scope.Location[0];

    /// <summary>The location of regional secrets; null: they are global.</summary>
    internal static string? LocationOf(TerraformScope scope) => scope.Location.Length > 1 ? scope.Location[1] : null;

    /// <summary>"google_secret_manager_secret", or the same for regional ones.</summary>
    internal static string TypeOf(TerraformScope scope, string ending = "") =>
        (LocationOf(scope) is null ? "google_secret_manager_secret" : "google_secret_manager_regional_secret") + ending;

    internal static string Parent(TerraformScope scope) =>
        LocationOf(scope) is { } location ? $"projects/{ProjectOf(scope)}/locations/{location}" : $"projects/{ProjectOf(scope)}";

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
                        static providers =>
                            providers.Set(
                                "google",
                                new HclObject([
                                    ("source", HclExpression.Text("hashicorp/google")),
                                    ("version", HclExpression.Text(">= 6.23, != 6.49.0")),
                                ])
                            )
                    )
        );
        body.Block("provider", ["google"], provider => provider.Set("project", ProjectOf(scope)));
        return new TerraformText("versions.tf", body);
    }

    private static TerraformText? Containers(TerraformScope scope)
    {
        HclBody body = new();
        string type = TypeOf(scope);
        foreach (TerraformSecret secret in scope.Owned)
        {
            TerraformBlocks.Heading(body, secret);
            if (secret.There is not null)
            {
                TerraformBlocks.Import(body, $"{type}.{secret.Identifier}", $"{Parent(scope)}/secrets/{secret.StoreName}");
            }

            body.Block("resource", [type, secret.Identifier], resource => Container(resource, scope, secret));
        }

        return scope.Owned.Any()
            ? new TerraformText("secrets.tf", body, scope.Owned.Count(), scope.Owned.Count(static s => s.There is not null))
            : null;
    }

    private static void Container(HclBody resource, TerraformScope scope, TerraformSecret secret)
    {
        resource.Set("project", ProjectOf(scope));
        resource.SetIf("location", LocationOf(scope));
        resource.Set("secret_id", secret.StoreName);
        IReadOnlyDictionary<string, string> labels = secret.There?.Labels ?? secret.Definition.Labels;
        (string Key, HclExpression Value)[] written =
        [
            .. labels
                .Where(static l => !RotationNotes.IsOurs(l.Key))
                .OrderBy(static l => l.Key, StringComparer.Ordinal)
                .Select(static l => (l.Key, HclExpression.Text(l.Value))),
        ];
        if (scope.Options.IncludeLabels && written.Length > 0)
        {
            resource.Set("labels", new HclObject(written));
        }

        if (LocationOf(scope) is null)
        {
            resource.Block("replication", replication => Replication(replication, scope, secret));
        }
        else if (KeyOf(scope, secret) is { } key)
        {
            Encryption(resource, key);
        }

        TerraformBlocks.Lifecycle(resource, Ignored(secret));
    }

    /// <summary>What a rotation writes, and what is set on the secret that this configuration does not describe.</summary>
    private static string[] Ignored(TerraformSecret secret)
    {
        IEnumerable<string> rotated = secret.IsRotated ? ["annotations", "rotation", "version_aliases"] : [];
        IEnumerable<string> there = (secret.There?.Settings ?? []).Select(static s => Arguments[s]);
        return [.. rotated.Concat(there).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static string? KeyOf(TerraformScope scope, TerraformSecret secret) =>
        secret.There is { } there ? there.KmsKey : scope.Selection.KmsKey;

    private static void Replication(HclBody replication, TerraformScope scope, TerraformSecret secret)
    {
        string? key = KeyOf(scope, secret);
        IReadOnlyList<SecretReplica> replicas =
            secret.There?.Replicas
            ??
            [
                .. (scope.Selection.Replication is null or "automatic" ? "" : scope.Selection.Replication)
                    .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(l => new SecretReplica(l, key)),
            ];
        if (replicas.Count == 0)
        {
            replication.Block("auto", auto => Encryption(auto, key));
            return;
        }

        replication.Block(
            "user_managed",
            managed =>
            {
                foreach (SecretReplica replica in replicas)
                {
                    managed.Block(
                        "replicas",
                        block =>
                        {
                            block.Set("location", replica.Location);
                            Encryption(block, replica.KmsKey);
                        }
                    );
                }
            }
        );
    }

    private static void Encryption(HclBody body, string? key)
    {
        if (key is not null)
        {
            body.Block("customer_managed_encryption", encryption => encryption.Set("kms_key_name", key));
        }
    }

    private static void Seed(HclBody resource, TerraformSecret secret, string variable)
    {
        resource
            .Set("secret", HclExpression.Raw($"google_secret_manager_secret.{secret.Identifier}.id"))
            .Set("secret_data_wo", HclExpression.Raw(variable))
            .Set("secret_data_wo_version", "1")
            .Set("deletion_policy", "ABANDON")
            .Block(
                "lifecycle",
                lifecycle =>
                {
                    lifecycle.Set("create_before_destroy", HclExpression.Flag(true));
                    if (secret.IsRotated)
                    {
                        lifecycle.Set("ignore_changes", HclExpression.Raw("[enabled, secret_data_wo_version]"));
                    }
                }
            );
    }

    private static TerraformText? Workloads(TerraformScope scope, Action<string> warn)
    {
        HclBody body = new();
        foreach (TerraformWorkload workload in scope.Workloads)
        {
            bool isNear = (workload.Workload.Settings.GetValueOrDefault("project") ?? ProjectOf(scope)) == ProjectOf(scope);
            List<(string, HclExpression)> variables = [];
            foreach ((string variable, TerraformSecret secret, CatalogField? field) in TerraformBlocks.Variables(workload))
            {
                if (field is not null)
                {
                    warn(
                        $"Cloud Run injects whole secrets only, so {variable} ({secret.Definition.Key}.{field.Name}) is not in "
                            + "workloads.tf."
                    );
                    continue;
                }

                string version = secret.Definition.Rotation?.UsesAlias == true ? Stages.Current : "latest";
                variables.Add(
                    (variable, new HclInlineObject([("secret", NameOf(scope, secret, isNear)), ("version", HclExpression.Text(version))]))
                );
            }

            if (variables.Count > 0)
            {
                string local = $"flowsecrets_{HclIdentifier.Of(workload.Workload.Name)}";
                body.Comment([
                    $"For the Cloud Run service '{workload.Workload.Settings.GetValueOrDefault("service") ?? workload.Workload.Name}'. "
                        + "In template.containers of your google_cloud_run_v2_service:",
                    "  dynamic \"env\" {",
                    $"    for_each = local.{local}",
                    "    content {",
                    "      name = env.key",
                    "      value_source {",
                    "        secret_key_ref {",
                    "          secret  = env.value.secret",
                    "          version = env.value.version",
                    "        }",
                    "      }",
                    "    }",
                    "  }",
                    .. TerraformBlocks.Overlaps(workload),
                ]);
                body.Block("locals", locals => locals.Set(local, new HclObject(variables)));
            }
        }

        return scope.Workloads.Count > 0 && body.Write().Length > 0 ? new TerraformText("workloads.tf", body) : null;
    }

    /// <summary>Short in the service's own project, else the whole name.</summary>
    private static HclExpression NameOf(TerraformScope scope, TerraformSecret secret, bool isNear) =>
        (secret.IsOwned, isNear && LocationOf(scope) is null) switch
        {
            (true, true) => HclExpression.Raw($"{TypeOf(scope)}.{secret.Identifier}.secret_id"),
            (true, false) => HclExpression.Raw($"{TypeOf(scope)}.{secret.Identifier}.id"),
            (false, true) => HclExpression.Text(secret.StoreName),
            (false, false) => HclExpression.Text($"{Parent(scope)}/secrets/{secret.StoreName}"),
        };
}
